"""The decisions on budget and drift, from marts written by hand."""

import re
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from monitoring_frames import KNOBS, alerts, budget_of, burn, forecast
from scipy import stats
from sound_lines import is_sound

from llm_telemetry.decisions import budget, drift
from llm_telemetry.decisions.statistics import Comparison, Estimate, compared
from llm_telemetry.decisions.types import Decision, expired


def test_a_calm_budget_is_kept() -> None:
    decision = budget_of()
    assert decision.verdict == "within_budget"
    assert decision.estimates["failures_burn_rate_28d"]["value"] == 0.5
    assert (
        "forecast for the month: 60 USD (90 %: 50 to 70) of a budget of 100 USD"
        in decision.summary
    )


def test_the_gravest_sure_alert_outweighs_a_refusal() -> None:
    flips = {"alert": "28d", "could_missing_flip_it": True}
    pages = {"alert": "1d", "severity": "page", "status": "firing"}
    refused = budget_of(flips)
    assert refused.verdict == "refuse"
    assert refused.reasons == ("failures_28d_missing_could_flip_it",)
    assert budget_of(flips, pages).verdict == "page"
    # a page that the missing could silence is not sure
    assert budget_of(pages | {"could_missing_flip_it": True}).verdict == "refuse"


def test_a_chronic_miss_is_a_ticket_with_an_objective() -> None:
    chronic = {
        "status": "firing",
        "reason": "slo_infeasible",
        "proposed_budget_rate": 0.05,
    }
    decision = budget_of(chronic)
    assert decision.verdict == "ticket"
    assert decision.recommendation == budget.INFEASIBLE
    assert decision.reasons == ("failures_28d_firing", "failures_28d_slo_infeasible")
    assert decision.estimates["failures_proposed_budget_rate"]["value"] == 0.05
    assert "budgets that would have been met: failures 5.0%" in decision.summary
    worse = {"alert": "7d", "status": "firing", "reason": "above_budget"}
    assert budget_of(chronic, worse).recommendation != budget.INFEASIBLE
    assert budget_of(chronic, low=101, high=120).recommendation != budget.INFEASIBLE


def test_little_traffic_is_left_to_the_next_longer_window() -> None:
    few = {"status": "insufficient_traffic", "reason": "few_events"}
    assert budget_of(few | {"escalates_to": "3d"}).verdict == "within_budget"
    assert budget_of(few).verdict == "insufficient_traffic"


def test_a_month_surely_over_its_budget_is_a_ticket() -> None:
    assert budget_of(low=90, high=120).verdict == "within_budget"
    over = budget_of(low=101, high=120)
    assert over.verdict == "ticket"
    assert over.reasons == (budget.OVER_BUDGET,)
    assert [row["is_met"] for row in over.basis.constraints] == [True, False]


def test_a_fifth_of_the_budget_may_be_missing() -> None:
    (met,) = budget_of().basis.diagnostics
    assert (met["value"], met["limit"], met["is_met"]) == (0.01, 0.004, False)


def test_a_month_without_history_has_no_forecast() -> None:
    gaps = dict.fromkeys(
        ("forecast_usd", "forecast_low_usd", "forecast_high_usd"), float("nan")
    )
    unknown = forecast().assign(status="insufficient_history", **gaps)
    decision = budget.decide(burn(), alerts(), unknown, KNOBS)
    assert decision.verdict == "within_budget"
    assert "too few weeks" in decision.summary
    assert decision.basis.constraints[-1]["is_met"] is None


def features(**changes: Any) -> pd.DataFrame:
    """Return a drift report of one feature that did not move."""
    row = {
        **dict.fromkeys(drift.EVIDENCE),
        "window_pair": drift.FITTED_ON,
        "feature": "latency_ms",
        "verdict": "no_drift",
        "severity": "low",
        "psi": 0.01,
        "q_value": 0.5,
        "overlap_rate": 0.0,
        "effective_rows": 500.0,
        "is_underpowered_for_medium": False,
        "is_underpowered_for_high": False,
    }
    return pd.DataFrame([row | changes])


def drivers(earlier: int = 3_000, later: int = 1_000) -> pd.DataFrame:
    """Return failure rates that moved within cells."""
    row = {
        "window_pair": drift.FITTED_ON,
        "earlier_outcomes": earlier,
        "later_outcomes": later,
        "change": 0.05,
        "mix_change": 0.01,
        "rate_change": 0.04,
    }
    return pd.DataFrame([row])


def comparison(value: float, se: float, expected: float = 1.0) -> Comparison:
    own = Estimate(value, se, value - 2 * se, value + 2 * se, 999, 400)
    return compared(own, expected, 0.0, (399.0, 399.0))


def drift_of(
    report: pd.DataFrame | None = None,
    moved: pd.DataFrame | None = None,
    **known: Comparison,
) -> Decision:
    found = {
        "observed_over_expected": known.get("ratio", comparison(1.0, 0.05)),
        "calibration_slope": known.get("slope", comparison(0.9, 0.1, 0.9)),
    }
    return drift.decide(
        features() if report is None else report,
        drivers() if moved is None else moved,
        found,
        KNOBS,
    )


@pytest.mark.parametrize(
    ("options", "verdict"),
    [
        ({}, "stable"),
        ({"ratio": comparison(1.5, 0.1)}, "concept_drift"),
        ({"ratio": comparison(0.5, 0.1)}, "concept_drift"),
        ({"slope": comparison(0.5, 0.1, 0.9)}, "concept_drift"),
        # far from 1, and near what is expected of sessions left out of history
        ({"slope": comparison(0.7, 0.05, 0.8)}, "stable"),
        # significant but small; large but not significant
        ({"ratio": comparison(1.15, 0.01)}, "stable"),
        ({"ratio": comparison(1.5, 0.3)}, "stable"),
        ({"report": features(verdict="drift", severity="high")}, "covariate_drift"),
        (
            {"report": features(verdict="drift"), "ratio": comparison(1.5, 0.1)},
            "concept_drift",
        ),
        # windows that overlap are no future to fail in
        (
            {
                "report": features(verdict="windows_overlap"),
                "ratio": comparison(1.5, 0.1),
            },
            "not_evaluable",
        ),
    ],
)
def test_the_kind_of_drift(options: dict[str, Any], verdict: str) -> None:
    assert drift_of(**options).verdict == verdict


def test_a_third_of_the_false_alarms_is_for_each_of_two_values() -> None:
    # 2.35 and 2.45 standard errors, on either side of the quantile of .05 / 3, 2.40
    assert drift_of(ratio=comparison(1.235, 0.1)).verdict == "stable"
    assert drift_of(ratio=comparison(1.245, 0.1)).verdict == "concept_drift"


def test_what_is_stated_is_what_was_tested() -> None:
    decision = drift_of(slope=comparison(0.6, 0.1, 0.9))
    slope = decision.estimates["calibration_slope"]
    assert decision.reasons[0] == "calibration_slope_moved"
    assert decision.estimates["calibration_slope_if_unchanged"]["value"] == 0.9
    assert decision.estimates["calibration_slope_p_value"]["value"] == pytest.approx(
        2 * stats.t.sf(3, 399)
    )
    assert slope["low"] < slope["value"] < slope["high"] < 0.9
    (_, constraint) = decision.basis.constraints
    assert constraint["value"] == pytest.approx(0.3)
    assert constraint["is_met"] is False


def test_without_a_failure_model_concept_is_not_judged() -> None:
    decision = drift.decide(features(), drivers(), {}, KNOBS)
    assert decision.verdict == "stable"
    assert decision.reasons == ("concept_not_judged",)
    assert [row["is_met"] for row in decision.basis.constraints] == [None, None]
    parts = [
        decision.estimates[f"{drift.FITTED_ON}.failure_rate_{part}"]["value"]
        for part in ("change", "mix_change", "rate_change")
    ]
    assert parts == [0.05, 0.01, 0.04]


@pytest.mark.parametrize(
    ("ratio", "change", "explanation"),
    [
        (
            0.7,
            0.0115,
            "rose by 1.1 points since history: .* failed more often in history$",
        ),
        (
            1.3,
            -0.02,
            "fell by 2 points since history: .* failed less often in history$",
        ),
    ],
)
def test_a_change_against_the_ratio_is_explained(
    ratio: float, change: float, explanation: str
) -> None:
    moved = drivers().assign(change=change)
    summary = drift_of(moved=moved, ratio=comparison(ratio, 0.1)).summary
    assert re.search(f"forecast, although .*{explanation}", summary)
    other = moved.assign(window_pair="reference_to_current")
    summary = drift_of(moved=other, ratio=comparison(ratio, 0.1)).summary
    assert "between the drift windows, which cover other days" in summary


@given(
    ratio=st.sampled_from([0.5, 0.99, 1.0, 1.01, 2.0]),
    change=st.sampled_from([-0.05, 0.0, 0.05]),
)
def test_only_a_contradiction_is_explained(ratio: float, change: float) -> None:
    moved = drivers().assign(change=change)
    summary = drift_of(moved=moved, ratio=comparison(ratio, 0.1)).summary
    assert ("although" in summary) == ((ratio - 1) * change < 0)
    assert is_sound(summary), summary


def test_an_expired_decision_says_so_twice() -> None:
    ended = expired(Decision("canary", "canary", "", ("improves",)), "concept_drift")
    assert ended.reasons == ("improves", "expired_by_concept_drift")
    assert ended.basis.expires_on == ("now: concept_drift",)


@settings(deadline=None)
@given(
    verdict=st.sampled_from(["drift", "no_drift", "underpowered", "not_measured"]),
    ratio=st.none() | st.sampled_from([0.0, 0.5, 1.0, 2.0]),
)
def test_no_line_on_drift_has_an_empty_slot(verdict: str, ratio: float | None) -> None:
    report = features(verdict=verdict)
    known = {} if ratio is None else {"ratio": comparison(ratio, 0.1)}
    decided = drift_of(report, **known)
    assert is_sound(decided.summary), decided.summary
