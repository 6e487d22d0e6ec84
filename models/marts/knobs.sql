{#- one unit per knob; the meanings stand in dbt_project.yml -#}
{%- set units = {
    'random_seed': 'integer',
    'sla_ms': 'ms',
    'fail_budget': 'rate',
    'sla_budget': 'rate',
    'daily_cost_budget_usd': 'USD per day',
    'min_expected_bad_events': 'events',
    'infeasible_burn_rate': 'times budget',
    'forecast_weeks': 'weeks',
    'min_forecast_weeks': 'days',
    'forecast_draws': 'draws',
    'time_split_frac': 'share',
    'calibration_frac': 'share',
    'drift_reference_frac': 'share',
    'drift_current_frac': 'share',
    'max_latency_missing_rate': 'rate',
    'max_cost_missing_rate': 'rate',
    'missing_budget_share': 'share',
    'max_missing_by_arm_p_value': 'p-value',
    'max_window_overlap_rate': 'rate',
    'reconciliation_tolerance': 'relative difference',
    'failure_event_cost_usd': 'USD per failure',
    'sla_breach_penalty_usd': 'USD per breach',
    'review_cost': 'USD per review',
    'triage_fn_cost_usd': 'USD per missed failure',
    'routing_fail_budget_mult': 'multiple',
    'routing_fail_rate_cap': 'rate',
    'min_requests_policy': 'interactions',
    'min_requests_stratum': 'interactions',
    'routing_min_ess': 'sessions',
    'routing_min_ess_use_case': 'sessions',
    'routing_min_covered_share': 'share',
    'min_requests_slice': 'interactions',
    'session_groups': 'groups',
    'max_homogeneity_p_value': 'p-value',
    'max_hotspot_q_value': 'rate',
    'exact_below_events': 'events',
    'min_hotspot_rate_ratio': 'multiple',
    'min_hotspot_excess_events': 'events',
    'max_integer_categories': 'values',
    'max_design_effect_sessions': 'sessions',
    'drift_false_discovery_rate': 'rate',
    'min_concept_distance': 'distance',
    'capacity_per_day': 'reviews per day',
    'capacity_p90_guard': 'reviews per day',
    'review_repair_share': 'share',
    'triage_fit_rows': 'interactions',
    'triage_choice_rows': 'interactions',
    'triage_audit_share': 'share',
    'release_confidence': 'share',
    'release_false_block_rate': 'rate',
    'release_max_failure_increase': 'rate',
    'release_max_sla_breach_increase': 'rate',
    'release_max_cost_increase': 'share',
    'release_max_p95_increase': 'share',
    'release_max_quality_drop': 'share',
    'release_max_slice_failure_increase': 'rate',
    'release_max_cost_usd': 'USD per interaction',
    'release_max_p95_ms': 'ms',
    'release_min_sessions': 'sessions',
    'release_min_slice_sessions': 'sessions',
    'release_min_covered_share': 'share',
    'release_planned_sessions': 'sessions',
    'release_min_sample_ratio_p_value': 'p-value',
} -%}

with

knobs as (
    {% for name, unit in units.items() %}
    select
        '{{ name }}' as knob,
        {{ knob(name) }} as setting,
        '{{ unit }}' as unit,
        '{{ 'environment' if env_var(name | upper, '') else 'project' }}' as set_by
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from knobs
