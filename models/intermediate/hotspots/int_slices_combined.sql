with

slices as (

    select * from {{ ref('int_slices_priced') }}

),

failures as (

    select * from {{ ref('int_slice_metrics_judged') }}

    where metric = 'failures'

),

sla_breaches as (

    select * from {{ ref('int_slice_metrics_judged') }}

    where metric = 'sla_breaches'

),

joined as (

    select
        slices.*,
        failures.session_groups,
        failures.events as failures,
        failures.rate as failure_rate,
        failures.rate_low as failure_rate_low,
        failures.rate_high as failure_rate_high,
        failures.shrunken_rate as shrunken_failure_rate,
        failures.design_effect as failure_design_effect,
        failures.family_p_value as failure_family_p_value,
        failures.p_value as failure_p_value,
        failures.q_value as failure_q_value,
        failures.excess_events as excess_failures,
        failures.verdict as failure_verdict,
        failures.explained_by as failure_explained_by,
        sla_breaches.trials as measured_latencies,
        sla_breaches.events as sla_breaches,
        sla_breaches.rate as sla_breach_rate,
        sla_breaches.rate_low as sla_breach_rate_low,
        sla_breaches.rate_high as sla_breach_rate_high,
        sla_breaches.shrunken_rate as shrunken_sla_breach_rate,
        sla_breaches.design_effect as sla_design_effect,
        sla_breaches.family_p_value as sla_family_p_value,
        sla_breaches.p_value as sla_p_value,
        sla_breaches.q_value as sla_q_value,
        sla_breaches.excess_events as excess_sla_breaches,
        sla_breaches.verdict as sla_verdict,
        sla_breaches.explained_by as sla_explained_by

    from slices

    inner join failures on slices.slice = failures.slice

    inner join sla_breaches on slices.slice = sla_breaches.slice

)

select * from joined
