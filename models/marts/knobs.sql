{#- one unit per knob; the meanings stand in dbt_project.yml -#}
{%- set units = {
    'random_seed': 'integer',
    'sla_ms': 'ms',
    'fail_budget': 'rate',
    'sla_budget': 'rate',
    'daily_cost_budget_usd': 'USD per day',
    'min_expected_bad_events': 'events',
    'infeasible_burn_rate': 'times budget',
    'time_split_frac': 'share',
    'calibration_frac': 'share',
    'drift_reference_frac': 'share',
    'drift_current_frac': 'share',
    'max_latency_missing_rate': 'rate',
    'max_cost_missing_rate': 'rate',
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
    'routing_min_ess': 'interactions',
    'routing_min_ess_use_case': 'sessions',
    'routing_min_covered_share': 'share',
    'routing_fit_rows': 'interactions',
    'routing_folds': 'folds',
    'routing_min_propensity': 'probability',
    'routing_max_weight_error': 'weight',
    'routing_max_imbalance': 'standard deviations',
    'routing_max_slope_error': 'slope',
    'routing_max_estimator_gap': 'standard errors',
    'routing_max_missing_gap': 'rate',
    'routing_min_lambda': 'odds ratio',
    'routing_worthwhile_usd': 'USD per interaction',
    'routing_canary_share': 'share',
    'min_requests_slice': 'interactions',
    'session_groups': 'groups',
    'max_homogeneity_p_value': 'p-value',
    'max_hotspot_q_value': 'rate',
    'min_hotspot_rate_ratio': 'multiple',
    'min_hotspot_excess_events': 'events',
    'max_integer_categories': 'values',
    'max_design_effect_sessions': 'sessions',
    'drift_false_discovery_rate': 'rate',
    'capacity_per_day': 'reviews per day',
    'capacity_p90_guard': 'reviews per day',
    'review_repair_share': 'share',
    'triage_fit_rows': 'interactions',
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
