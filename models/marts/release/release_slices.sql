{%- set counts = [
    'interactions', 'known_outcomes', 'failures', 'known_latencies', 'sla_breaches',
    'slow_interactions', 'known_costs', 'known_quality_scores',
] -%}
with

release_rows as (

    select * from {{ ref('int_release_rows') }}

),

release_names as (

    select * from {{ ref('int_release_names') }}

),

{% for pair in released_pairs().split('; ') -%}
{{ pair | replace(', ', '_and_') }}_counts as (

    select
        {{ pair_codes(pair) }},
        slice_code,
        session_group,
        count(*) as interactions,
        count(is_failure) as known_outcomes,
        count(*) filter (where is_failure) as failures,
        count(latency_bin) as known_latencies,
        count(*) filter (where is_sla_breach) as sla_breaches,
        count(*) filter (where is_slow) as slow_interactions,
        count(cost_usd) as known_costs,
        sum(cast(cost_usd as decimal(38, 12))) as cost_usd,
        count(response_quality_score) as known_quality_scores,
        sum(cast(response_quality_score as decimal(38, 12))) as quality_score_sum

    from release_rows

    group by {{ pair_codes(pair) }}, slice_code, session_group

),

{% endfor -%}

version_counts as (
    {% for pair in released_pairs().split('; ') %}
    select
        {{ version_code(pair) }},
        slice_code,
        cast(session_group as bigint) as session_group,
        {%- for column in counts %}
        cast(sum({{ column }}) as bigint) as {{ column }},
        {%- endfor %}
        coalesce({{ exact_sum('cost_usd') }}, 0e0) as cost_usd,
        coalesce({{ exact_sum('quality_score_sum') }}, 0e0) as quality_score_sum

    from {{ pair | replace(', ', '_and_') }}_counts

    group by {{ released_sets(['slice_code', 'session_group'], pair, loop.first) }}

    {{ 'union all' if not loop.last }}
    {% endfor %}
),

version_sessions as (

    select
        {{ version_code() }},
        slice_code,
        session_group,
        count(distinct session_number) as sessions

    from release_rows

    group by {{ released_sets(['slice_code', 'session_group']) }}

),

named as (

    select
        version_counts.* {{ exclude_columns('version_code, slice_code') }},
        version_sessions.sessions,
        versions.name as version,
        slices.use_case,
        slices.account_tier

    from version_counts

    inner join version_sessions
        on
            version_counts.version_column = version_sessions.version_column
            and version_counts.version_code = version_sessions.version_code
            and version_counts.slice_code = version_sessions.slice_code
            and version_counts.session_group = version_sessions.session_group

    inner join release_names as versions
        on
            version_counts.version_column = versions.column_name
            and version_counts.version_code = versions.code

    inner join release_names as slices
        on slices.column_name = 'slice' and version_counts.slice_code = slices.code

)

select * from named
