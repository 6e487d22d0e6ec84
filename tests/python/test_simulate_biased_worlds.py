"""Worlds that mislead: each does so in the way, and as strongly, as it says."""

import numpy as np
import pandas as pd
import pytest

from llm_telemetry.simulate import Simulation, parameters, simulate, worlds


def _days(log: pd.DataFrame) -> pd.Series:
    return (log["timestamp_utc"] - parameters.START).dt.total_seconds() / 86_400


def _arm_names(log: pd.DataFrame) -> pd.Series:
    return log["model_provider"] + "/" + log["model_name"]


def _chosen_propensities(simulation: Simulation) -> np.ndarray:
    """Return the chance that each interaction had of the arm that it got."""
    names = simulation.propensities.columns
    arms = names.get_indexer(pd.Index(_arm_names(simulation.interactions)))
    chances: np.ndarray = simulation.propensities.to_numpy()[np.arange(len(arms)), arms]
    return chances


def _failure_gap(simulation: Simulation, keys: list[str]) -> float:
    """Return how much more the arms held strong fail than the weak, within keys."""
    strong = [arm.model_name for arm in worlds.ARMS if arm.strength > 0.5]
    log = simulation.interactions.assign(
        is_strong=simulation.interactions["model_name"].isin(strong),
        difficulty=pd.qcut(simulation.interactions["prompt_tokens"], 30).cat.codes,
    )
    rates = log.groupby([*keys, "is_strong"])["is_failure"].mean().unstack()
    weights = log.groupby(keys).size()
    gaps = (rates[True] - rates[False]).dropna()
    return float(np.average(gaps, weights=weights[gaps.index]))


def test_what_is_hidden_is_in_no_table_and_in_no_adjustment() -> None:
    hidden = simulate("hidden", interactions=40_000, seed=5)
    null = simulate("null", interactions=40_000, seed=5)
    assert list(hidden.interactions.columns) == list(null.interactions.columns)
    assert hidden.truth["best_policy"]["delta"] == 0.0
    assert (hidden.arm_unit_costs.nunique(axis=1) == 1).all()
    # at one prompt length the arms of null are alike, and those of hidden are not
    by_length = ["difficulty"]
    assert abs(_failure_gap(null, by_length)) < 0.015
    assert _failure_gap(hidden, by_length) > 0.05


def test_without_overlap_the_arms_do_not_share_a_prompt_length() -> None:
    simulation = simulate("no_overlap", interactions=20_000, seed=5)
    log = simulation.interactions
    counts = log["model_name"].value_counts(normalize=True)
    assert set(counts[counts > 0.02].index) == {
        *("gpt-4.1", "claude-3.5-sonnet", "llama-3.1-8b")
    }
    medians = (
        log.groupby("model_name")["prompt_tokens"].quantile([0.05, 0.95]).unstack()
    )
    assert medians.loc["llama-3.1-8b", 0.95] < medians.loc["gpt-4.1", 0.05]
    weakest = simulation.propensities["meta/llama-3.1-8b"]
    assert ((weakest < 0.001) | (weakest > 0.9)).mean() > 0.9


def test_from_the_shift_on_others_ask_and_fail_for_other_reasons() -> None:
    simulation = simulate("drifted", interactions=60_000, seed=5)
    assert simulation.truth["shift"]["start_timestamp_utc"] == "2025-04-12T00:00:00Z"
    log = simulation.interactions
    is_late = _days(log) >= 70
    shares = log.groupby(is_late)["use_case"].value_counts(normalize=True).unstack()
    assert (
        shares.loc[True, "coding_assistant"]
        > 1.3 * shares.loc[False, "coding_assistant"]
    )
    in_case = log["use_case"] == "internal_qa"
    medians = log[in_case].groupby(is_late)["prompt_tokens"].median()
    assert medians[True] / medians[False] == pytest.approx(np.exp(0.4), rel=0.05)
    best = in_case & (log["model_name"] == "gpt-4.1") & (log["account_tier"] == "free")
    rates = log[best].groupby(is_late)["is_failure"].mean()
    assert rates[True] > 3 * rates[False]


def test_before_the_shift_the_world_is_the_real_one() -> None:
    drifted, real = (
        simulate(world, interactions=30_000, seed=5).interactions
        for world in ("drifted", "real")
    )
    before = _days(drifted) < 70, _days(real) < 70
    assert drifted[before[0]]["is_failure"].mean() == pytest.approx(
        real[before[1]]["is_failure"].mean(), abs=0.015
    )


def test_timeouts_lose_their_latency_and_weak_arms_their_failures() -> None:
    missing = simulate("missing_not_at_random", interactions=40_000, seed=5)
    log = missing.interactions
    # below the gate of 5 %, so that it is for the decisions to notice
    assert 0.02 < log["latency_ms"].isna().mean() < 0.05
    known = log["latency_ms"].dropna()
    true_rate = missing.truth["logged"]["sla_breach_rate"]
    assert true_rate == pytest.approx(0.044, abs=0.001)
    unknown = log["latency_ms"].isna().sum()
    # .0174 / .9642 is to be expected, with a standard error of .0007
    assert (known > parameters.SLA_MS).mean() == pytest.approx(0.0181, abs=0.0025)
    assert ((known > parameters.SLA_MS).sum() + unknown) / len(log) > true_rate
    rates = log["is_failure"].isna().groupby(log["model_name"]).mean()
    assert set(rates[rates > 0].index) == {"gpt-4o-mini", "llama-3.1-8b"}
    assert rates["llama-3.1-8b"] > 0.03


def test_a_canary_is_routed_at_random_from_its_day_on_and_says_so() -> None:
    simulation = simulate("real", interactions=40_000, seed=5, canary_share=0.4)
    log = simulation.interactions
    assert simulation.truth["canary"]["start_timestamp_utc"] == "2025-04-02T00:00:00Z"
    since = _days(log) >= 60
    assert (log["propensity"].notna() == since).all()
    assert log.loc[since, "propensity"].between(0.4 / 8, 1).all()
    chosen = _chosen_propensities(simulation)[since]
    assert log.loc[since, "propensity"].to_numpy() == pytest.approx(chosen)
    # weighted by what the log says, every arm served the same prompts
    weights = 1 / log.loc[since, "propensity"]
    terms = weights * np.log(log.loc[since, "prompt_tokens"])
    sums = terms.groupby(log["model_name"]).sum() / len(terms)
    mean = np.log(log["prompt_tokens"]).mean()
    assert sums.to_numpy() == pytest.approx(mean, rel=0.08)


def test_without_a_canary_nothing_is_said_of_propensities() -> None:
    assert "propensity" not in simulate("real", interactions=50, seed=1).interactions


def test_each_provider_counts_tokens_its_own_way() -> None:
    log = simulate("own_counts", interactions=20_000, seed=3).interactions
    long = log["prompt_chars"] > 4_000
    ratio = np.log(log["prompt_tokens"] * 4 / log["prompt_chars"])
    means = ratio[long].groupby(log["model_provider"]).mean()
    assert (ratio[log["model_provider"] == "openai"] == 0).all()
    # .20 of the tokenizer, and 120 tokens for the format of tools on some 1,400
    assert 0.22 < means["anthropic"] < 0.32
    assert means["google"] == pytest.approx(-0.11, abs=0.02)
