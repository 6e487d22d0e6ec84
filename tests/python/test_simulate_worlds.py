"""Every simulated world is what its truth says it is."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from scipy.stats import chi2, chi2_contingency, kstest

from llm_telemetry.simulate import Simulation, parameters, simulate, worlds


@pytest.fixture(scope="module")
def real() -> Simulation:
    return simulate("real", interactions=60_000, seed=11)


@pytest.fixture(scope="module")
def incident() -> Simulation:
    return simulate("incident", interactions=60_000, seed=11)


def _days(log: pd.DataFrame) -> pd.Series:
    return (log["timestamp_utc"] - parameters.START).dt.total_seconds() / 86_400


def _arm_names(log: pd.DataFrame) -> pd.Series:
    return log["model_provider"] + "/" + log["model_name"]


@pytest.mark.parametrize("world", list(worlds.WORLDS))
def test_failures_come_at_their_true_probability(world: str) -> None:
    simulation = simulate(world, interactions=40_000, seed=5)
    probability = simulation.failure_probability
    assert (probability.index == simulation.interactions["interaction_id"]).all()
    # a failure that is not reported still came
    failed = simulation.interactions["is_failure"].fillna(True).to_numpy(dtype=bool)
    # given the probabilities the failures are independent, so these are exact
    score = (failed - probability).sum() / np.sqrt(
        (probability * (1 - probability)).sum()
    )
    assert abs(score) < 3.5
    by_decile = pd.qcut(probability.rank(method="first"), 10).cat.codes.to_numpy()
    table = pd.DataFrame({"failed": failed, "p": probability.to_numpy()})
    deciles = table.groupby(by_decile).agg(["mean", "size"])
    error = np.sqrt(deciles["p", "mean"] * (1 - deciles["p", "mean"]) / 4_000)
    assert ((deciles["failed", "mean"] - deciles["p", "mean"]).abs() < 4 * error).all()


@pytest.fixture(scope="module")
def null_p_values() -> pd.DataFrame:
    """One row per seed: p of homogeneity, per outcome and dimension."""
    rows = []
    for seed in range(60):
        log = simulate("null", interactions=2_000, seed=seed).interactions
        outcomes = {
            "failure": log["is_failure"],
            "breach": log["latency_ms"] > parameters.SLA_MS,
        }
        rows.append(
            {
                f"{outcome} by {dimension}": _homogeneity(log[dimension], values)
                for outcome, values in outcomes.items()
                for dimension in ("model_name", "use_case", "account_tier")
            }
        )
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    "family",
    ["breach by model_name", "breach by use_case", "breach by account_tier"],
)
def test_in_the_null_world_no_latency_differs(
    null_p_values: pd.DataFrame, family: str
) -> None:
    assert kstest(null_p_values[family], "uniform").pvalue > 0.01


@pytest.mark.parametrize("dimension", ["use_case", "account_tier"])
def test_in_the_null_world_slices_differ_by_their_sessions_only(
    null_p_values: pd.DataFrame, dimension: str
) -> None:
    # constant within a session, so that session effects widen what chance would do
    assert (null_p_values[f"failure by {dimension}"] < 0.01).mean() <= 0.10


def test_in_the_null_world_models_differ_by_the_prompts_they_get_only(
    null_p_values: pd.DataFrame,
) -> None:
    assert (null_p_values["failure by model_name"] < 0.01).mean() > 0.9
    p_values = []
    for seed in range(30):
        log = simulate("null", interactions=6_000, seed=seed).interactions
        narrow = pd.qcut(log["prompt_tokens"], 60, duplicates="drop").cat.codes
        shares = log["is_failure"].groupby(narrow).transform("mean")
        residuals = log["is_failure"] - shares
        by_model = residuals.groupby(log["model_name"])
        squares = by_model.sum() ** 2 / (by_model.size() * residuals.var())
        p_values.append(float(chi2.sf(squares.sum(), len(squares) - 1)))
    assert kstest(p_values, "uniform").pvalue > 0.01


def _homogeneity(group: pd.Series, outcome: pd.Series) -> float:
    return float(chi2_contingency(pd.crosstab(group, outcome), correction=False).pvalue)


def test_in_the_null_world_no_policy_is_better() -> None:
    simulation = simulate("null", interactions=5_000, seed=1)
    assert simulation.truth["best_policy"]["delta"] == 0.0
    assert simulation.truth["planted_slices"] == []
    assert (simulation.arm_unit_costs.nunique(axis=1) == 1).all()
    # yet the arms were not assigned by a coin
    assert (simulation.propensities.std(axis=1) > 0.02).all()
    counts = _arm_names(simulation.interactions).value_counts()
    assert counts.min() > 0.6 * len(simulation.interactions) / 8


def test_arms_are_logged_by_their_propensities(real: Simulation) -> None:
    arms = pd.get_dummies(_arm_names(real.interactions))
    propensities = real.propensities
    assert propensities.sum(axis=1).to_numpy() == pytest.approx(1)
    observed = arms[propensities.columns].to_numpy().sum(axis=0)
    variance = (propensities * (1 - propensities)).sum()
    assert ((observed - propensities.sum()).abs() < 4 * np.sqrt(variance)).all()


def test_truth_agrees_with_weighted_samples(real: Simulation) -> None:
    """Inverse propensity weighting estimates E[Y] of every arm without a model."""
    costs = _observed_unit_costs(real)
    names = _arm_names(real.interactions)
    for arm in real.truth["arms"]:
        name = f"{arm['model_provider']}/{arm['model_name']}"
        in_case = (real.interactions["use_case"] == arm["use_case"]).to_numpy()
        used = (names == name).to_numpy() / real.propensities[name].to_numpy()
        terms = (used * (costs - arm["expected_unit_cost"]))[in_case]
        assert abs(terms.mean()) < 4 * terms.std() / np.sqrt(in_case.sum())


def _observed_unit_costs(simulation: Simulation) -> npt.NDArray[np.float64]:
    """Return C + 40 F + 5 B, with the mean where latency or cost is missing."""
    log = simulation.interactions
    names = pd.Index(_arm_names(log))
    arms = simulation.arm_unit_costs.columns.get_indexer(names)
    expected = simulation.arm_unit_costs.to_numpy()[np.arange(len(log)), arms]
    breach = (log["latency_ms"] > parameters.SLA_MS) * parameters.BREACH_USD
    costs = log["cost_usd"] + parameters.FAILURE_USD * log["is_failure"] + breach
    known = log["latency_ms"].notna() & log["cost_usd"].notna()
    return np.where(known, costs, expected)


def test_truth_is_the_mean_of_the_exact_expectations(real: Simulation) -> None:
    truth = real.truth
    use_case = real.interactions["use_case"].to_numpy()
    logged = (real.propensities * real.arm_unit_costs).sum(axis=1)
    assert truth["logged"]["expected_unit_cost"] == pytest.approx(logged.mean())
    policy = pd.Series(0.0, real.arm_unit_costs.index)
    for name, arm in truth["best_policy"]["arms"].items():
        costs = real.arm_unit_costs[f"{arm['model_provider']}/{arm['model_name']}"]
        rows = use_case == name
        assert costs[rows].mean() == real.arm_unit_costs[rows].mean().min()
        policy[rows] = costs[rows]
    delta = (policy - logged).mean()
    assert truth["best_policy"]["delta"] == pytest.approx(delta, abs=1e-6)
    assert -4.5 < delta < -3


def test_the_real_world_has_the_rates_of_a_busy_system(real: Simulation) -> None:
    logged = real.truth["logged"]
    assert 0.2 < logged["failure_rate"] < 0.3
    assert 0.08 < logged["sla_breach_rate"] < 0.15
    log = real.interactions
    assert log["is_failure"].mean() == pytest.approx(logged["failure_rate"], abs=0.01)
    breached = (log["latency_ms"].dropna() > parameters.SLA_MS).mean()
    assert breached == pytest.approx(logged["sla_breach_rate"], abs=0.01)
    assert log["cost_usd"].mean() == pytest.approx(logged["cost_usd"], rel=0.03)


def test_planted_slices_cost_most_beyond_their_complement(real: Simulation) -> None:
    log = real.interactions.assign(unit_cost=_observed_unit_costs(real))
    cells = log.groupby(["use_case", "account_tier"])["unit_cost"].agg(["sum", "size"])
    rest = (cells["sum"].sum() - cells["sum"]) / (len(log) - cells["size"])
    excess = (cells["sum"] - cells["size"] * rest).sort_values(ascending=False)
    planted = real.truth["planted_slices"]
    assert [(row["use_case"], row["account_tier"]) for row in planted] == [
        ("coding_assistant", "free"),
        ("data_analysis", "free"),
    ]
    for row, (slice_, found) in zip(planted, excess.items(), strict=False):
        assert (row["use_case"], row["account_tier"]) == slice_
        assert row["excess_usd"] == pytest.approx(found, rel=0.1)
    assert excess.iloc[1] > 3 * excess.iloc[2]


def test_naive_means_flatter_the_weak_arms(real: Simulation) -> None:
    """Hard prompts went to the arms held strong, so their plain means look worse."""
    log = real.interactions.assign(arm=_arm_names(real.interactions))
    naive = log.groupby(["arm", "use_case"])["is_failure"].mean()
    bias = {
        arm.model_name: np.mean(
            [
                naive[f"{arm.model_provider}/{arm.model_name}", row["use_case"]]
                - row["failure_rate"]
                for row in real.truth["arms"]
                if row["model_name"] == arm.model_name
            ]
        )
        for arm in worlds.ARMS
    }
    assert min(bias["gpt-4.1"], bias["claude-3.5-sonnet"]) > 0.02
    assert max(bias["gpt-4o-mini"], bias["llama-3.1-8b"]) < -0.02
    mean_prompt = log.groupby("model_name")["prompt_tokens"].mean()
    assert mean_prompt["gpt-4.1"] > 1.3 * mean_prompt["llama-3.1-8b"]


def test_the_incident_world_holds_its_budgets_until_the_incident(
    incident: Simulation,
) -> None:
    log = incident.interactions
    before = log[_days(log) < 83]
    assert 0.008 < before["is_failure"].mean() < 0.016
    assert (before["latency_ms"].dropna() > parameters.SLA_MS).mean() < 0.05


def test_the_incident_is_of_one_provider_from_a_known_time(
    incident: Simulation,
) -> None:
    told = incident.truth["incident"]
    assert told["start_timestamp_utc"] == "2025-04-25T00:00:00Z"
    log = incident.interactions
    since = log["timestamp_utc"] >= pd.Timestamp(told["start_timestamp_utc"])
    hit = log["model_provider"] == told["model_provider"]
    assert 0.24 < log.loc[since & hit, "is_failure"].mean() < 0.32
    assert log.loc[since & ~hit, "is_failure"].mean() < 0.02
    medians = log.groupby([since, hit])["latency_ms"].median()
    assert medians[True, True] > 1.5 * medians[False, True]
    assert medians[True, False] == pytest.approx(medians[False, False], rel=0.03)


def test_cost_creeps_up_through_longer_outputs_and_retries(
    incident: Simulation,
) -> None:
    told = incident.truth["cost_creep"]
    assert told["start_timestamp_utc"] == "2025-04-02T00:00:00Z"
    log = incident.interactions
    before, last_week = log[_days(log) < 60], log[_days(log) >= 83]
    for column, least in (("cost_usd", 1.4), ("completion_tokens", 1.6)):
        assert last_week[column].mean() > least * before[column].mean()
    retried = [(part["retry_index"] > 0).mean() for part in (before, last_week)]
    # the first of a session is never a retry
    assert retried[0] == pytest.approx(0.05 * (1 - 1 / 4.7), abs=0.01)
    assert retried[1] > 2.5 * retried[0]
    assert last_week["prompt_tokens"].mean() == pytest.approx(
        before["prompt_tokens"].mean(), rel=0.03
    )
