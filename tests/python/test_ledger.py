"""The file of predictions, and what a decision predicts."""

import json
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import Run

from llm_telemetry.cli import main
from llm_telemetry.errors import InputError
from llm_telemetry.ledger import store
from llm_telemetry.ledger.predictions import next_mean, predict

Row = dict[str, Any]
HORIZON = 28
KNOBS = {
    "ledger_horizon_days": HORIZON,
    "sla_ms": 2200,
    "failure_event_cost_usd": 40,
    "sla_breach_penalty_usd": 5,
}


def entry(decision: str, value: float, **more: Any) -> Row:
    said = {"decision_id": decision, "as_of": decision, "prediction": "cost_per_day"}
    return {**said, "value": value, **more}


def held(file: Path) -> list[Row]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_what_is_known_is_not_written_again(tmp_path: Path) -> None:
    file = tmp_path / "books" / "store.jsonl"
    assert store.append(file, [entry("a", 1), entry("a", 2)]) == 2
    earlier = file.read_bytes()
    assert store.append(file, [entry("a", 2), entry("b", 1)]) == 0
    assert file.read_bytes() == earlier
    assert store.append(file, [entry("b", 3)]) == 1
    assert file.read_bytes().startswith(earlier)


def test_an_outcome_is_of_one_prediction_whoever_judged_it(tmp_path: Path) -> None:
    def outcome(decision: str, judge: str) -> Row:
        said = {"decision_id": decision, "prediction": "cost_per_day"}
        return said | {"realised_value": 1.0, "judged_by": judge, "judged_as_of": judge}

    file = tmp_path / "store.jsonl"
    assert store.append(file, [outcome("a", "x"), outcome("b", "x")]) == 2
    assert store.append(file, [outcome("a", "y"), outcome("b", "y")]) == 0


@pytest.mark.parametrize("torn", [b'{"decision_id": "a", "val', b"\xff\xfe", b"[1]"])
def test_a_torn_line_costs_itself_alone(torn: bytes, tmp_path: Path) -> None:
    file = tmp_path / "store.jsonl"
    store.append(file, [entry("a", 1)])
    with file.open("ab") as out:
        out.write(torn)
    assert store.append(file, [entry("a", 1), entry("a", 2)]) == 1
    first, broken, last = file.read_bytes().splitlines()
    assert (json.loads(first)["value"], broken, json.loads(last)["value"]) == (
        1,
        torn,
        2,
    )


def test_two_writers_at_once_lose_and_tear_nothing(tmp_path: Path) -> None:
    file = tmp_path / "store.jsonl"

    def write(decision: str) -> None:
        for number in range(20):
            store.append(file, [entry(decision, number, pad="x" * 2000)])

    writers = [threading.Thread(target=write, args=[name]) for name in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(row["value"] for row in held(file)) == list(range(20))


def test_a_folder_is_no_ledger(sample_run: Run, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a folder"):
        store.check(tmp_path)
    places = ["--warehouse", str(sample_run.warehouse), "--out-dir", str(tmp_path)]
    assert main(["decide", *places, "--ledger", str(tmp_path)]) == 2
    assert list(tmp_path.iterdir()) == []


def test_deciding_again_adds_no_line(sample_run: Run, tmp_path: Path) -> None:
    places = ["--warehouse", str(sample_run.warehouse), "--out-dir", str(tmp_path)]
    book = tmp_path / "book.jsonl"
    for _ in range(2):
        main(["decide", "--quiet", *places, "--ledger", str(book)])
    assert book.read_bytes() == (sample_run.out_dir / store.LEDGER).read_bytes()
    assert not (tmp_path / store.LEDGER).exists()
    predicted = [row for row in held(book) if "prediction" in row]
    kinds = {row["prediction"] for row in predicted}
    assert kinds >= {"cost_per_day", "reviews_per_day", "unit_cost", "failure_rate"}
    assert {row["starts_on"] for row in predicted} == {"2025-05-16"}
    assert {row["ends_on"] for row in predicted} == {"2025-06-12"}


def traffic(kind: str, days: int, rng: np.random.Generator) -> np.ndarray:
    """Return a daily series: independent, with a weekly wave, or with a memory."""
    if kind == "memory":
        series = [rng.normal()]
        for shock in rng.normal(size=days + 50):
            series.append(0.5 * series[-1] + shock)
        return np.array(series[-days:]) + 10
    wave = np.array([1, 1.05, 1.05, 1, 0.95, 0.55, 0.5])
    mean = 100 * wave[np.arange(days) % 7] if kind == "weekly" else 100
    return rng.poisson(mean, days).astype(float)


@pytest.mark.parametrize(
    ("kind", "promised"), [("independent", 0.93), ("weekly", 0.93), ("memory", 0.86)]
)
@pytest.mark.parametrize("past", [28, 59])
def test_the_interval_holds_the_mean_of_the_days_to_come(
    kind: str, promised: float, past: int
) -> None:
    # 95 % is the claim; .016 is two Monte Carlo errors, and memory beyond five days
    # is known to cost up to .07
    rng = np.random.default_rng(5)
    hits = []
    for _ in range(400):
        series = traffic(kind, past + HORIZON, rng)
        predicted = next_mean(series[:past], None, HORIZON)
        assert predicted is not None
        hits.append(predicted.low <= series[past:].mean() <= predicted.high)
    assert promised <= np.mean(hits) <= 0.995


def test_a_rate_is_predicted_from_sums() -> None:
    failures = np.array([1.0, 0, 0, 2, 0, 1, 0] * 4)
    failures[3] = 3
    calls = np.array([10.0, 10, 10, 50, 10, 10, 0] * 4)
    predicted = next_mean(failures, calls, HORIZON)
    assert predicted is not None
    assert predicted.value == pytest.approx(17 / 400)


@pytest.mark.parametrize(
    "days", [np.arange(20.0), np.full(28, 3.0), np.zeros(28), np.array([])]
)
def test_without_days_or_spread_nothing_is_predicted(days: np.ndarray) -> None:
    assert next_mean(days, None, HORIZON) is None


def predicted(policy: list[Row], verdict: str, reviews: list[Row]) -> pd.DataFrame:
    days = pd.date_range("2025-01-01", periods=29)
    rng = np.random.default_rng(3)
    health = pd.DataFrame(
        {
            "interaction_date": days,
            "interactions": rng.poisson(50, 29),
            **{
                name: rng.poisson(20, 29)
                for name in ("cost_usd", "failures", "sla_breaches")
            },
            **dict.fromkeys(("known_outcomes", "measured_latencies"), 50),
        }
    )
    spent = health.assign(
        use_case="qa", complete_interactions=50, unit_cost_usd=health["cost_usd"]
    )
    rows = predict(
        health,
        spent,
        KNOBS,
        routing_policy=policy,
        review_policy=verdict,
        review_policies=reviews,
    )
    return pd.DataFrame(rows).set_index("prediction")


def test_reviews_follow_from_the_share_of_the_chosen_policy() -> None:
    policies = [
        {"policy": "stream_threshold", "review_share": 0.25},
        {"policy": "review_all", "review_share": 1.0},
    ]
    found = predicted([], "threshold", policies)
    volume, reviews = found.loc["interactions_per_day"], found.loc["reviews_per_day"]
    assert reviews["value"] == pytest.approx(volume["value"] / 4)
    assert reviews["high"] == pytest.approx(volume["high"] / 4)
    assert reviews["review_policy"] == "threshold"
    assert "reviews_per_day" not in predicted([], "refuse", []).index


def test_a_gap_to_the_other_arms_follows_from_that_to_the_mix() -> None:
    # the arm served a fifth of the mix: arm - mix = 4/5 (arm - others)
    pick = {
        **{"use_case": "qa", "model_provider": "p", "model_name": "m"},
        **{"unit_cost_delta": -4.0, "unit_cost_delta_low": -8.0},
        **{"unit_cost_delta_high": 0.0, "evaluation_rows_on_arm": 20},
        "evaluation_rows": 100,
    }
    unknown = pick | {"unit_cost_delta_low": None, "use_case": "chat"}
    alone = pick | {"evaluation_rows_on_arm": 100, "use_case": "alone"}
    gaps = predicted([pick, unknown, alone], "refuse", []).loc[["routing_gap"]]
    assert gaps["use_case"].tolist() == ["qa"]
    (gap,) = gaps.to_dict("records")
    assert (gap["value"], gap["low"], gap["high"]) == (-5.0, -10.0, 0.0)
