"""What came true: the marts of the ledger, and a bias that they make visible."""

import json
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import SAMPLE, run
from rendered_models import build

from llm_telemetry.ledger.predictions import Prediction, next_mean
from llm_telemetry.ledger.store import LEDGER
from llm_telemetry.warehouse.connection import read
from llm_telemetry.warehouse.session import set_variables

PERIODS, DAYS = 20, 28
START = date(2024, 1, 1)
LEDGER_MODELS = (
    "stg_decision_ledger__predictions",
    "stg_decision_ledger__outcomes",
    "int_predictions_with_status",
    "unit_costs_by_day",
    "int_routing_gap_strata",
    "int_routing_gaps_realised",
    "int_quality_rates_realised",
    "int_predictions_realised",
    "int_prediction_errors",
    "decision_outcomes",
    "decision_hit_rate",
)
INTERACTIONS = (
    "interaction_id varchar, session_id varchar, timestamp_utc timestamp, "
    "interaction_date date, use_case varchar, account_tier varchar, channel varchar, "
    "model_provider varchar, model_name varchar, cost_usd double, is_failure boolean, "
    "is_sla_breach boolean, cache_hit boolean"
)
REVIEW_MODELS = (
    "stg_review_ledger__batches",
    "stg_review_ledger__draws",
    "stg_review_ledger__reviews",
    "review_draws",
    "reviews",
)
COUNTED = ("interactions", "known_outcomes", "measured_latencies")
# the sample overspends its failure budget, which stops releases but not the bundle
BLOCKED = 1
KNOBS = {"sla_ms": 2200, "failure_event_cost_usd": 40, "sla_breach_penalty_usd": 5}


def told(prediction: Prediction, period: int, factor: float) -> dict[str, object]:
    """Return a line of the ledger whose estimator is off by a factor."""
    starts = START + timedelta(days=DAYS * period)
    off = prediction.times(factor)
    return {
        "decision_id": f"decision {period:02}",
        "prediction": "cost_per_day",
        "starts_on": starts.isoformat(),
        "ends_on": (starts + timedelta(days=DAYS - 1)).isoformat(),
        **vars(off),
        **KNOBS,
    }


def judged(lines: list[dict[str, object]], cost_usd: np.ndarray) -> pd.Series:
    """Build the marts of the ledger on a daily bill and return its record."""
    health = pd.DataFrame(
        {
            "interaction_date": pd.date_range(START, periods=len(cost_usd)),
            **dict.fromkeys(COUNTED, 100),
            **dict.fromkeys(("failures", "sla_breaches"), 1),
            "cost_usd": cost_usd,
        }
    )
    knobs = pd.DataFrame({"knob": list(KNOBS), "setting": list(KNOBS.values())})
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("given", health)
        connection.execute(
            "create table health_by_day as select * replace "
            "(cast(interaction_date as date) as interaction_date) from given"
        )
        connection.register("knobs", knobs)
        connection.execute(f"create table interactions ({INTERACTIONS})")
        set_variables(connection)
        build(connection, *REVIEW_MODELS, *LEDGER_MODELS[:2])
        connection.register("lines", pd.DataFrame(lines))
        connection.execute(
            "insert into stg_decision_ledger__predictions by name select decision_id, "
            "prediction, value as predicted_value, se as predicted_se, "
            "low as predicted_low, high as predicted_high, "
            "cast(starts_on as date) as starts_on, cast(ends_on as date) as ends_on, "
            "sla_ms, failure_event_cost_usd, sla_breach_penalty_usd from lines"
        )
        build(connection, *LEDGER_MODELS[2:])
        (record,) = connection.table("decision_hit_rate").df().to_dict("records")
        return pd.Series(record)


@pytest.mark.parametrize(
    ("factor", "verdict"), [(1.0, "holds"), (0.98, "biased"), (1.1, "biased")]
)
def test_a_biased_estimator_becomes_visible(factor: float, verdict: str) -> None:
    rng = np.random.default_rng(8)
    bill = rng.gamma(100, 1, DAYS * (PERIODS + 1) + 1)
    lines = []
    for period in range(1, PERIODS + 1):
        past = bill[: DAYS * period][-2 * DAYS :]
        prediction = next_mean(past, None, DAYS)
        assert prediction is not None
        lines.append(told(prediction, period, factor))
    record = judged(lines, bill)
    assert record["counted"] == PERIODS
    assert record["verdict"] == verdict
    assert np.sign(record["bias_z"]) == np.sign(1 - factor) or verdict == "holds"
    # a bias of a tenth is beyond most intervals; one of 2 % hides in each of them
    assert (record["hit_rate"] < 0.8) == (factor == 1.1)


def test_an_interval_that_is_too_narrow_becomes_visible() -> None:
    rng = np.random.default_rng(8)
    bill = rng.gamma(100, 1, DAYS * (PERIODS + 1) + 1)
    mean = Prediction(100, 0.1, 99.8, 100.2)
    lines = [told(mean, period, 1) for period in range(1, PERIODS + 1)]
    assert judged(lines, bill)["verdict"] in {"too_narrow", "biased"}
    assert judged(lines, bill)["misses_tail_probability"] < 0.01


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Decide on the first month of the sample, then on the rest of it."""
    folder = tmp_path_factory.mktemp("months")
    log = pd.read_csv(SAMPLE / "llm_system_interactions.csv", dtype=str)
    cut = "2025-03-16"
    parts = {
        "first": log[log["timestamp_utc"] < cut],
        "rest": log[log["timestamp_utc"] >= cut],
    }
    for name, part in parts.items():
        data = folder / name
        data.mkdir()
        part.to_csv(data / "llm_system_interactions.csv", index=False)
        for key, table in (("session_id", "sessions"), ("user_id", "users")):
            keys = part[[key]].drop_duplicates()
            keys.to_csv(data / f"llm_system_{table}_summary.csv", index=False)
        # predictions are kept of blocked runs too
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("FAIL_BUDGET", "0.005")
            assert run(data, folder).code == BLOCKED
    return folder


def test_the_next_run_writes_predicted_against_realised(months: Path) -> None:
    outcomes = read("decision_outcomes", months / "warehouse.duckdb")
    realised = outcomes[outcomes["status"] == "realised"]
    assert set(realised["prediction"]) >= {"cost_per_day", "failure_rate", "unit_cost"}
    operations = read("operations", months / "warehouse.duckdb")
    period = operations["interaction_date"].between("2025-03-16", "2025-04-12")
    failed = operations.loc[period, "is_failure"].astype(bool)
    (rate,) = realised.loc[realised["prediction"] == "failure_rate", "realised_value"]
    assert rate == pytest.approx(failed.mean())
    written = pd.read_csv(months / "artifacts" / "decision_outcomes.csv")
    assert len(written) == len(realised)
    artifact = json.loads(
        (months / "artifacts" / "decision_artifact.json").read_bytes()
    )
    assert {kind["prediction"] for kind in artifact["track_record"]} == set(
        realised["prediction"]
    )
    assert artifact["supersedes"] in set(realised["decision_id"])


def test_what_came_true_outlives_the_data_it_was_seen_in(
    months: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIL_BUDGET", "0.005")
    book = months / "artifacts" / LEDGER
    lines = [json.loads(line) for line in book.read_text().splitlines()]
    assert any("realised_value" in line for line in lines)
    before = book.read_bytes()
    seen = read("decision_outcomes", months / "warehouse.duckdb")
    late = months / "late"
    late.mkdir()
    for file in (months / "rest").iterdir():
        (late / file.name).write_bytes(file.read_bytes())
    log = pd.read_csv(late / "llm_system_interactions.csv", dtype=str)
    log = log[log["timestamp_utc"] >= "2025-04-01"]
    log.to_csv(late / "llm_system_interactions.csv", index=False)
    assert run(late, tmp_path, "--ledger", str(book)).code == BLOCKED
    again = read("decision_outcomes", tmp_path / "warehouse.duckdb")
    keys = ["decision_id", "prediction", "use_case"]
    kept = seen[seen["status"] == "realised"].merge(again, on=keys, suffixes=("", "_2"))
    assert len(kept) == (seen["status"] == "realised").sum()
    assert set(kept["status_2"]) == {"realised"}
    np.testing.assert_allclose(
        kept["realised_value"], kept["realised_value_2"], rtol=1e-9
    )
    assert book.read_bytes().startswith(before)
