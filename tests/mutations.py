"""The lines that `make mutants` breaks, and the tests that must notice."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """A text of one file, what takes its place, and the tests that hold it."""

    name: str
    file: str
    text: str
    replacement: str
    tests: str


PACKAGE = "python/llm_telemetry"
MUTANTS = (
    Mutant(
        "every call is its own session in a rate of bad answers",
        "models/intermediate/judge/int_quality_intervals.sql",
        "{{ exact_sum('influence * influence') }} as squared_influence",
        "{{ exact_sum('abs(influence)') }} as squared_influence",
        "test_quality_rates.py",
    ),
    Mutant(
        "labels of audits are not weighted by their probability",
        "models/intermediate/judge/int_quality_weights.sql",
        "else 1 / (halves.review_probability * completions.completion)",
        "else 1 / completions.completion",
        "test_quality_rates.py",
    ),
    Mutant(
        "what a score chose counts as drawn at random",
        "models/intermediate/judge/int_quality_calls.sql",
        "labelled.is_random,\n",
        "true as is_random,\n",
        "test_quality_calls.py",
    ),
    Mutant(
        "an evaluator is used however few bad answers are labelled",
        "models/intermediate/judge/int_quality_estimates.sql",
        "< {{ knob('quality_min_bad_pooled') }} then 0e0",
        "< 0 then 0e0",
        "test_quality_rates.py",
    ),
    Mutant(
        "answers of a session are independent where reviewers are compared",
        "models/intermediate/judge/int_review_agreement.sql",
        "        interactions.session_id,\n",
        "        interactions.interaction_id as session_id,\n",
        "test_agreement.py",
    ),
    Mutant(
        "an agreement has an interval from few labels",
        "macros/judge/agreement_end.sql",
        "{% macro least_agreement_labels() %}120",
        "{% macro least_agreement_labels() %}119",
        "test_agreement.py",
    ),
    Mutant(
        "lengths of good and bad answers are compared with each other",
        "models/intermediate/judge/int_evaluator_length_slopes.sql",
        "same_label as (partition by {{ keys }}, is_bad)",
        "same_label as (partition by {{ keys }})",
        "test_length_slope.py",
    ),
    Mutant(
        "a call may be drawn from twice",
        f"{PACKAGE}/judge/review_ledger.py",
        "[times > covered]",
        '[times > ""]',
        "test_review_ledger.py",
    ),
    Mutant(
        'class_weight="balanced"',
        f"{PACKAGE}/triage/failure_model.py",
        'solver="lbfgs",',
        'solver="lbfgs", class_weight="balanced",',
        "test_failure_model.py test_triage.py",
    ),
    Mutant(
        "the threshold is set on the evaluation window",
        f"{PACKAGE}/triage/__init__.py",
        "inputs.scored(fit.scorecard, inputs.setting_window)",
        'inputs.scored(fit.scorecard, "evaluation")',
        "test_triage.py",
    ),
    Mutant(
        "the saving of a policy that passed is claimed as measured",
        f"{PACKAGE}/triage/review_value.py",
        "{COST_DIFFERENCE: saving.claim(),",
        "{COST_DIFFERENCE: saving.difference,",
        "test_claimed_saving.py",
    ),
    Mutant(
        "the error of a saving is the measured one at the gate too",
        f"{PACKAGE}/triage/claimed_saving.py",
        "return self.difference.se**2 + self.slope * (self.value - saving)",
        "return self.difference.se**2",
        "test_claimed_saving.py",
    ),
    Mutant(
        "rows are clusters, not sessions",
        f"{PACKAGE}/decisions/statistics.py",
        "codes = np.asarray(clusters)\n    is_dense",
        "codes = np.arange(len(values))\n    is_dense",
        "test_inference.py",
    ),
    Mutant(
        "the verdict reads the direct method",
        f"{PACKAGE}/routing/verdicts.py",
        'self.found.get("doubly_robust")',
        'self.found.get("direct")',
        "test_routing.py test_routing_worlds.py test_claims.py",
    ),
    Mutant(
        "use cases that save nothing are sent where the sum pays",
        f"{PACKAGE}/routing/verdicts.py",
        "is_sent = saves & (_false_discovery_rates(policy) <= FALSE_DISCOVERY_RATE)",
        'is_sent = policy["unit_cost_delta"].notna()',
        "test_routing_reasons.py",
    ),
    Mutant(
        "what history says costs more is sent",
        f"{PACKAGE}/routing/output/policy_table.py",
        '"limits_cost_more": is_limited & ~(change < 0) & ~is_paid,',
        '"limits_cost_more": is_limited & (change > 1e9),',
        "test_routing_reasons.py",
    ),
    Mutant(
        "each provider's own tokens are what calls are compared by",
        "models/marts/routing/routing_contexts.sql",
        "when {{ knob('prompt_tokens_are_comparable') }} > 0 then 'tokens'\n"
        "            else 'none'",
        "else 'tokens'",
        "test_routing.py",
    ),
    Mutant(
        "an arm is certified by calls from before its outage",
        "models/marts/routing/routing_constraints.sql",
        "failing_arms.failing_since is null,\n            pooled",
        "true,\n            pooled",
        "test_failover.py",
    ),
    Mutant(
        "an outage never ends",
        "macros/watch/outages.sql",
        "where interaction_date > coalesce(last_usual_date, date '0001-01-01')",
        "where true",
        "test_failover.py",
    ),
    Mutant(
        "calls that start at once do not load each other",
        "models/marts/watch/latency_by_load.sql",
        "order by happened_at\n",
        "order by happened_at rows unbounded preceding\n",
        "test_latency_by_load.py",
    ),
    Mutant(
        "trends take calls for independent",
        "macros/watch/recent_amounts.sql",
        "'amount_squares': (amount, amount)",
        "'amount_squares': (amount, '1')",
        "test_recent_windows.py",
    ),
    Mutant(
        "an arm of few calls says that no arm keeps the limits",
        f"{PACKAGE}/routing/checks/limits.py",
        'return reasons.mask(is_thin | ~any_arm["is_enough"], "too_few_requests")',
        "return reasons",
        "test_routing_reasons.py",
    ),
    Mutant(
        "slices count interactions, not sessions",
        "models/intermediate/hotspots/int_slice_z_scores.sql",
        "/ sqrt(greatest(1e0, slice_metrics.design_effect)) as",
        "as",
        "test_hotspots.py test_slice_statistics.py",
    ),
    Mutant(
        "slices are not corrected for their number",
        "models/intermediate/hotspots/int_slice_tests.sql",
        "least(1e0, min(false_discovery_rate) over (order by p_value desc))",
        "p_value",
        "test_hotspots.py test_slice_statistics.py",
    ),
    Mutant(
        "findings are ranked by the net of everything",
        f"{PACKAGE}/decisions/hotspots.py",
        'dollars = ["metric_usd", "excess_events"]',
        'dollars = ["net_usd", "excess_events"]',
        "test_findings.py",
    ),
    Mutant(
        "an SLA finding shows the failure rate",
        f"{PACKAGE}/decisions/hotspots.py",
        'self.name: "rate",',
        '"failure_rate": "rate",',
        "test_findings.py",
    ),
    Mutant(
        "the headline is the first finding, whatever its net",
        f"{PACKAGE}/decisions/hotspots.py",
        'return ranked[ranked["net_usd"] > 0].head(1)',
        "return ranked.head(1)",
        "test_findings.py",
    ),
    Mutant(
        "the net of a slice takes its complement as known",
        "models/intermediate/hotspots/int_slice_cluster_sums.sql",
        "power(loss_variances.complement_weight, 2)",
        "0e0",
        "test_slice_dollars.py",
    ),
    Mutant(
        "a rank in the mart is of the net",
        "models/marts/hotspots/risk_slices.sql",
        "verdict = 'hotspot' desc, flagged_usd desc nulls last,",
        "verdict = 'hotspot' desc,",
        "test_slice_dollars.py",
    ),
    Mutant(
        "drift counts interactions, not sessions",
        "models/intermediate/drift/int_drift_tests.sql",
        "if(design_effects.design_effect < 1, 1e0, design_effects.design_effect)",
        "1e0",
        "test_drift.py",
    ),
    Mutant(
        "drift takes the failure model as known",
        f"{PACKAGE}/triage/since_history.py",
        "float(np.sqrt(variance))",
        "0.0",
        "test_since_history.py",
    ),
    Mutant(
        "drift expects a slope of 1",
        f"{PACKAGE}/triage/since_history.py",
        "1 - OPTIMISM_OF_ALL * (1 - own.value)",
        "1.0",
        "test_since_history.py",
    ),
    Mutant(
        "drift is judged after calibration",
        f"{PACKAGE}/triage/__init__.py",
        "fit.scorecard.log_odds(rows)",
        "-np.log(1 / fit.scorecard.probabilities(rows) - 1)",
        "test_since_history.py",
    ),
    Mutant(
        "the choice of a calibration map counts calls, not sessions",
        f"{PACKAGE}/triage/calibration_map.py",
        "clustered_covariance((scores - mean) / len(scores), clusters)",
        "clustered_covariance((scores - mean) / len(scores), np.arange(len(scores)))",
        "test_calibration.py",
    ),
    Mutant(
        "a page is compared with the budget alone",
        "models/intermediate/slo/int_burn_rates_multiwindow.sql",
        "on alerts.severity = 'page'\n            and",
        "on false and",
        "test_burn.py",
    ),
    Mutant(
        "an objective that is always missed silences a page",
        "models/marts/slo/burn_alerts.sql",
        "            reaches_factor\n            and is_above_own_past",
        "            reaches_factor and not is_infeasible\n"
        "            and is_above_own_past",
        "test_burn.py",
    ),
    Mutant(
        "an incident is in its own baseline",
        "models/intermediate/slo/int_burn_rates_multiwindow.sql",
        "greatest(pasts.rate, pasts.budget_rate) desc,",
        "pasts.interaction_date,",
        "test_burn.py",
    ),
    Mutant(
        "few expected events are never an alert",
        "models/marts/slo/burn_alerts.sql",
        "            reaches_factor\n            and is_above_own_past",
        "            reaches_factor and factor * budget_rate * trials >= 5\n"
        "            and is_above_own_past",
        "test_burn.py",
    ),
    Mutant(
        "the failures of one session are as many failures",
        "models/marts/slo/burn_alerts.sql",
        "'1 - counted_once', '1 - counted_once', '1e0'",
        "'0', '0', '1e0'",
        "test_burn.py",
    ),
    Mutant(
        "days are as alike as calls",
        "models/intermediate/slo/int_burn_rates_multiwindow.sql",
        "pasts.design_effect, coalesce(pasts.day_dispersion, 1e0)",
        "pasts.design_effect, 1e0",
        "test_burn.py",
    ),
    Mutant(
        "weeks stand in for the periods that propose an objective",
        "models/intermediate/slo/int_burn_rates_multiwindow.sql",
        "on alerts.period_days = period_window.window_days",
        "on least(alerts.period_days, 7) = period_window.window_days",
        "test_burn.py",
    ),
    Mutant(
        "a spent budget blocks for ever",
        f"{PACKAGE}/decisions/budget_rules.py",
        "0 < periods < PERIODS",
        "0 < periods",
        "test_budget_rules.py",
    ),
)
