with

interactions as (

    {{ rollup_rows(ref('interactions'), ref('int_interactions_backfilled')) }}

),

session_days as (

    select
        interaction_date,
        count(is_operation_failure) as known_outcomes,
        count(*) filter (where is_operation_failure) as failures,
        count(is_operation_sla_breach) as measured_latencies,
        count(*) filter (where is_operation_sla_breach) as sla_breaches

    from interactions

    group by interaction_date, session_id

),

cluster_sums as (

    select
        interaction_date,
        {{ clustered_counts('failures', 'known_outcomes') }},
        {{ clustered_counts('sla_breaches', 'measured_latencies') }},
        cast(max(failures) as bigint) as largest_session_failures,
        cast(max(sla_breaches) as bigint) as largest_session_sla_breaches

    from session_days

    group by interaction_date

),

budgets as (

    select
        interaction_date,
        'failures' as budget,
        failures.*,
        largest_session_failures as largest_session_events

    from cluster_sums

    union all

    select
        interaction_date,
        'sla' as budget,
        sla_breaches.*,
        largest_session_sla_breaches as largest_session_events

    from cluster_sums

),

event_rates as (

    select
        *,
        events / cast(nullif(trials, 0) as double) as rate

    from budgets

    where trials > session_groups

),

variances as (

    select
        interaction_date,
        budget,
        -- of a day's events, with its sessions drawn again
        {{ session_variance() }} as session_variance,
        -- and with its interactions drawn again
        if(
            session_groups > 1,
            trials * rate * (1e0 - rate) * trials / (trials - 1),
            null
        ) as row_variance,
        largest_session_events

    from event_rates
    {{ carry_forward('event_variance_by_day') }}

)

select * from variances
