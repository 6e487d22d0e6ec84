"""Every reason of routing, against a situation that was made to have it."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from routing_frames import KNOBS, decided, marts_of, two_arms

from llm_telemetry import reasons
from llm_telemetry.routing import RoutingDecision, decide
from llm_telemetry.routing.output.policy_table import with_verdicts_of_rows

REASONS = {one.reason for one in reasons.of_decision("routing")}
Situation = Callable[[], RoutingDecision]
SLOW = 9_000.0
NO_BREACHES = {"sla_breach_penalty_usd": 0.0}
TOGETHER = range(26, 32)  # seeds of use cases that save a little each


def later(log: pd.DataFrame, model: str = "a") -> pd.Series:
    """Say which rows of a model the evaluation window has."""
    return (log["decision_window"] == "evaluation") & (log["model_name"] == model)


def beside(*logs: pd.DataFrame) -> pd.DataFrame:
    """Return logs as use cases of one, each with sessions of its own."""
    parts = [
        log.assign(
            use_case=f"case_{number}",
            session_id=f"{number}" + log["session_id"],
            interaction_id=f"{number}" + log["interaction_id"],
        )
        for number, log in enumerate(logs)
    ]
    return pd.concat(parts, ignore_index=True)


def too_slow() -> pd.DataFrame:
    """Return a use case whose good arm, that of today, breaks the limit on latency."""
    log = two_arms(2, rows=2_000, fails=(0.01, 0.08), share=0.8)
    is_a = log["model_name"] == "a"
    return log.assign(latency_ms=np.where(is_a, SLOW, 1000.0), is_sla_breach=is_a)


def limited(**knobs: float) -> RoutingDecision:
    """Return what is decided where another use case saves and one is too slow."""
    log = beside(two_arms(rows=6_000), too_slow())
    return decided(log, **NO_BREACHES, **knobs)


def thin(share: float, fails: tuple[float, float]) -> RoutingDecision:
    """Return what is decided where arm a has few calls."""
    return decided(two_arms(rows=600, share=share, fails=fails))


def turned(rate: float, fails: tuple[float, float]) -> RoutingDecision:
    """Return what is decided where arm a fails at another rate since."""
    log = two_arms(fails=fails)
    rows = later(log)
    log.loc[rows, "is_failure"] = np.random.default_rng(5).random(rows.sum()) < rate
    return decided(log)


def unmeasured_latency(where: Callable[[pd.DataFrame], pd.Series]) -> RoutingDecision:
    """Return what is decided where latencies, and so breaches, are unknown."""
    log = two_arms()
    rows = where(log)
    breach = log["is_sla_breach"].astype("boolean").mask(rows)
    return decided(
        log.assign(latency_ms=log["latency_ms"].mask(rows), is_sla_breach=breach)
    )


USE_CASES: dict[str, Situation] = {
    "no_arm_keeps_limits": lambda: decided(two_arms(fails=(0.4, 0.6))),
    # b breaks the limits; a keeps them and has under 60 calls
    "too_few_requests": lambda: thin(0.05, (0.0, 0.5)),
    "outcomes_unknown": lambda: unmeasured_latency(lambda log: log["use_case"] != ""),
    "limits_cost_more": limited,
    # all calls go to the only arm there is
    "no_arm_costs_less": lambda: decided(two_arms(share=1.0)),
    "arm_absent_in_evaluation": lambda: decided(
        (log := two_arms())[~later(log)],
    ),
    "too_few_sessions": lambda: decided(
        (log := two_arms())[~later(log) | (log.index % 40 == 0)]
    ),
    "not_routed": lambda: decided(two_arms(fails=(0.08, 0.09), rows=1_500)),
    "": lambda: decided(two_arms()),
}


@pytest.mark.parametrize("code", USE_CASES)
def test_a_use_case_keeps_its_baseline_for_the_reason_it_has(code: str) -> None:
    decision = USE_CASES[code]()
    assert code in set(decision.policy["reasons"]), decision.policy.T


def unbalanced() -> pd.DataFrame:
    """Return a log whose later calls of arm a are all of one tier."""
    log = two_arms(rows=6_000)
    tiers = np.random.default_rng(7).random(len(log)) < 0.85
    return log.assign(
        account_tier=log["account_tier"].where(
            ~later(log), np.where(tiers, "free", "pro")
        )
    )


def longer_later() -> pd.DataFrame:
    """Return a log whose later calls of arm a are thrice as long."""
    log = two_arms()
    chars = log["prompt_chars"]
    return log.assign(prompt_chars=chars.where(~later(log), chars * 3))


def miscalibrated() -> pd.DataFrame:
    """Return a log that was routed by tier, and later the other way round."""
    rng = np.random.default_rng(8)
    tier = rng.choice(["free", "pro"], 6_000)
    log = two_arms(rows=6_000, account_tier=tier)
    is_later = log["decision_window"] == "evaluation"
    likely = np.where((tier == "free") != is_later, 0.75, 0.25)
    is_a = rng.random(len(log)) < likely
    failed = rng.random(len(log)) < np.where(is_a, 0.04, 0.30)
    return log.assign(model_name=np.where(is_a, "a", "b"), is_failure=failed)


def unreported(share: float, *arms: str) -> pd.DataFrame:
    """Return a log without the outcome of a share of the calls of some arms."""
    log = two_arms()
    is_lost = np.random.default_rng(6).random(len(log)) < share
    is_lost &= log["model_name"].isin(arms).to_numpy()
    return log.assign(is_failure=log["is_failure"].astype(object).mask(is_lost))


def dropped(log: pd.DataFrame, window: str) -> pd.DataFrame:
    return log[log["decision_window"] != window]


def by_tier() -> pd.DataFrame:
    """Return a log in which the tier decides which arm answers."""
    rng = np.random.default_rng(8)
    tier = rng.choice(["free", "pro"], 3_000)
    return two_arms(account_tier=tier, model_name=np.where(tier == "free", "a", "b"))


def slight(seed: int) -> pd.DataFrame:
    """Return a use case that saves a little."""
    return two_arms(seed, rows=1_200, fails=(0.05, 0.09))


def noted(windows: pd.DataFrame | None = None, **changed: str) -> RoutingDecision:
    log = two_arms().assign(**changed)
    if windows is None:
        is_new = (log["decision_window"] == "evaluation") & (log.index % 7 == 0)
        return decided(log.assign(use_case=log["use_case"].mask(is_new, "new")))
    return decide(marts_of(log, windows), KNOBS)


OVERLAP = pd.DataFrame({"window_name": ["evaluation"], "overlap_rate": [0.9]})
DECISIONS: dict[str, tuple[str, Situation]] = {
    "no_candidates": ("refuse", lambda: decided(two_arms(rows=100))),
    "history_window_empty": (
        "refuse",
        lambda: decide(
            replace(
                marts := marts_of(two_arms()),
                contexts=dropped(marts.contexts, "history"),
            ),
            KNOBS,
        ),
    ),
    "evaluation_window_empty": (
        "refuse",
        lambda: decided(dropped(two_arms(), "evaluation")),
    ),
    "no_arm_keeps_limits": ("keep_baseline", USE_CASES["no_arm_keeps_limits"]),
    "too_few_requests": ("refuse", USE_CASES["too_few_requests"]),
    "outcomes_unknown": ("refuse", USE_CASES["outcomes_unknown"]),
    "limits_cost_more": ("keep_baseline", lambda: decided(too_slow(), **NO_BREACHES)),
    "no_arm_costs_less": ("keep_baseline", USE_CASES["no_arm_costs_less"]),
    "no_use_case_can_be_judged": ("refuse", USE_CASES["arm_absent_in_evaluation"]),
    "too_few_effective_rows": (
        "refuse",
        lambda: decided(two_arms(rows=600, share=0.4)),
    ),
    "no_overlap": ("refuse", lambda: decided(by_tier())),
    "weights_do_not_add_up": ("refuse", lambda: decided(two_arms(propensity=0.8))),
    "contexts_not_balanced": ("refuse", lambda: decided(unbalanced())),
    "propensities_miscalibrated": ("refuse", lambda: decided(miscalibrated())),
    "negative_control_failed": ("refuse", lambda: decided(longer_later())),
    "estimators_disagree": (
        "refuse",
        lambda: decided(two_arms(), routing_max_estimator_gap=0.0),
    ),
    "missing_differs_by_arm": ("refuse", lambda: decided(unreported(0.2, "a"))),
    "nothing_measured": (
        "refuse",
        lambda: decided(
            (log := two_arms()).assign(
                cost_usd=log["cost_usd"].mask(log["decision_window"] == "evaluation")
            )
        ),
    ),
    "policy_costs_more": ("keep_baseline", lambda: turned(0.6, (0.04, 0.30))),
    "interval_includes_zero": ("inconclusive", USE_CASES["not_routed"]),
    "pays": ("canary", USE_CASES[""]),
    "pays_in_part": (
        "canary",
        lambda: decided(beside(two_arms(), two_arms(3, fails=(0.08, 0.085)))),
    ),
    "pays_only_together": (
        "inconclusive",
        lambda: decided(beside(*(slight(seed) for seed in TOGETHER))),
    ),
    "expired_by_concept_drift": (
        "refuse",
        lambda: decide(marts_of(two_arms()), KNOBS, expired_by="concept_drift"),
    ),
    "limits_violated": ("keep_baseline", lambda: turned(0.3, (0.11, 0.6))),
    "limits_not_certified": ("shadow", lambda: decided(two_arms(fails=(0.11, 0.5)))),
    "prompt_length_unknown": ("shadow", lambda: decided(two_arms(prompt_chars=None))),
    "hidden_context_could_explain_it": (
        "shadow",
        lambda: decided(two_arms(), routing_min_lambda=15.0),
    ),
    "diagnostic_not_measured": ("shadow", lambda: decided(two_arms(prompt_chars=100))),
    "missing_could_flip_it": (
        "refuse",
        lambda: decided(unreported(0.3, "a", "b")),
    ),
    "windows_overlap_in_time": ("canary", lambda: noted(OVERLAP)),
    "use_case_without_candidates": ("canary", noted),
    **{
        f"use_case_{code}": ("", USE_CASES[code])
        for code in USE_CASES
        if code not in ("", "not_routed")
    },
}


@pytest.mark.parametrize("code", DECISIONS)
def test_a_decision_has_the_reason_of_its_situation(code: str) -> None:
    verdict, situation = DECISIONS[code]
    decision = situation()
    assert code in decision.reasons
    assert not verdict or decision.verdict == verdict
    assert not set(decision.reasons) - REASONS


def test_every_reason_has_its_situation() -> None:
    # checks of the data are not routing's own
    assert {*DECISIONS, *USE_CASES} - {""} == REASONS - {"integrity_degraded"}


def test_what_a_limit_costs_is_stated_and_a_knob_allows_it() -> None:
    kept, paid = limited(), limited(routing_max_limit_cost_usd=5.0)
    row = kept.policy.set_index("use_case").loc["case_1"]
    cost = kept.estimates["limits.case_1.unit_cost_delta"]
    assert (cost.value, cost.low) == (
        row["unit_cost_delta"],
        row["unit_cost_delta_low"],
    )
    # a fifth of its calls fail at .08 and the others at .01, at 40 a failure
    assert cost.low < 40 * 0.8 * 0.07 < cost.high
    assert kept.policy["recommendation"].tolist() == ["canary", "keep_baseline"]
    assert paid.policy["recommendation"].isin(["canary", "shadow"]).all()
    assert "limits.case_1.unit_cost_delta" not in paid.estimates


@pytest.mark.parametrize(("on_arm", "code"), [(100, "no_arm_costs_less"), (99, "")])
def test_an_arm_that_serves_every_call_cannot_save(on_arm: int, code: str) -> None:
    # shrinkage expects a little of it all the same
    learned = {"learned_unit_cost_delta": -0.0035, "learned_unit_cost": 1.0}
    table = pd.DataFrame([{"use_case": "chat", "reasons": "", **learned}])
    counts = {"evaluation_rows": 100, "evaluation_rows_on_arm": on_arm}
    worth = {"effective_sessions": 100.0, "p_value": 1.0}
    judged = pd.DataFrame([{"use_case": "chat", **counts, **worth}])
    cheapest = pd.DataFrame([{"use_case": "chat", "expected_usd": 1.0}])
    found = with_verdicts_of_rows(table, judged, cheapest, KNOBS)
    assert found["reasons"].tolist() == [code]


def test_a_refusal_says_that_lengths_were_not_compared() -> None:
    refused = decided(longer_later().assign(prompt_chars=None), routing_min_ess=1e9)
    assert refused.verdict == "refuse"
    assert "prompt_length_unknown" in refused.reasons


def test_no_use_case_is_sent_because_of_the_sum_alone() -> None:
    # equal arms: what is learned of them is chance
    equal = two_arms(3, fails=(0.08, 0.085))
    policy = decided(beside(two_arms(), equal)).policy.set_index("use_case")
    assert policy.loc["case_0", "recommendation"] == "canary"
    assert policy.loc["case_1", "recommendation"] == "keep_baseline"
