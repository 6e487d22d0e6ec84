with

interactions as (

    select * from {{ ref('interactions') }}

),

model_counts as (

    select
        coalesce(model_provider, 'unknown') as model_provider,
        coalesce(model_name, 'unknown') as model_name,
        count(*) as requests,
        avg(case when is_failure then 1e0 when not is_failure then 0e0 end)
            as fail_rate,
        percentile_cont(0.95) within group (order by latency_ms) as p95_latency,
        avg(case when is_sla_breach then 1e0 when not is_sla_breach then 0e0 end)
            as sla_breach_rate,
        {{ exact_sum('cost_usd') }} / nullif(count(cost_usd), 0) as avg_cost

    from interactions

    -- what a gateway answers from its cache, no model has served
    where decision_window = 'history' and cache_hit is not true

    group by 1, 2

),

compared_with_limits as (

    select
        *,
        -- an unknown rate or latency is above no limit
        coalesce(fail_rate > {{ reference_hotspot_rate() }}, false) as is_failing,
        coalesce(p95_latency > {{ knob('sla_ms') }}, false) as is_slow

    from model_counts

),

buckets as (

    select
        * {{ exclude_columns('is_failing, is_slow') }},
        case
            when is_failing and is_slow then 'high_failure_and_sla'
            when is_failing then 'high_failure'
            when is_slow then 'sla_risk'
            else 'ok'
        end as risk_bucket

    from compared_with_limits

)

select * from buckets
