"""The sample is written again byte for byte, and what was planted in it is true."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import SAMPLE, Run

from llm_telemetry.artifact import bundle
from llm_telemetry.cli import main
from llm_telemetry.simulate import parameters, simulate, worlds
from llm_telemetry.warehouse.connection import read

TRUTH: dict[str, Any] = json.loads((SAMPLE / "truth.json").read_text())
PLAIN = replace(
    worlds.SAMPLE,
    slow=None,
    shift=None,
    canary=None,
    outcomes=replace(
        worlds.SAMPLE.outcomes,
        version_failure=(0.0, 0.0),
        version_latency=(0.0, 0.0),
        version_completion=(0.0, 0.0),
    ),
)


def test_one_command_writes_the_sample_again_byte_for_byte(tmp_path: Path) -> None:
    options = ("--world", "sample", "--seed", "1", "--out-dir", str(tmp_path))
    assert main(["simulate", *options]) == 0
    written = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert written == {file.name: file.read_bytes() for file in SAMPLE.iterdir()}
    assert sum(map(len, written.values())) < 1_500_000


def test_the_only_canary_is_truly_the_best_model(sample_run: Run) -> None:
    policy = pd.read_csv(sample_run.out_dir / "routing_policy_use_case.csv")
    (sent,) = policy[policy["traffic_share"] > 0].to_dict("records")
    assert (sent["use_case"], sent["recommendation"]) == ("customer_support", "canary")
    best = TRUTH["best_policy"]["arms"]["customer_support"]
    assert {name: sent[name] for name in best} == best
    rates = {
        arm["model_name"]: arm["failure_rate"]
        for arm in TRUTH["arms"]
        if arm["use_case"] == "customer_support"
    }
    assert rates[sent["baseline_model_name"]] > 10 * rates[sent["model_name"]]


def test_what_was_planted_is_found_and_led_by_its_metric(sample_run: Run) -> None:
    slices = read("risk_slices", sample_run.warehouse).set_index("slice")
    (failing,), slow = TRUTH["planted_slices"], TRUTH["slow_slice"]
    names = (
        f"use_case={failing['use_case']}|account_tier={failing['account_tier']}",
        f"channel={slow['channel']}|region={slow['region']}",
    )
    found = slices.loc[list(names), ["failure_verdict", "sla_verdict"]]
    assert found["failure_verdict"].iloc[0] == found["sla_verdict"].iloc[1] == "hotspot"
    drift = read("drift", sample_run.warehouse)
    moved = drift[drift["verdict"] == "drift"]
    assert {"use_case", "prompt_tokens"} <= set(moved["feature"])


def test_the_budgets_fit_and_one_burns_since_a_provider_is_slow(
    sample_run: Run,
) -> None:
    content = json.loads((sample_run.out_dir / bundle.ARTIFACT).read_bytes())
    assert not any(rule["fired"] for rule in content["stop_ship"])
    alerts = read("burn_alerts", sample_run.warehouse)
    last = alerts[alerts["interaction_date"] == alerts["interaction_date"].max()]
    assert last.loc[last["alert"] == "28d", "long_burn_rate"].between(0.2, 1).all()
    firing = last[last["status"] == "firing"]
    assert set(firing["budget"]) == {"sla"}
    began = pd.Timestamp(TRUTH["incident"]["start_timestamp_utc"]).tz_localize(None)
    late = firing["since"].astype("datetime64[us]") - began
    assert late.between(pd.Timedelta(days=0), pd.Timedelta(days=2)).all()


def test_only_the_slow_slice_is_slow_and_by_its_factor() -> None:
    slow = parameters.Slow("slack", "APAC", 0.6)
    log, fast = (
        simulate(world, interactions=4_000, seed=3).interactions
        for world in (replace(PLAIN, slow=slow), PLAIN)
    )
    inside = (log["channel"] == "slack") & (log["region"] == "APAC")
    assert 50 < inside.sum() < 400
    ratio = log["latency_ms"] / fast["latency_ms"]
    assert (ratio[~inside].dropna() == 1).all()
    assert ratio[inside].dropna().to_numpy() == pytest.approx(np.exp(0.6), rel=0.01)


@pytest.mark.parametrize(
    ("effect", "column"),
    [("version_latency", "latency_ms"), ("version_completion", "completion_tokens")],
)
def test_a_version_changes_its_own_calls(effect: str, column: str) -> None:
    outcomes = replace(PLAIN.outcomes, **{effect: (0.0, 0.2)})
    log, equal = (
        simulate(world, interactions=2_000, seed=3).interactions
        for world in (replace(PLAIN, outcomes=outcomes), PLAIN)
    )
    is_changed = log["prompt_version"] == "v2"
    below_cap = log["completion_tokens"] < log["max_tokens"]
    ratio = (log[column] / equal[column]).where(below_cap)
    assert (ratio[~is_changed].dropna() == 1).all()
    changed = ratio[is_changed].dropna().to_numpy()
    assert changed == pytest.approx(np.exp(0.2), rel=0.02)


def test_a_worse_version_has_the_failure_rate_that_the_truth_tells() -> None:
    outcomes = replace(PLAIN.outcomes, version_failure=(0.0, 1.0))
    worse = simulate(replace(PLAIN, outcomes=outcomes), interactions=60_000, seed=3)
    told = {
        row["prompt_version"]: row["failure_rate"]
        for row in worse.truth["prompt_versions"]
    }
    assert told["v2"] > 2 * told["v1"]
    log = worse.interactions
    for version, rate in told.items():
        seen = log.loc[log["prompt_version"] == version, "is_failure"]
        assert seen.mean() == pytest.approx(rate, abs=4 * (rate / len(seen)) ** 0.5)


def test_traffic_grows_by_what_is_asked_from_the_first_day_to_the_last() -> None:
    traffic = replace(PLAIN.traffic, growth=1.0, weekdays=(1.0,) * 7)
    log = simulate(replace(PLAIN, traffic=traffic), interactions=60_000, seed=3)
    days = (log.interactions["timestamp_utc"] - PLAIN.start).dt.days
    thirds = np.bincount(days // 30, minlength=3) / len(days)
    # the area below a line from 1 to 2
    assert thirds == pytest.approx(np.array([7, 9, 11]) / 27, abs=0.01)


def test_the_days_are_those_from_the_first_day_on() -> None:
    late = simulate(replace(PLAIN, first_day="2025-03-01"), interactions=300, seed=3)
    early = simulate(PLAIN, interactions=300, seed=3)
    # both are Saturdays
    shift = late.interactions["timestamp_utc"] - early.interactions["timestamp_utc"]
    assert (shift == pd.Timedelta(days=14)).all()


def test_arms_of_a_use_case_are_drawn_by_its_log_odds() -> None:
    found = simulate(PLAIN, interactions=500, seed=3)
    row = parameters.USE_CASES.index("customer_support")
    odds = np.exp(np.array(PLAIN.routing.by_arm[row]))
    own = (found.interactions["use_case"] == "customer_support").to_numpy()
    chances = found.propensities[own].to_numpy()
    assert chances == pytest.approx(np.tile(odds / odds.sum(), (own.sum(), 1)))


def test_a_canary_of_one_use_case_leaves_the_others_as_they_are() -> None:
    canary = parameters.Canary(0.4, start_day=45.0, use_case="customer_support")
    found = simulate(replace(PLAIN, canary=canary), interactions=3_000, seed=3)
    log = found.interactions
    is_late = log["timestamp_utc"] >= PLAIN.start + pd.Timedelta(days=45)
    own = is_late & (log["use_case"] == "customer_support")
    assert (log["propensity"].notna() == own).all()
    assert log.loc[own, "propensity"].between(0.4 / 4, 1).all()
    without = simulate(PLAIN, interactions=3_000, seed=3).propensities
    others = ~own.to_numpy()
    pd.testing.assert_frame_equal(found.propensities[others], without[others])


def test_the_slow_slice_of_the_truth_is_that_of_the_log() -> None:
    found = simulate("sample", interactions=60_000, seed=3)
    told, log = found.truth["slow_slice"], found.interactions
    inside = (log["channel"] == told["channel"]) & (log["region"] == told["region"])
    assert told["interactions"] == inside.sum()
    is_breach = log["latency_ms"] > parameters.SLA_MS
    assert is_breach[inside].mean() == pytest.approx(told["sla_breach_rate"], abs=0.04)
    rest = told["complement_sla_breach_rate"]
    assert is_breach[~inside].mean() == pytest.approx(rest, abs=0.004)
