{{ config(materialized='ephemeral') }}
with

calls as (

    select * from {{ ref('int_interactions_unioned') }}

),

summaries as (

    select
        coalesce(bool_or(table_name = 'sessions'), false) as has_sessions,
        coalesce(bool_or(table_name = 'users'), false) as has_users

    from {{ ref('stg_telemetry_csv__landed_files') }}

),

samples as (

    select
        interaction_id as parent_id,
        cast(null as string) as row_key,
        cast(null as boolean) as is_divided,
        true as is_summarised

    from {{ ref('stg_telemetry_csv__instruction_samples') }}

),

{% for parent in ['session', 'user'] -%}
{{ parent }}s as (

    select distinct {{ parent }}_id as parent_id

    from {{ ref('stg_telemetry_csv__' ~ parent ~ 's') }}

    where {{ parent }}_id is not null

),

{% endfor -%}

-- only those that a sample names: a list of every interaction is expensive
sampled_interactions as (

    select distinct calls.interaction_id as parent_id

    from calls

    semi join samples on calls.interaction_id = samples.parent_id

),

session_references as (

    select
        windows.session_id as parent_id,
        min(if(windows.session_id is null, windows.interaction_id, null)) as row_key,
        -- a set of windows for each session would not fit into memory
        coalesce(min(windows.decision_window) != max(windows.decision_window), false)
            as is_divided,
        -- only the contract has summaries to look a reference up in, if there are any
        bool_or(windows.source = 'telemetry_csv' and summaries.has_sessions)
            as is_summarised

    from {{ ref('int_interactions_with_windows') }} as windows

    cross join summaries

    group by all

),

user_references as (

    select
        calls.user_id as parent_id,
        min(if(calls.user_id is null, calls.interaction_id, null)) as row_key,
        cast(null as boolean) as is_divided,
        bool_or(calls.source = 'telemetry_csv' and summaries.has_users) as is_summarised

    from calls

    cross join summaries

    group by all

),

reference_matches as (
    {% for table, column, children, parents in [
        ('interactions', 'session_id', 'session_references', 'sessions'),
        ('interactions', 'user_id', 'user_references', 'users'),
        ('instruction_samples', 'interaction_id', 'samples', 'sampled_interactions'),
    ] %}
    select
        '{{ table }}' as table_name,
        '{{ column }}' as column_name,
        children.parent_id,
        children.row_key,
        children.is_divided,
        children.is_summarised,
        -- where there is no summary table of the parents, nothing can be missing in it
        children.is_summarised and parents.parent_id is null
            as is_orphan

    from {{ children }} as children

    left join {{ parents }} as parents on children.parent_id = parents.parent_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from reference_matches
