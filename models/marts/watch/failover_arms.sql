with

interactions as {{ not_materialized() }}(

    select * from {{ ref('interactions') }}

),

anomalies as (

    select * from {{ ref('anomalies') }}

),

routing_ladder as (

    select * from {{ ref('routing_ladder') }}

),

outage_days as (

    {{ outage_days('anomalies', ['failure_rate']) }}

),

outages as (

    {{ outages('outage_days') }}

),

data_ends as (

    select max(timestamp_utc) as ends_at from interactions

),

recent_calls as (

    select
        coalesce(interactions.use_case, 'unknown') as use_case,
        coalesce(interactions.model_provider, 'unknown') as model_provider,
        coalesce(interactions.model_name, 'unknown') as model_name,
        date_trunc('hour', interactions.timestamp_utc) as called_in_hour,
        count(*) over (
            partition by
                interactions.model_provider,
                interactions.model_name,
                date_trunc('hour', interactions.timestamp_utc)
        ) as arm_interactions_in_hour,
        interactions.interaction_date,
        interactions.is_failure,
        interactions.latency_ms,
        interactions.cost_usd

    from interactions

    inner join data_ends
        on interactions.timestamp_utc
            > data_ends.ends_at - {{ knob('failover_days') }} * interval 1 day

    -- nothing is read where nothing fails
    where interactions.cache_hit is not true and exists (select 1 from outages)

),

failing_calls as (

    select
        recent_calls.use_case,
        recent_calls.model_provider as failing_provider,
        outages.failing_since,
        outages.higher_rate as provider_failure_rate,
        outages.usual_rate as usual_failure_rate,
        count(*) as interactions_to_move,
        count(*) / {{ knob('failover_days') }} as interactions_per_day,
        {{ exact_sum('recent_calls.cost_usd') }}
        / nullif(count(recent_calls.cost_usd), 0) as cost_usd_per_call,
        count(*) filter (
            where recent_calls.is_failure
            and recent_calls.interaction_date >= outages.failing_since
        ) / cast(
            nullif(count(recent_calls.is_failure) filter (
                where recent_calls.interaction_date >= outages.failing_since
            ), 0) as double
        ) as failing_failure_rate

    from recent_calls

    inner join outages on recent_calls.model_provider = outages.model_provider

    group by all

),

arms_by_step as (

    select
        recent_calls.use_case,
        recent_calls.model_provider,
        recent_calls.model_name,
        routing_ladder.step,
        routing_ladder.policy_mode,
        {{ max_p95_latency_ms() }} as max_p95_latency_ms,
        {{ max_failure_rate() }} as max_failure_rate,
        5e-2 as max_slow_rate,
        count(*) as interactions,
        max(recent_calls.arm_interactions_in_hour) as busiest_hour,
        count(recent_calls.is_failure) as known_outcomes,
        count(*) filter (where recent_calls.is_failure) as failures,
        count(recent_calls.latency_ms) as known_latencies,
        count(*) filter (where recent_calls.latency_ms > {{ max_p95_latency_ms() }})
            as slow,
        percentile_cont(0.95) within group (order by recent_calls.latency_ms)
            as p95_latency_ms,
        {{ exact_sum('recent_calls.cost_usd') }}
        / nullif(count(recent_calls.cost_usd), 0) as cost_usd_per_call

    from recent_calls

    cross join routing_ladder

    anti join outages
        on recent_calls.model_provider = outages.model_provider
            or recent_calls.model_name = outages.model_name

    group by all

),

arms_with_status as (

    select
        *,
        {{ constraint_rates() }},
        {{ constraint_status() }} as constraint_status

    from arms_by_step

),

-- each on the first step that it is certified on, else plausible, unmeasured, violated
surviving_arms as (

    select
        *,
        max(busiest_hour) over (partition by model_provider, model_name)
            as busiest_hour_carried

    from arms_with_status

    qualify
        row_number() over (
            partition by use_case, model_provider, model_name
            order by constraint_status, step
        ) = 1

),

arm_hours as (

    select
        model_provider,
        model_name,
        called_in_hour,
        count(*) as interactions

    from recent_calls

    group by all

),

use_case_hours as (

    select
        use_case,
        model_provider as failing_provider,
        called_in_hour,
        count(*) as interactions

    from recent_calls

    group by all

),

-- the calls of one use case on top of all that the arm serves
loaded_hours as (

    select
        use_case_hours.use_case,
        use_case_hours.failing_provider,
        surviving_arms.model_provider,
        surviving_arms.model_name,
        max(use_case_hours.interactions + coalesce(arm_hours.interactions, 0))
            as busiest_hour_of_both

    from use_case_hours

    inner join surviving_arms on use_case_hours.use_case = surviving_arms.use_case

    left join arm_hours
        on
            surviving_arms.model_provider = arm_hours.model_provider
            and surviving_arms.model_name = arm_hours.model_name
            and use_case_hours.called_in_hour = arm_hours.called_in_hour

    group by all

),

-- a use case without a surviving arm has a row too
shown as (

    select
        failing_calls.use_case,
        failing_calls.failing_provider,
        row_number() over (
            partition by failing_calls.use_case, failing_calls.failing_provider
            order by
                surviving_arms.constraint_status,
                surviving_arms.step,
                surviving_arms.cost_usd_per_call,
                surviving_arms.model_provider,
                surviving_arms.model_name
        ) as choice,
        surviving_arms.model_provider,
        surviving_arms.model_name,
        failing_calls.failing_since,
        failing_calls.provider_failure_rate,
        failing_calls.usual_failure_rate,
        failing_calls.failing_failure_rate,
        failing_calls.interactions_to_move,
        coalesce(surviving_arms.constraint_status, 'no_arm') as constraint_status,
        surviving_arms.step,
        surviving_arms.policy_mode,
        coalesce(surviving_arms.interactions, 0) as interactions,
        surviving_arms.failure_rate,
        surviving_arms.failure_rate_bound,
        surviving_arms.p95_latency_ms,
        surviving_arms.slow_rate_bound,
        surviving_arms.cost_usd_per_call,
        surviving_arms.cost_usd_per_call * failing_calls.interactions_per_day
            as cost_usd_per_day,
        (surviving_arms.cost_usd_per_call - failing_calls.cost_usd_per_call)
        * failing_calls.interactions_per_day as extra_cost_usd_per_day,
        surviving_arms.busiest_hour_carried,
        greatest(
            loaded_hours.busiest_hour_of_both, surviving_arms.busiest_hour_carried
        ) as busiest_hour_to_carry,
        surviving_arms.busiest_hour_carried / cast(busiest_hour_to_carry as double)
            as headroom

    from failing_calls

    left join surviving_arms on failing_calls.use_case = surviving_arms.use_case

    left join loaded_hours
        on
            failing_calls.use_case = loaded_hours.use_case
            and failing_calls.failing_provider = loaded_hours.failing_provider
            and surviving_arms.model_provider = loaded_hours.model_provider
            and surviving_arms.model_name = loaded_hours.model_name

)

select * from shown
