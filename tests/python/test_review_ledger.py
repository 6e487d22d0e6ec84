"""The review ledger: a call is drawn from once, and a word is kept once."""

import csv
import json
import multiprocessing
import os
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from conftest import KNOBS
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_telemetry.cli import main
from llm_telemetry.errors import InputError
from llm_telemetry.judge import audits, review_commands, review_ledger
from llm_telemetry.judge.review_ledger import Draw, Review

DRAWN_AT = "2025-03-05T00:00:00Z"


def queue(times: list[str], drawn: list[bool], chance: float = 0.2) -> pd.DataFrame:
    """Return a queue of calls named after their place."""
    return pd.DataFrame(
        {
            "interaction_id": [f"i{place}" for place in range(len(times))],
            "timestamp_utc": pd.to_datetime(times).astype("datetime64[us]"),
            "action_review": drawn,
            "review_reason": ["audit" if one else "" for one in drawn],
            "review_probability": chance,
        }
    )


def record(file: Path, calls: pd.DataFrame, zone: str = "UTC") -> int:
    return review_ledger.record_draws(
        file, calls, policy_id="p", drawn_at=DRAWN_AT, zone=zone
    )


def lines(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_a_batch_covers_the_calls_of_a_day(tmp_path: Path) -> None:
    file = tmp_path / "reviews.jsonl"
    times = ["2025-03-01 22:00", "2025-03-01 23:30", "2025-03-02 01:00"]
    assert record(file, queue(times, [True, False, True])) == 2
    batches = [row for row in lines(file) if "covers_until" in row]
    assert [
        (row["covers_after"], row["covers_until"], row["calls"]) for row in batches
    ] == [
        ("2025-03-01T21:59:59.999999Z", "2025-03-01T23:30:00.000000Z", 2),
        ("2025-03-02T00:59:59.999999Z", "2025-03-02T01:00:00.000000Z", 1),
    ]


def test_a_batch_says_since_when_its_sessions_started(tmp_path: Path) -> None:
    file = tmp_path / "reviews.jsonl"
    times = ["2025-03-01 22:00", "2025-03-02 01:00"]
    record(file, queue(times[:1], [True]))
    record(file, queue(times, [True, True]))
    found = [row["sessions_from"] for row in lines(file) if "calls" in row]
    assert found == ["2025-03-01T22:00:00.000000Z"] * 2


def test_days_are_those_of_the_business(tmp_path: Path) -> None:
    file = tmp_path / "reviews.jsonl"
    times = ["2025-03-01 22:00", "2025-03-01 23:30", "2025-03-02 01:00"]
    record(file, queue(times, [False] * 3), zone="Europe/Berlin")
    assert [row["calls"] for row in lines(file)] == [1, 2]


def test_a_call_is_drawn_from_once(tmp_path: Path) -> None:
    file = tmp_path / "reviews.jsonl"
    times = ["2025-03-01 10:00", "2025-03-01 11:00"]
    record(file, queue(times, [True, False]))
    assert record(file, queue(times, [True, True])) == 0
    before = file.read_bytes()
    # of later calls of the same day, those only
    assert record(file, queue([*times, "2025-03-01 12:00"], [True] * 3)) == 1
    batch, draw = lines(file)[-2:]
    assert batch["covers_after"] == "2025-03-01T11:59:59.999999Z"
    assert draw["interaction_id"] == "i2"
    assert file.read_bytes().startswith(before)


def test_a_call_that_had_no_chance_may_be_drawn_later(tmp_path: Path) -> None:
    """As where audits are switched on after the first run."""
    file = tmp_path / "reviews.jsonl"
    times = ["2025-03-01 10:00", "2025-03-01 11:00", "2025-03-02 10:00"]
    assert record(file, queue(times, [False] * 3, chance=0.0)) == 0
    before = file.read_bytes()
    assert record(file, queue(times, [False] * 3, chance=0.0)) == 0
    assert file.read_bytes() == before
    assert record(file, queue(times, [True, False, True])) == 2
    assert record(file, queue(times, [True, True, True])) == 0
    chances = [row["audit_probability"] for row in lines(file) if "calls" in row]
    assert chances == [0, 0, 0.2, 0.2]


def test_a_day_of_which_chance_drew_nothing_is_not_drawn_again(tmp_path: Path) -> None:
    file = tmp_path / "reviews.jsonl"
    times = ["2025-03-01 10:00", "2025-03-01 11:00"]
    assert record(file, queue(times, [False, False])) == 0
    assert record(file, queue(times, [True, True])) == 0
    # nor is what a score was to choose, without audits
    certain = queue([*times, "2025-03-02 10:00"], [False, False, True], chance=0.0)
    assert record(file, certain) == 1
    assert record(file, queue([*times, "2025-03-02 10:00"], [True] * 3)) == 0


@settings(max_examples=50, deadline=None)
@given(cuts=st.lists(st.integers(1, 40), max_size=5), drawn=st.integers(0, 2**40 - 1))
def test_runs_one_after_another_cover_every_call_once(
    cuts: list[int], drawn: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """However often a growing queue is recorded, batches do not overlap."""
    file = tmp_path_factory.mktemp("ledger") / "reviews.jsonl"
    times = pd.date_range("2025-03-01", periods=40, freq="3h").astype(str).tolist()
    flags = [bool(drawn >> place & 1) for place in range(40)]
    for cut in sorted(cuts):
        record(file, queue(times[:cut], flags[:cut]))
    if not cuts:
        return
    rows = lines(file)
    batches = [row for row in rows if "covers_until" in row]
    stamps = [f"{time.replace(' ', 'T')}.000000Z" for time in times[: max(cuts)]]
    for stamp in stamps:
        assert (
            sum(row["covers_after"] < stamp <= row["covers_until"] for row in batches)
            == 1
        )  # type: ignore[operator]
    assert sum(row["calls"] for row in batches) == max(cuts)  # type: ignore[misc]
    named = [row["interaction_id"] for row in rows if "review_probability" in row]
    assert len(named) == len(set(named)) == sum(flags[: max(cuts)])


def review(label: str, reviewer: str = "ana", at: str = DRAWN_AT) -> Review:
    return Review("i1", "bad_answer", label, reviewer, at)


def test_a_word_is_kept_once_and_a_changed_mind_twice(tmp_path: Path) -> None:
    file = tmp_path / "reviews.jsonl"
    assert review_ledger.record_reviews(file, [review("ok")]) == 1
    assert review_ledger.record_reviews(file, [review("ok"), review("failure")]) == 1
    _, reviews = review_ledger.load(file)
    assert [one.label for one in reviews] == ["ok", "failure"]


def test_a_torn_line_loses_no_other(tmp_path: Path) -> None:
    file = tmp_path / "reviews.jsonl"
    record(file, queue(["2025-03-01 10:00"], [True]))
    file.write_bytes(file.read_bytes() + b'{"interaction_id": "i9", "lab')
    review_ledger.record_reviews(file, [review("ok")])
    draws, reviews = review_ledger.load(file)
    assert [one.interaction_id for one in draws] == ["i0"]
    assert [one.label for one in reviews] == ["ok"]


def _mark(file: Path, number: int) -> None:
    for place in range(20):
        given = Review(f"i{number}-{place}", "bad_answer", "ok", "ana", DRAWN_AT)
        review_ledger.record_reviews(file, [given])


def test_reviewers_at_once_lose_nothing(tmp_path: Path) -> None:
    file = tmp_path / "reviews.jsonl"
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_mark, args=(file, one)) for one in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    _, reviews = review_ledger.load(file)
    assert len({one.interaction_id for one in reviews}) == len(reviews) == 80


def test_audits_wait_before_what_a_score_chose() -> None:
    def draw(name: str, reason: str, day: int) -> Draw:
        return Draw(name, f"2025-03-0{day}T00:00:00Z", reason, 0.5, DRAWN_AT, "p")

    draws = [draw("a", "score", 1), draw("b", "audit", 3), draw("c", "audit", 2)]
    waiting = review_ledger.awaited(draws, [])
    assert [one.interaction_id for one in waiting] == ["c", "b", "a"]
    done = [Review("c", "bad_answer", "ok", "ana", DRAWN_AT)]
    assert [one.interaction_id for one in review_ledger.awaited(draws, done)] == [
        "b",
        "a",
    ]


def called(folder: Path, *words: str) -> int:
    return main(["review", *words, "--reviews", str(folder / "reviews.jsonl")])


def test_reviews_go_out_as_csv_and_come_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record(tmp_path / "reviews.jsonl", queue(["2025-03-01 10:00"] * 3, [True] * 3))
    target = tmp_path / "queue.csv"
    assert called(tmp_path, "export", str(target)) == 0
    with target.open() as file:
        rows = list(csv.DictReader(file))
    assert [row["interaction_id"] for row in rows] == ["i0", "i1", "i2"]
    for row, label in zip(rows, ["ok", "", "Failure"], strict=True):
        row.update(label=label, reviewer="ben", note='says "no", twice')
    with target.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    assert called(tmp_path, "import", str(target)) == 0
    assert called(tmp_path, "import", str(target)) == 0
    _, reviews = review_ledger.load(tmp_path / "reviews.jsonl")
    assert [(one.interaction_id, one.label) for one in reviews] == [
        ("i0", "ok"),
        ("i2", "failure"),
    ]
    capsys.readouterr()
    assert called(tmp_path, "list", "--json") == 0
    waiting = json.loads(capsys.readouterr().out)
    assert [row["interaction_id"] for row in waiting] == ["i1"]


def features(days: int, per_day: int) -> pd.DataFrame:
    times = pd.date_range(
        "2025-03-01", periods=days * per_day, freq=f"{1440 // per_day}min"
    )
    return pd.DataFrame(
        {
            "interaction_id": [f"i{place}" for place in range(len(times))],
            "timestamp_utc": times.astype("datetime64[us]"),
            "decision_window": "evaluation",
            "use_case": "u",
        }
    )


def test_audits_need_no_review_policy() -> None:
    calls = features(days=3, per_day=48)
    knobs = {**KNOBS, "quality_audits_per_day": 12}
    drawn = audits.with_audits(pd.DataFrame(), calls, knobs, "UTC")
    by_day = drawn[drawn["action_review"]].groupby(drawn["timestamp_utc"].dt.date)
    assert by_day.size().tolist() == [12, 12, 12]
    assert drawn["review_probability"].unique().tolist() == [0.25]
    again = audits.with_audits(pd.DataFrame(), calls, knobs, "UTC")
    pd.testing.assert_frame_equal(drawn, again)
    assert audits.with_audits(calls, calls, KNOBS, "UTC") is calls


def test_an_audit_beside_the_policy_is_a_second_chance() -> None:
    """What the policy draws stays; all chances are those of either draw."""
    calls = features(days=1, per_day=48).assign(
        action_review=[place < 6 for place in range(48)],
        review_reason=["score" if place < 6 else "" for place in range(48)],
        review_probability=[1.0 if place < 6 else 0.5 for place in range(48)],
    )
    knobs = {**KNOBS, "quality_audits_per_day": 24}
    drawn = audits.with_audits(calls, calls, knobs, "UTC")
    assert drawn["review_probability"].tolist() == [1.0] * 6 + [0.75] * 42
    assert drawn["review_reason"].tolist()[:6] == ["score"] * 6
    assert drawn["action_review"].sum() > 6


def take_over(
    folder: Path, *rows: str, lines: Sequence[str] = ()
) -> list[tuple[str, str, str]]:
    """Export reviews beside the telemetry, run up to the build; return the ledger's.

    The command prints the given lines.
    """
    (folder / "data").mkdir(exist_ok=True)
    (folder / "data" / "llm_system_interactions.csv").touch()
    text = "interaction_id,label,reviewer,reviewed_at\n" + "\n".join(rows) + "\n"
    file = folder / "data" / "reviews.csv"
    file.write_text(text)
    options = SimpleNamespace(
        sample=False,
        sources="telemetry_csv",
        data_dir=folder / "data",
        out_dir=folder / "out",
        ledger=None,
    )
    (folder / "out").mkdir(exist_ok=True)
    wanted = [f"{file}: {line}" for line in lines]
    assert review_commands.take_over(options) == wanted
    _, reviews = review_ledger.load(folder / "out" / "review_ledger.jsonl")
    return [(one.interaction_id, one.reviewer, one.label) for one in reviews]


def test_reviews_beside_the_telemetry_are_taken_over_once(tmp_path: Path) -> None:
    first = [("i1", "ana", "ok"), ("i2", "unknown", "failure")]
    rows = ("i1,ok,ana,", "i2,Failure,,", "i3,,ana,")
    assert take_over(tmp_path, *rows) == first
    os.utime(tmp_path / "data" / "reviews.csv", (1, 1))
    # exported again at another time, with one label changed
    assert take_over(tmp_path, *rows) == first
    changed = [*first, ("i1", "ana", "failure")]
    assert take_over(tmp_path, "i1,failure,ana,", *rows[1:]) == changed
    # an old label needs a time to be given again
    line = "1 labels were recorded before, and others since: give reviewed_at"
    assert take_over(tmp_path, *rows, lines=[line]) == changed
    # of a whole history the last row counts
    assert take_over(tmp_path, *rows, "i1,failure,ana,") == changed
    timed = ("i1,ok,ana,2030-01-01T00:00:00Z", *rows[1:])
    assert take_over(tmp_path, *timed) == [*changed, ("i1", "ana", "ok")]
    assert take_over(tmp_path, *timed) == [*changed, ("i1", "ana", "ok")]


def test_a_wrong_label_beside_the_telemetry_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"reviews.csv: row 3: label is 'bad': write"):
        take_over(tmp_path, "i1,ok,,", "i2,bad,,")
    assert not (tmp_path / "out" / "review_ledger.jsonl").exists()


def test_without_reviews_beside_the_telemetry_nothing_is_written(
    tmp_path: Path,
) -> None:
    assert take_over(tmp_path) == []
    assert not (tmp_path / "out" / "review_ledger.jsonl").exists()
