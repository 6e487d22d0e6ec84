"""Files of labels: what is wrong in them is named, and no label is lost."""

import json
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from test_review_ledger import called, queue, record

from llm_telemetry import cli
from llm_telemetry.errors import InputError
from llm_telemetry.judge import review_ledger
from llm_telemetry.judge.review_ledger import Review


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "columns interaction_id and label are missing: its first row is ''"),
        ("interaction_id\ni1\n", "column label is missing"),
        ("interaction_id,label\ni1,bad\n", "row 2: label is 'bad': write ok, failure"),
        ("interaction_id,label\n,ok\n", "row 2: interaction_id is empty"),
        ("interaction_id;label\ni0;ok\n", "its first row is 'interaction_id;label'"),
        (
            'interaction_id,label,note\ni0,ok,"open\n',
            "row 2: a quotation mark that is not closed",
        ),
        (
            "interaction_id,label,reviewed_at\ni0,ok,31/12/2025\n",
            "row 2: reviewed_at is '31/12/2025': write a date and time such as",
        ),
    ],
)
def test_what_is_wrong_is_one_line(
    content: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "labels.csv"
    target.write_text(content)
    assert called(tmp_path, "import", str(target)) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert not (tmp_path / "reviews.jsonl").exists()


def imported(folder: Path, content: str) -> list[Review]:
    """Draw two answers, import labels, and return what the ledger has of them."""
    record(folder / "reviews.jsonl", queue(["2025-03-01 10:00"] * 2, [True] * 2))
    target = folder / "labels.csv"
    target.write_text(content)
    assert called(folder, "import", str(target)) == 0
    return review_ledger.load(folder / "reviews.jsonl")[1]


def test_a_long_note_is_kept(tmp_path: Path) -> None:
    note = "x" * 200_000
    (one,) = imported(tmp_path, f"interaction_id,label,note\ni0,ok,{note}\n")
    assert one.note == note


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2026-01-01 10:00+02:00", "2026-01-01T08:00:00.000000Z"),
        ("2026-01-01", "2026-01-01T00:00:00.000000Z"),
        ("2026-01-01T10:00:00.5Z", "2026-01-01T10:00:00.500000Z"),
    ],
)
def test_a_time_is_kept_in_utc(given: str, kept: str, tmp_path: Path) -> None:
    (one,) = imported(tmp_path, f"interaction_id,label,reviewed_at\ni0,ok,{given}\n")
    assert one.reviewed_at == kept


def test_of_two_labels_of_one_reviewer_the_last_counts(tmp_path: Path) -> None:
    found = imported(
        tmp_path, "interaction_id,label\ni0,failure\ni1,ok\ni0,failure\ni0,ok\n"
    )
    assert {one.interaction_id: one.label for one in found} == {"i0": "ok", "i1": "ok"}
    assert len(found) == 2


@pytest.mark.parametrize("spelt", ["bad_answer", "Bad Answer", " BAD  ANSWER "])
def test_a_dimension_has_one_spelling(spelt: str, tmp_path: Path) -> None:
    (one,) = imported(tmp_path, f"interaction_id,label,dimension\ni0,ok,{spelt}\n")
    assert one.dimension == "bad_answer"
    assert called(tmp_path, "mark", "i1", "--as", "ok", "--dimension", spelt) == 0
    _, (_, marked) = review_ledger.load(tmp_path / "reviews.jsonl")
    assert marked.dimension == "bad_answer"


def test_labels_of_answers_that_were_not_drawn_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    imported(tmp_path, "interaction_id,label\ni0,ok\nstranger,failure\n")
    first, second = capsys.readouterr().out.splitlines()
    assert "2 labels, of which 2 are new" in first
    assert "1 of them are of answers that were not drawn, such as stranger" in second


def test_what_was_done_is_printed_as_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record(tmp_path / "reviews.jsonl", queue(["2025-03-01 10:00"] * 2, [True] * 2))

    def printed(*words: str) -> Any:
        capsys.readouterr()
        assert called(tmp_path, *words, "--json") == 0
        return json.loads(capsys.readouterr().out)

    target, labels = str(tmp_path / "queue.csv"), tmp_path / "labels.csv"
    assert printed("export", target) == {"file": target, "answers": 2}
    labels.write_text("interaction_id,label\ni0,ok\ni1,\nstranger,failure\n")
    counts = {"labels": 2, "new": 2, "not_drawn": 1}
    assert printed("import", str(labels)) == {"file": str(labels), **counts}
    assert printed("import", str(labels)) == {"file": str(labels), **counts, "new": 0}
    words = ("--as", "unsure", "--by", "ana", "--note", "two answers")
    marked = printed("mark", "i1", *words)
    recorded = review_ledger.load(tmp_path / "reviews.jsonl")[1][-1]
    assert marked == {**asdict(recorded), "is_drawn": True}
    assert (marked["label"], marked["note"]) == ("unsure", "two answers")
    assert not printed("mark", "stranger", "--as", "ok")["is_drawn"]
    assert printed() == []


def test_labels_that_are_not_imported_are_not_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record(tmp_path / "reviews.jsonl", queue(["2025-03-01 10:00"] * 2, [True] * 2))
    target = tmp_path / "queue.csv"
    assert called(tmp_path, "export", str(target)) == 0
    assert called(tmp_path, "export", str(target)) == 0
    filled = "interaction_id,label\ni0,ok\n"
    target.write_text(filled)
    capsys.readouterr()
    assert called(tmp_path, "export", str(target)) == 2
    assert "has 1 labels that are not recorded: import it" in capsys.readouterr().err
    assert target.read_text() == filled
    assert called(tmp_path, "import", str(target)) == 0
    assert called(tmp_path, "export", str(target)) == 0
    assert "i0" not in target.read_text()


def test_another_file_is_not_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "calls.csv"
    target.write_text("id,cost\n1,2\n")
    assert called(tmp_path, "export", str(target)) == 2
    assert "is no file of reviews: name another" in capsys.readouterr().err
    assert target.read_text() == "id,cost\n1,2\n"


@pytest.mark.parametrize("name", ["decision_ledger.jsonl", "review_ledger.jsonl"])
def test_a_ledger_that_cannot_be_written_is_found_before_anything_is(
    name: str, tmp_path: Path
) -> None:
    (tmp_path / name).mkdir()
    options = SimpleNamespace(
        out_dir=tmp_path, ledger=None, sample=False, progress=lambda message: None
    )
    with pytest.raises(InputError, match=f"{name}: a folder: name a file"):
        cli._decide(options, tmp_path / "marts.duckdb")
