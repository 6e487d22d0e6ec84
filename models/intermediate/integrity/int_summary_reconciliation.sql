{%- set held = first_retained_day() -%}
with

interactions as {{ not_materialized() }}(

    select * from {{ ref('int_interactions_classified') }}

),

sessions as (

    select * from {{ ref('stg_telemetry_csv__sessions') }}

),

users as (  -- noqa: ST03

    select * from {{ ref('stg_telemetry_csv__users') }}

),

sessions_counted as (

    select
        session_id,
        min(timestamp_utc) as started_at,
        {{ reconciled_totals() }}

    from interactions

    group by all

),

users_counted as (  -- noqa: ST03

    select
        user_id,
        {{ reconciled_totals() }}

    from interactions

    group by all

),

reconciled as (

    select
        'sessions' as table_name,
        sessions.session_id as summary_key,
        coalesce(sessions.session_total_requests, sessions.total_requests)
            as summary_interactions,
        coalesce(sessions.session_total_failures, sessions.failed_requests)
            as summary_failures,
        coalesce(sessions.session_total_cost_usd, sessions.total_cost_usd)
            as summary_cost_usd,
        coalesce(sessions.session_total_tokens, sessions.total_tokens)
            as summary_tokens,
        coalesce(sessions_counted.interactions, 0) as interactions,
        sessions_counted.failures,
        sessions_counted.cost_usd,
        sessions_counted.tokens

    from sessions

    left join sessions_counted
        on sessions.session_id = sessions_counted.session_id
    {% if held %}
    -- of others not every call is read
    where {{ business_date('sessions_counted.started_at') }} >= {{ held }}
        and coalesce(sessions.start_timestamp_utc >= {{ held }}, true)
    {% endif %}
    union all

    select
        'users' as table_name,
        users.user_id as summary_key,
        coalesce(users.user_total_requests, users.total_requests)
            as summary_interactions,
        coalesce(users.user_total_failures, users.total_failed_requests)
            as summary_failures,
        coalesce(users.user_total_cost_usd, users.total_cost_usd) as summary_cost_usd,
        coalesce(users.user_total_tokens, users.total_tokens) as summary_tokens,
        coalesce(users_counted.interactions, 0) as interactions,
        users_counted.failures,
        users_counted.cost_usd,
        users_counted.tokens

    from users

    left join users_counted on users.user_id = users_counted.user_id
    {{ 'where false  -- of users not every call is read' if held }}

)

select * from reconciled
