with

interactions as (

    select * from {{ ref('interactions') }}

),

failures as (

    select
        *,
        -- a failure with the label none is a failure without a label
        coalesce(nullif(lower(failure_type), 'none'), 'unlabelled') as failure_label

    from interactions

    where is_failure

),

failure_types as (

    select
        failure_label as failure_type,
        count(*) as interactions,
        count(distinct session_id) as sessions,
        count(*) / cast(sum(count(*)) over () as double) as failure_share,
        count(*) filter (where is_sla_breach)
        / cast(nullif(count(is_sla_breach), 0) as double) as sla_breach_rate,
        {{ exact_sum('cost_usd') }} as cost_usd,
        cast(sum(total_tokens) as bigint) as total_tokens,
        min(timestamp_utc) as first_failed_at,
        max(timestamp_utc) as last_failed_at

    from failures

    group by all

)

select * from failure_types
