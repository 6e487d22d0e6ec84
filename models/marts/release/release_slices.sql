with

release_rows as (

    select * from {{ ref('int_release_rows') }}

),

release_names as (

    select * from {{ ref('int_release_names') }}

),

session_groups as (

    select
        {{ version_code() }},
        slice_code,
        cast(session_group as bigint) as session_group,
        count(distinct session_number) as sessions,
        count(*) as interactions,
        count(is_failure) as known_outcomes,
        count(*) filter (where is_failure) as failures,
        count(latency_bin) as known_latencies,
        count(*) filter (where is_sla_breach) as sla_breaches,
        count(*) filter (where is_slow) as slow_interactions,
        count(cost_usd) as known_costs,
        coalesce({{ exact_sum('cost_usd') }}, 0e0) as cost_usd,
        count(response_quality_score) as known_quality_scores,
        coalesce({{ exact_sum('response_quality_score') }}, 0e0) as quality_score_sum

    from release_rows

    group by {{ released_sets(['slice_code', 'session_group']) }}

),

named as (

    select
        session_groups.* {{ exclude_columns('version_code, slice_code') }},
        versions.name as version,
        slices.use_case,
        slices.account_tier

    from session_groups

    inner join release_names as versions
        on
            session_groups.version_column = versions.column_name
            and session_groups.version_code = versions.code

    inner join release_names as slices
        on slices.column_name = 'slice' and session_groups.slice_code = slices.code

)

select * from named
