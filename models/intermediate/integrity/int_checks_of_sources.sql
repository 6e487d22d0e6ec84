{%- set sources = sources_on() | reject('equalto', 'telemetry_csv') | list -%}

with

files as (

    select * from {{ ref('int_source_files') }}

),

interactions as (

    select * from {{ ref('int_interactions_unioned') }}

),

calls as (

    select
        source,
        count(*) as calls

    from interactions

    where source != 'telemetry_csv'

    group by source

),

named as (

    {% for source in sources %}
    select '{{ source }}' as source
    {{ 'union all' if not loop.last }}
    {%- else %}
    select cast(null as string) as source where false
    {%- endfor %}

),

totals as (

    select
        named.source,
        count(files.file_name) as files,
        coalesce(sum(files.records), 0) as records,
        coalesce(sum(files.unreadable_records), 0) as unreadable_records,
        min(files.file_name) filter (where files.unreadable_records > 0)
            as torn_file_name,
        any_value(calls.calls) as calls

    from named

    left join files on named.source = files.source

    left join calls on named.source = calls.source

    group by named.source

),

every_check as (

    select
        source as table_name,
        'file' as column_name,
        {% call rows_of_checks() -%}
            {{ check('required_file', 'files = 0', 'source') }},
            {{ check('not_empty', 'calls is null', 'source', 'files > 0') }},
            {{ struct_of({
                'check_name': "'unreadable_record'",
                'checked_rows': 'cast(any_value(records) as bigint)',
                'failed_rows': 'cast(any_value(unreadable_records) as bigint)',
                'tolerance': knob('max_unreadable_rate'),
                'example_key': 'any_value(torn_file_name)',
            }) }},
            {{ check('unsalted_user', is_unsalted(), 'source') }}
        {%- endcall %}

    from totals

    group by source

)

select * from every_check
