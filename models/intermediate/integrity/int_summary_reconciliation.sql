{%- set first_day = first_retained_day() -%}
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

session_totals as (

    select
        session_id,
        min(timestamp_utc) as started_at,
        {{ reconciled_totals() }}

    from interactions

    group by all

),

user_totals as (  -- noqa: ST03

    select
        user_id,
        {{ reconciled_totals() }}

    from interactions

    group by all

),

reconciliation as (

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
        coalesce(session_totals.interactions, 0) as interactions,
        session_totals.failures,
        session_totals.cost_usd,
        session_totals.tokens

    from sessions

    left join session_totals
        on sessions.session_id = session_totals.session_id
    {% if first_day %}
    -- other sessions have calls that this build does not read
    where {{ business_date('session_totals.started_at') }} >= {{ first_day }}
        and coalesce(sessions.start_timestamp_utc >= {{ first_day }}, true)
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
        coalesce(user_totals.interactions, 0) as interactions,
        user_totals.failures,
        user_totals.cost_usd,
        user_totals.tokens

    from users

    left join user_totals on users.user_id = user_totals.user_id
    {% if first_day -%}
    -- users have calls that this build does not read
    where false
    {%- endif %}

)

select * from reconciliation
