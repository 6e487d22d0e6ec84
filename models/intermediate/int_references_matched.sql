with

interactions as (

    select * from {{ ref('int_interactions_windowed') }}

),

samples as (

    select
        interaction_id as parent_id,
        cast(null as string) as row_key,
        cast(null as bigint) as windows,
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

-- only those that a sample names: a list of every interaction is dear
sampled_interactions as (

    select distinct interactions.interaction_id as parent_id

    from interactions

    semi join samples on interactions.interaction_id = samples.parent_id

),

session_references as (

    select
        session_id as parent_id,
        min(interaction_id) as row_key,
        count(distinct decision_window) as windows,
        -- only the contract's files bring summaries to look a reference up in
        bool_or(source = 'telemetry_csv') as is_summarised

    from interactions

    group by all

),

user_references as (

    select
        user_id as parent_id,
        min(interaction_id) as row_key,
        cast(null as bigint) as windows,
        bool_or(source = 'telemetry_csv') as is_summarised

    from interactions

    group by all

),

matched as (
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
        children.windows,
        children.is_summarised,
        children.is_summarised and parents.parent_id is null as is_orphan

    from {{ children }} as children

    left join {{ parents }} as parents on children.parent_id = parents.parent_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from matched
