"""The main job on worlds whose truth is known."""

from pathlib import Path

import pytest
from conftest import Run, run

from llm_telemetry import simulate
from llm_telemetry.warehouse.connection import read


def decided(world: str, folder: Path, *, interactions: int, seed: int) -> Run:
    simulated = simulate.simulate(world, interactions=interactions, seed=seed)
    simulate.write(simulated, folder / "data")
    return run(folder / "data", folder)


@pytest.fixture(scope="module")
def incident(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("incident")
    return decided("incident", folder, interactions=20_000, seed=7)


def test_the_incident_burns_the_budget_from_the_day_it_starts(incident: Run) -> None:
    alerts = read("burn_alerts", incident.warehouse)
    firing = alerts[(alerts["budget"] == "failures") & (alerts["status"] == "firing")]
    assert str(firing["interaction_date"].min())[:10] == "2025-04-25"
    assert firing["interaction_date"].max() == alerts["interaction_date"].max()


def test_the_incident_is_named_by_its_provider(incident: Run) -> None:
    slices = read("risk_slices", incident.warehouse, where="verdict = 'hotspot'")
    assert slices["slice"].str.contains("model_provider=anthropic|claude").any()


def test_the_creeping_cost_is_named_by_drift_and_drivers(incident: Run) -> None:
    drifted = read("drift", incident.warehouse, where="verdict = 'drift'")
    drivers = read(
        "cost_drivers",
        incident.warehouse,
        where="comparison = 'history_to_evaluation'",
    ).set_index("driver")["change_usd_per_request"]
    assert "completion_tokens" in set(drifted["feature"])
    assert drivers.drop("volume").idxmax() == "tokens"
    assert drivers["retries"] > 0


def test_the_null_world_recommends_nothing(tmp_path: Path) -> None:
    quiet = decided("null", tmp_path, interactions=9_000, seed=11)
    policy = read("risk_slices", quiet.warehouse, where="verdict = 'hotspot'")
    drifted = read("drift", quiet.warehouse, where="verdict = 'drift'")
    routed = (quiet.out_dir / "routing_policy_use_case.csv").read_text()
    # the models held strong do fail more: they get the hard prompts
    assert policy["slice"].str.contains("model_").all()
    assert drifted.empty
    assert "canary" not in routed
