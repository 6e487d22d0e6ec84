"""The simulator keeps the contract, repeats itself and writes all or nothing."""

import json
import os
from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_telemetry.simulate import Simulation, parameters, simulate, worlds, write

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
FILES = {
    "llm_system_interactions.csv",
    "llm_system_sessions_summary.csv",
    "llm_system_users_summary.csv",
    "truth.json",
}
CONTRACT_COLUMNS = [
    *("interaction_id", "session_id", "user_id", "timestamp_utc", "use_case"),
    *("account_tier", "channel", "region", "segment", "model_provider", "model_name"),
    *(
        "latency_ms",
        "prompt_tokens",
        "prompt_chars",
        "completion_tokens",
        "total_tokens",
    ),
    *("tokens_per_second", "cost_usd", "tool_calls_count", "temperature", "top_p"),
    *("max_tokens", "retry_index", "response_quality_score", "user_feedback_score"),
    *("prompt_version", "failure_type", "is_failure", "safety_block_flag"),
    *("hallucination_flag", "toxicity_flag", "formatting_error_flag"),
    *("tool_error_flag", "latency_timeout_flag"),
]
OUTCOMES = CONTRACT_COLUMNS[-8:]
ANY_WORLD = pytest.mark.parametrize("world", list(worlds.WORLDS))


@pytest.fixture(scope="module")
def real() -> Simulation:
    return simulate("real", interactions=60_000, seed=11)


def _written(
    folder: Path, world: str, interactions: int | None, seed: int
) -> dict[str, bytes]:
    write(simulate(world, interactions=interactions, seed=seed), folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _days(world: str, log: pd.DataFrame) -> pd.Series:
    since = log["timestamp_utc"] - worlds.WORLDS[world].start
    return since.dt.total_seconds() / 86_400


@ANY_WORLD
def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(
    world: str, tmp_path: Path
) -> None:
    first = _written(tmp_path / "first", world, 500, seed=1)
    assert first.keys() == FILES
    assert _written(tmp_path / "again", world, 500, seed=1) == first
    other = _written(tmp_path / "other", world, 500, seed=2)
    assert all(other[name] != first[name] for name in FILES)


def test_an_unknown_world_is_named_beside_the_worlds_there_are() -> None:
    with pytest.raises(ValueError, match="'mars': one of null, real, hidden"):
        simulate("mars", interactions=10, seed=1)


def test_a_simulation_needs_an_interaction() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        simulate("null", interactions=0, seed=1)


@settings(max_examples=40, deadline=None)
@given(
    world=st.sampled_from(list(worlds.WORLDS)),
    interactions=st.integers(1, 400),
    seed=st.integers(0, 2**32),
)
def test_every_table_keeps_the_contract(
    world: str, interactions: int, seed: int
) -> None:
    simulation = simulate(world, interactions=interactions, seed=seed)
    log = simulation.interactions
    if worlds.WORLDS[world].canary is not None:
        known = log.pop("propensity").dropna()
        assert known.between(0, 1, inclusive="right").all()
    assert list(log.columns) == CONTRACT_COLUMNS
    assert len(log) == interactions
    assert log["interaction_id"].is_unique
    assert log["timestamp_utc"].is_monotonic_increasing
    assert _days(world, log).between(0, parameters.DAYS, inclusive="left").all()
    may_miss = ["latency_ms", "tokens_per_second", "cost_usd", "user_feedback_score"]
    unknown = log["is_failure"].isna()
    assert log.drop(columns=may_miss)[~unknown].notna().all(axis=None)
    assert log.loc[unknown, OUTCOMES].isna().all(axis=None)
    _check_tokens_and_cost(worlds.WORLDS[world], log)
    _check_failures(log[~unknown])
    _check_sessions(log)
    _check_summaries(simulation)


def _check_tokens_and_cost(world: parameters.World, log: pd.DataFrame) -> None:
    total = log["prompt_tokens"] + log["completion_tokens"]
    assert (log["total_tokens"] == total).all()
    assert log["completion_tokens"].between(1, log["max_tokens"]).all()
    prices = {arm.model_name: (arm.input_price, arm.output_price) for arm in world.arms}
    paid = np.array([prices[name] for name in log["model_name"]])
    micro_usd = (
        log["prompt_tokens"] * paid[:, 0] + log["completion_tokens"] * paid[:, 1]
    )
    error = (log["cost_usd"] * 1e6 - micro_usd).abs().dropna()
    assert (error <= 0.5 + 1e-6).all()
    assert (log["latency_ms"].dropna() % 1 == 0).all()


def _check_failures(log: pd.DataFrame) -> None:
    assert (log["is_failure"] == (log["failure_type"] != "none")).all()
    flags = [name for name in log.columns if name.endswith("_flag")]
    log = log.astype({flag: bool for flag in flags})
    assert (log[flags].sum(axis=1) == log["is_failure"]).all()
    for flag in flags:
        named = log["failure_type"] == flag.removesuffix("_flag")
        assert (log[flag] == named).all()
    assert (log.loc[log["tool_error_flag"], "tool_calls_count"] > 0).all()
    late = log.loc[log["latency_timeout_flag"], "latency_ms"].dropna()
    assert (late > parameters.SLA_MS).all()


def _check_sessions(log: pd.DataFrame) -> None:
    session = log.groupby("session_id")
    constant = ["user_id", "use_case", "account_tier", "channel", "region", "segment"]
    assert (session[constant].nunique() == 1).all(axis=None)
    assert (log.groupby("user_id")["account_tier"].nunique() == 1).all()
    assert session.size().max() <= 12
    retried = log["retry_index"] > 0
    before = session[["retry_index", "prompt_chars"]].shift()
    # whole seconds can tie; within a session the order is still that of the attempts
    assert (log["retry_index"] - 1 == before["retry_index"])[retried].all()
    assert (log["prompt_chars"] == before["prompt_chars"])[retried].all()


def _check_summaries(simulation: Simulation) -> None:
    log = simulation.interactions
    for entity, summary in (
        ("session", simulation.sessions),
        ("user", simulation.users),
    ):
        key = f"{entity}_id"
        assert summary[key].is_unique
        assert set(summary[key]) == set(log[key])
        for total, column in (("cost_usd", "cost_usd"), ("tokens", "total_tokens")):
            sums = summary[key].map(log.groupby(key)[column].sum())
            assert (summary[f"{entity}_total_{total}"] - sums).abs().max() < 1e-9
        failures = summary[key].map(log.groupby(key)["is_failure"].sum())
        assert (summary[f"{entity}_total_failures"] == failures).all()
        requests = summary[key].map(log[key].value_counts())
        assert (summary[f"{entity}_total_requests"] == requests).all()
    span = log.groupby("session_id")["timestamp_utc"].agg(["min", "max"])
    sessions = simulation.sessions.set_index("session_id")
    assert (sessions["start_timestamp_utc"] == span["min"]).all()
    assert (sessions["end_timestamp_utc"] == span["max"]).all()


def test_what_is_written_reads_back_as_it_was(tmp_path: Path) -> None:
    simulation = simulate("real", interactions=2_000, seed=3)
    write(simulation, tmp_path)
    read = pd.read_csv(
        tmp_path / "llm_system_interactions.csv",
        parse_dates=["timestamp_utc"],
        keep_default_na=False,
        na_values=[""],
    )
    log = simulation.interactions
    pd.testing.assert_frame_equal(read, log, check_dtype=False, rtol=0, atol=0)
    raw = pd.read_csv(tmp_path / "llm_system_interactions.csv", dtype=str)
    assert raw["timestamp_utc"].str.fullmatch(r"2025-\d\d-\d\dT\d\d:\d\d:\d\dZ").all()
    assert raw["latency_ms"].dropna().str.fullmatch(r"\d+").all()
    assert raw["cost_usd"].dropna().str.fullmatch(r"\d+\.\d{6}").all()


def test_nothing_only_the_simulator_knows_is_written(tmp_path: Path) -> None:
    written = _written(tmp_path, "real", 50, seed=3)
    header = written["llm_system_interactions.csv"].decode().splitlines()[0]
    assert header.split(",") == CONTRACT_COLUMNS


def test_a_write_that_fails_halfway_leaves_the_earlier_files(tmp_path: Path) -> None:
    before = _written(tmp_path, "real", 50, seed=3)
    broken = simulate("real", interactions=60, seed=4)
    broken.truth["not a number"] = float("nan")
    with pytest.raises(ValueError, match="JSON"):
        write(broken, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_truth_is_replaced_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replaced = []
    real_replace = os.replace

    def record(source: Path, target: Path) -> None:
        replaced.append(target.name)
        real_replace(source, target)

    monkeypatch.setattr(os, "replace", record)
    write(simulate("null", interactions=20, seed=1), tmp_path)
    assert set(replaced) == FILES
    assert replaced[-1] == "truth.json"


def test_missing_values_stay_below_the_gates(real: Simulation) -> None:
    missing = real.interactions[["latency_ms", "cost_usd"]].isna().mean()
    assert missing["latency_ms"] == pytest.approx(0.025, abs=0.004)
    assert missing["cost_usd"] == pytest.approx(0.02, abs=0.004)


def test_traffic_has_a_week_and_a_day(real: Simulation) -> None:
    times = real.interactions["timestamp_utc"].dt
    per_weekday = times.day_of_week.value_counts()
    assert per_weekday[[5, 6]].max() < 0.7 * per_weekday[range(5)].min()
    per_hour = times.hour.value_counts()
    assert per_hour[range(9, 18)].min() > 2 * per_hour[range(6)].max()


def test_sessions_last_minutes_to_hours(real: Simulation) -> None:
    sessions = real.sessions
    lasted = sessions["end_timestamp_utc"] - sessions["start_timestamp_utc"]
    minutes = lasted.dt.total_seconds() / 60
    assert 5 < minutes.median() < 30
    assert 60 < minutes.quantile(0.98) < 24 * 60
    assert 4 < sessions["session_total_requests"].mean() < 6


def test_few_interactions_are_what_low_volume_has_unless_told_otherwise() -> None:
    assert len(simulate("low_volume", seed=1).interactions) == 400
    assert len(simulate("low_volume", interactions=500, seed=1).interactions) == 500


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_canary_has_a_share_of_the_traffic(share: float) -> None:
    with pytest.raises(ValueError, match="canary_share must be from 0 to 1"):
        simulate("null", interactions=10, seed=1, canary_share=share)


def test_truth_names_every_parameter_of_its_world(tmp_path: Path) -> None:
    written = _written(tmp_path, "incident", 200, seed=1)
    truth = json.loads(written["truth.json"])
    assert truth["parameters"].keys() == {
        field.name for field in fields(parameters.World)
    }
    assert (truth["world"], truth["seed"], truth["interactions"]) == (
        "incident",
        1,
        200,
    )
