"""The pandas job of the benchmark decides what the reference's marts decide."""

import importlib
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest
from routing_frames import built_on, windowed

from llm_telemetry.simulate import simulate, write

BENCH = Path(__file__).parents[2] / "bench"


@pytest.fixture
def reference(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(BENCH)
    return importlib.import_module("reference_pandas")


def test_policy_and_backtest_agree_with_the_marts(
    reference: ModuleType, tmp_path: Path
) -> None:
    write(simulate("real", interactions=6_000, seed=4), tmp_path)
    log, _, _ = reference.load(tmp_path)
    starts = log["timestamp_utc"].dt.tz_localize(None)
    log = windowed(log.assign(timestamp_utc=starts, propensity=float("nan")))
    marts = built_on("interactions", log.drop(columns=["date"]))
    policy = reference.routing_policy(log[log["decision_window"] == "history"])
    columns = ["use_case", "model_name", "requests", "fail_rate", "policy_mode"]
    pd.testing.assert_frame_equal(
        policy[columns],
        marts["reference_policy"].sort_values("use_case", ignore_index=True)[columns],
        check_dtype=False,
    )
    judged = reference.backtest(policy, log[log["decision_window"] == "evaluation"])
    costs = ["baseline_expected_unit_cost", "policy_expected_unit_cost"]
    assert judged[costs].iloc[0].tolist() == pytest.approx(
        marts["reference_backtest"][costs].iloc[0].tolist()
    )


def test_the_months_of_the_ledger_hold_every_call_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(BENCH)
    demo = importlib.import_module("ledger_demo")
    world = simulate("real", interactions=900, seed=4)
    months = [demo.exported(world, month) for month in range(demo.MONTHS)]
    calls = pd.concat([month.interactions["interaction_id"] for month in months])
    assert sorted(calls) == sorted(world.interactions["interaction_id"])
    for month in months:
        assert set(month.sessions["session_id"]) == set(
            month.interactions["session_id"]
        )
