{%- set sources = sources_on() | reject('equalto', 'telemetry_csv') | list -%}

with

files as (

    select * from {{ ref('int_source_files') }}

),

interactions as {{ not_materialized() }}(

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

named_sources as (

    {% for source in sources %}
    select '{{ source }}' as source
    {{ 'union all' if not loop.last }}
    {%- else %}
    select cast(null as string) as source where false
    {%- endfor %}

),

source_totals as (

    select
        named_sources.source,
        count(files.file_name) as files,
        coalesce(sum(files.records), 0) as records,
        coalesce(sum(files.unreadable_records), 0) as unreadable_records,
        min(files.file_name) filter (where files.unreadable_records > 0)
            as torn_file_name,
        any_value(calls.calls) as calls

    from named_sources

    left join files on named_sources.source = files.source

    left join calls on named_sources.source = calls.source

    group by named_sources.source

),

file_checks as (

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

    from source_totals

    group by source

),

responses as (

    select
        source,
        response_id,
        timestamp_utc

    from interactions

    -- with one source there is nothing to compare
    where {{ sources_on() | length > 1 }} and response_id is not null

),

-- small servers reuse the ids of responses, but not within minutes
shared_responses as (

    select distinct
        responses.source,
        responses.response_id

    from responses

    inner join responses as others
        on
            responses.response_id = others.response_id
            and responses.source > others.source
            and abs({{ milliseconds_between('others.timestamp_utc', 'responses.timestamp_utc') }})
            <= {{ knob('max_retry_gap_s') }} * 1e3

),

duplicate_checks as (

    select
        responses.source as table_name,
        'response_id' as column_name,
        {% call rows_of_checks() -%}
            {{ check(
                'logged_twice', 'shared_responses.response_id is not null',
                'responses.response_id'
            ) }}
        {%- endcall %}

    from responses

    left join shared_responses
        on
            responses.source = shared_responses.source
            and responses.response_id = shared_responses.response_id

    group by responses.source

),

checks as (

    select * from file_checks
    union all
    select * from duplicate_checks

)

select * from checks
