with

interactions as (

    select * from {{ ref('int_slice_rows') }}

),

slices as (

    select * from {{ ref('risk_slices') }}

),

model_latencies as (

    select
        any_value(model_provider) as model_provider,
        any_value(model_name) as model_name,
        count(distinct session_id) as sessions,
        percentile_cont(0.95) within group (order by latency_ms) as p95_latency_ms

    from interactions

    -- sessions are counted faster by one number than by two texts
    group by {{ name_code('model_provider, model_name') }}

),

models as (

    select
        * {{ exclude_columns(
            'family, use_case, account_tier, channel, region, segment, p95_latency_ms,'
            ~ ' heuristic_risk_score, risk_bucket, is_reference_hotspot, risk_rank'
        ) }},
        -- most models have one provider: this slice is then the model's by another name
        if(verdict = 'same_rows', explained_by, slice) as canonical_slice

    from slices

    where family = 'model_provider x model_name'

),

verdicts_of_slices as (

    select
        models.* {{ exclude_columns(
            'verdict, failure_verdict, sla_verdict, explained_by, flagged_usd'
        ) }},
        slices.verdict,
        slices.failure_verdict,
        slices.sla_verdict,
        slices.explained_by,
        slices.flagged_usd,
        model_latencies.sessions,
        model_latencies.p95_latency_ms

    from models

    inner join slices on models.canonical_slice = slices.slice

    inner join model_latencies
        on
            models.model_provider = model_latencies.model_provider
            and models.model_name = model_latencies.model_name

),

scores as (

    select
        * {{ exclude_columns('slice, canonical_slice') }},
        55 * failure_rate + 25 * coalesce(sla_breach_rate, 0e0)
        + 10 * least(3e0, coalesce(p95_latency_ms / {{ knob('sla_ms') }}, 1e0))
        + 10 * coalesce(average_cost_usd, 0e0) as heuristic_risk_score,
        {{ reference_bucket(
            reference_severity('failure_rate', 'sla_breach_rate', 'p95_latency_ms')
        ) }} as risk_bucket,
        failure_rate > {{ reference_hotspot_rate() }}
        or coalesce(p95_latency_ms > {{ knob('sla_ms') }}, false)
            as is_reference_hotspot,
        row_number() over (
            order by
                verdict = 'hotspot' desc, flagged_usd desc nulls last,
                excess_usd desc nulls last, model_provider asc, model_name asc
        ) as risk_rank

    from verdicts_of_slices

)

select * from scores
