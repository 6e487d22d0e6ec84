"""A model as judge never costs more than it may, and is never asked twice."""

import json
import math
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from fake_judge import (
    MODEL,
    calls,
    completion,
    endpoint,
    judged,
    says,
    text,
    wise,
)
from judge_runs import COST, booked, landed, lines, of_calls, prepare, run

from llm_telemetry.errors import InputError
from llm_telemetry.judge import content, scores
from llm_telemetry.judge.llm import client, journal

KILLED = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from judge_runs import run
from types import SimpleNamespace
run(SimpleNamespace(url=sys.argv[1]), Path(sys.argv[2]), number=30, canaries=True)
"""


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(monkeypatch)


def cost_by_run(folder: Path) -> dict[str, float]:
    """Return what each run cost, with what is not known at its most."""
    costs = {o["request_id"]: o["cost_usd"] for o in lines(folder, "settled")}
    total: Counter[str] = Counter()
    for line in lines(folder, "reserved"):
        one = costs.get(line["request_id"], line["reserved_usd"])
        total[line["run_id"]] += one  # type: ignore[assignment]
    return dict(total)


def test_a_run_stops_before_it_could_cost_more(tmp_path: Path) -> None:
    # a request reserves about 2.5 thousandths, and costs .16
    with endpoint() as state:
        first = run(state, tmp_path, number=40, budget_usd=0.004, parallel=1)
        assert (first.exit_code, first.is_stopped) == (3, True)
        assert 0 < first.judged < 40
        assert first.cost_usd <= 0.004
        assert len(landed(tmp_path)) <= first.judged
        # room for one more request could not be shown
        assert first.cost_usd + lines(tmp_path, "reserved")[-1]["reserved_usd"] > 0.0038
        second = run(state, tmp_path, number=40, budget_usd=0.02, parallel=1)
    assert (second.exit_code, second.cached) == (0, first.judged)
    assert second.judged == 40 - first.judged
    assert set(of_calls(state).values()) == {1}
    assert len(landed(tmp_path)) == 40
    assert "stopped: " in "\n".join(first.lines())


@pytest.mark.parametrize("parallel", [1, 8])
@pytest.mark.parametrize("budget", [0.0, 0.001, 0.003, 0.006, 0.011])
def test_no_answer_makes_a_run_cost_more(
    tmp_path: Path, budget: float, parallel: int
) -> None:
    turn = iter(range(10_000))

    def erratic(asked: dict[str, Any]) -> Any:
        """Leave out usage, count up to all that was allowed, or fail."""
        message = {"role": "assistant", "content": text()}
        made = completion(message, has_usage=False)
        number = next(turn)
        if number % 3 == 1:
            sent = len(json.dumps(asked["messages"], ensure_ascii=False).encode())
            made["usage"] = {"prompt_tokens": sent, "completion_tokens": 200}
        if number % 5 == 3:
            return (504, b"", {})
        return made

    with endpoint(erratic) as state:
        result = run(state, tmp_path, budget_usd=budget, parallel=parallel)
    costs = cost_by_run(tmp_path)
    assert sum(costs.values()) <= budget
    assert math.isclose(sum(costs.values()), result.cost_usd, abs_tol=1e-12)
    assert result.is_stopped
    if budget == 0:
        assert not state.requests


def test_with_a_price_of_zero_no_budget_is_needed(tmp_path: Path) -> None:
    with endpoint() as state:
        result = run(state, tmp_path, budget_usd=0, price="0,0")
    assert (result.exit_code, result.scored, result.cost_usd) == (0, 12, 0)


def test_an_answer_that_costs_more_than_its_most_makes_the_next_reserve_more(
    tmp_path: Path,
) -> None:
    def dear(asked: dict[str, Any]) -> Any:
        made = judged(asked)
        made["usage"] = {"prompt_tokens": 100, "completion_tokens": 5_000}
        return made

    with endpoint(dear) as state:
        result = run(state, tmp_path, budget_usd=0.035, parallel=1)
    # the probe tells: 10.1 thousandths a request
    assert result.cost_usd <= 0.035
    assert len(state.requests) == 3
    reserved = [line["reserved_usd"] for line in lines(tmp_path, "reserved")]
    assert reserved[1] > 2 * reserved[0]


def test_a_killed_run_goes_on_and_asks_nothing_twice(tmp_path: Path) -> None:
    with endpoint(wise, delay=0.05) as state:
        command_line = [sys.executable, "-c", KILLED, state.url, str(tmp_path)]
        paths = f"{ROOT / 'python'}{os.pathsep}{ROOT / 'tests' / 'python'}"
        process = subprocess.Popen(
            [*command_line, str(ROOT / "tests" / "python")],
            env={**os.environ, "PYTHONPATH": paths},
        )
        deadline = time.monotonic() + 60
        while sum(of_calls(state).values()) < 10 and time.monotonic() < deadline:
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        time.sleep(0.2)
        asked = of_calls(state)
        assert 10 <= sum(asked.values()) < 30
        assert landed(tmp_path).empty
        spent = booked(tmp_path)
        result = run(state, tmp_path, number=30, canaries=True)
        assert set(of_calls(state).values()) == {1}
    # the known answers as well, but for the one that the probe asks too
    known = Counter({k: n for k, n in state.asked.items() if "quorblix" not in k})
    assert sorted(known.values()) == [1] * 19 + [2]
    interrupted = result.errors.get("interrupted", 0)
    assert 0 < interrupted <= 4
    assert result.scored == 30 - interrupted
    # what was spent before counts to the budget of the run that goes on
    assert len(cost_by_run(tmp_path)) == 1
    assert math.isclose(result.cost_usd, booked(tmp_path))
    assert result.cost_usd > spent
    errors = landed(tmp_path).set_index("interaction_id")["error_type"].dropna()
    assert errors.tolist() == ["interrupted"] * interrupted


def test_a_run_that_goes_on_has_what_is_left_of_the_budget(tmp_path: Path) -> None:
    with endpoint() as state:
        run(state, tmp_path)
        file = tmp_path / scores.FOLDER / journal.JUDGE_REQUESTS
        # as if it had been killed before its end
        kept = [x for x in file.read_text().splitlines() if "run_ended" not in x]
        file.write_text("\n".join(kept) + "\n")
        spent = booked(tmp_path)
        again = run(state, tmp_path, number=20, budget_usd=spent)
        assert (again.exit_code, again.judged) == (3, 0)
        fresh = run(state, tmp_path, number=20)
    assert fresh.judged == 8
    assert math.isclose(fresh.cost_usd, 8 * COST)


def test_an_incomplete_last_line_is_skipped_and_left_alone(tmp_path: Path) -> None:
    with endpoint() as state:
        run(state, tmp_path, number=3)
        file = tmp_path / scores.FOLDER / journal.JUDGE_REQUESTS
        with file.open("ab") as handle:
            handle.write(b'{"event": "settled", "request')
        assert run(state, tmp_path, number=4).cached == 3
    assert all(json.loads(x) for x in file.read_text().splitlines()[-3:])


def test_two_runs_at_a_time_are_one_line(tmp_path: Path) -> None:
    file = tmp_path / scores.FOLDER / journal.JUDGE_REQUESTS
    with (
        journal.opened(file, 1),
        endpoint() as state,
        pytest.raises(InputError, match="another run is judging: wait for it"),
    ):
        run(state, tmp_path)


def test_known_answers_are_judged_in_each_run(tmp_path: Path) -> None:
    with endpoint(wise) as state:
        first = run(state, tmp_path, number=3, canaries=True)
        second = run(state, tmp_path, number=3, canaries=True)
    assert (first.canaries_right, second.canaries_right) == (20, 20)
    assert (first.judged, second.judged, second.cached) == (3, 0, 3)
    purposes = Counter(line["purpose"] for line in lines(tmp_path, "reserved"))
    assert purposes == {"probe": 1, "canary": 40, "call": 3}


@pytest.mark.parametrize("reply", [text(), text("unsupported", 1), "no JSON"])
def test_no_score_lands_where_known_answers_are_judged_wrongly(
    tmp_path: Path, reply: str
) -> None:
    right = 0 if reply == "no JSON" else 10
    with endpoint(lambda asked: says(reply)) as state:
        with pytest.raises(client.Refused, match=f"--canaries: {right} of 20 known"):
            run(state, tmp_path, canaries=True)
        assert not of_calls(state)
    assert landed(tmp_path).empty


def test_18_of_20_are_enough_and_17_are_not(tmp_path: Path) -> None:
    def wrong_about(number: int) -> Any:
        mistaken: set[str] = set()

        def answer(asked: dict[str, Any]) -> Any:
            said = asked["messages"][-1]["content"]
            if "say it once more" in said and len(mistaken | {said}) <= number:
                mistaken.add(said)
                return says(text("unsupported", 1))
            return wise(asked)

        return answer

    with endpoint(wrong_about(2)) as state:
        done = run(state, tmp_path / "18", number=1, canaries=True, parallel=1)
        assert done.canaries_right == 18
        state.answer = wrong_about(3)
        with pytest.raises(client.Refused, match="17 of 20"):
            run(state, tmp_path / "17", number=1, canaries=True, parallel=1)


def test_another_model_behind_the_endpoint_stops_the_run(tmp_path: Path) -> None:
    turn = iter(range(1_000))

    def swapped(asked: dict[str, Any]) -> Any:
        return {**judged(asked), "model": MODEL if next(turn) < 5 else "fake-judge-2"}

    with endpoint(swapped) as state:
        with pytest.raises(client.Refused, match=f"fake-judge-2 answers, and {MODEL}"):
            run(state, tmp_path, parallel=1)
        assert len(state.requests) == 6
        assert landed(tmp_path).empty
        # the next run is another version, which has none of the old judgements
        result = run(state, tmp_path, parallel=1)
    assert (result.cached, result.scored) == (0, 12)
    versions = {line["judge_version"] for line in lines(tmp_path, "probed")}
    assert len(versions) == 2
    assert landed(tmp_path)["evaluator_version"].unique() == [result.evaluator_version]


def test_a_version_that_often_has_no_score_lands_none(tmp_path: Path) -> None:
    def cut(numbers: set[int]) -> Any:
        names = {f'"quorblix answer {number}"' for number in numbers}

        def answer(asked: dict[str, Any]) -> Any:
            said = asked["messages"][-1]["content"]
            is_cut = any(name in said for name in names)
            return says("", "length") if is_cut else judged(asked)

        return answer

    with endpoint(cut({1, 2})) as state:
        assert run(state, tmp_path / "two", number=40).errors == {"cut": 2}
        state.answer = cut({1, 2, 3})
        with pytest.raises(client.Refused, match=r"3 of 40 calls have no score \(cut"):
            run(state, tmp_path / "three", number=40)
    assert len(landed(tmp_path / "two")) == 40
    assert landed(tmp_path / "three").empty


def test_a_run_that_stops_has_judged_a_smaller_sample_of_the_same_kind(
    tmp_path: Path,
) -> None:
    frame = calls(40)
    last = max(frame["id"], key=content.position)
    with endpoint() as state:
        result = run(
            state,
            tmp_path,
            frame=frame,
            audited={last},
            share=0.999999,
            budget_usd=0.005,
            parallel=1,
        )
    assert result.is_stopped
    rows = landed(tmp_path)
    names = set(rows["interaction_id"])
    share = result.sample_share
    assert (rows["sample_share"] == share).all()
    assert 0 < share < 0.999999
    # every call of the smaller sample, the audited one, and no other
    sample = {name for name in frame["id"] if content.is_sampled(name, share)}
    assert names == sample | {last}
    assert 1 < len(names) < 40
