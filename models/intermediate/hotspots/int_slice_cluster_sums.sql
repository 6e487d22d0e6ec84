{{ config(materialized='table') }}

with

interactions as {{ not_materialized() }}(

    select * from {{ ref('int_slice_rows') }}

),

combinations as (

    select * from {{ ref('int_dimension_combinations') }}

),

slices as (

    select * from {{ ref('int_slices') }}

),

sessions as (

    select
        session_id,
        {{ session_group('row_number() over (order by session_id)') }} as session_group

    from interactions

    group by session_id

),

combination_groups as (

    select
        interactions.combination_code,
        sessions.session_group,
        cast(count(*) as integer) as interactions,
        cast(count(*) filter (where interactions.is_failure) as integer)
            as failures,
        cast(count(interactions.latency_ms) as integer) as measured_latencies,
        cast(count(*) filter (where interactions.is_sla_breach) as integer)
            as sla_breaches,
        cast(count(interactions.cost_usd) as integer) as priced_interactions,
        {{ exact_sum('interactions.cost_usd') }} as cost_usd

    from interactions

    inner join sessions on interactions.session_id = sessions.session_id

    group by interactions.combination_code, sessions.session_group

),

averages as (

    select
        sum(sla_breaches) / cast(nullif(sum(measured_latencies), 0) as double)
            as sla_breach_rate,
        cast(sum(cost_usd) as double) / nullif(sum(priced_interactions), 0)
            as cost_usd

    from combinations

),

cells as (

    select
        {{ slice_dimensions('_code') }},
        combination_groups.session_group,
        combination_groups.interactions,
        combination_groups.failures,
        combination_groups.measured_latencies,
        combination_groups.sla_breaches,
        -- an unknown latency or cost varies with nothing: it counts as an average one
        {{ knob('failure_event_cost_usd') }} * combination_groups.failures
        + {{ knob('sla_breach_penalty_usd') }} * (
            combination_groups.sla_breaches
            + (combination_groups.interactions - combination_groups.measured_latencies)
            * coalesce(averages.sla_breach_rate, 0e0)
        )
        + coalesce(combination_groups.cost_usd, 0e0)
        + (combination_groups.interactions - combination_groups.priced_interactions)
        * coalesce(averages.cost_usd, 0e0) as loss_usd

    from combination_groups

    inner join combinations
        on combination_groups.combination_code = combinations.combination_code

    cross join averages

),

total_groups as (

    select
        session_group,
        sum(interactions) as interactions,
        {{ exact_sum('loss_usd') }} as loss_usd

    from cells

    group by session_group

),

totals as (

    select {{ clustered_amounts('loss_usd', 'interactions') }}

    from total_groups

),

slice_groups as (
    -- noqa: disable=LT02,LT05
    {{ slice_rollups('cells', 'session_group', '
        cast(sum(interactions) as bigint) as interactions,
        cast(sum(failures) as bigint) as failures,
        cast(sum(measured_latencies) as bigint) as measured_latencies,
        cast(sum(sla_breaches) as bigint) as sla_breaches,
        ' ~ exact_sum('loss_usd') ~ ' as loss_usd') }}
    -- noqa: enable=LT02,LT05
),

cluster_sums as (

    select
        {{ slice_dimensions('_code') }},
        {{ clustered_counts('failures', 'interactions') }},
        {{ clustered_counts('sla_breaches', 'measured_latencies') }},
        {{ clustered_amounts('loss_usd', 'interactions') }}

    from slice_groups

    group by {{ slice_dimensions('_code') }}

),

loss_variances as (

    select
        cluster_sums.*,
        {{ session_variance('cluster_sums.loss_usd') }} as loss_variance,
        {{ session_variance('totals.loss_usd') }} as total_loss_variance,
        cluster_sums.loss_usd.trials / cast(
            nullif(totals.loss_usd.trials - cluster_sums.loss_usd.trials, 0) as double
        ) as complement_weight

    from cluster_sums

    cross join totals

),

named as (

    select
        slices.slice,
        loss_variances.failures,
        loss_variances.sla_breaches,
        -- of the loss beyond that of as many calls of the complement, whose variance is
        -- what the slice leaves of all calls'
        case
            when loss_variances.loss_variance is not null
                then greatest(0e0, loss_variances.loss_variance)
                    + power(loss_variances.complement_weight, 2) * greatest(
                        0e0,
                        loss_variances.total_loss_variance
                        - loss_variances.loss_variance
                    )
        end as excess_usd_variance

    from loss_variances

    inner join slices on {{ same_slice('loss_variances', 'slices') }}

),

metrics as (

    select
        slice,
        'failures' as metric,
        excess_usd_variance,
        failures.*  -- noqa: RF01

    from named

    union all

    select
        slice,
        'sla_breaches' as metric,
        excess_usd_variance,
        sla_breaches.*  -- noqa: RF01

    from named

)

select * from metrics
