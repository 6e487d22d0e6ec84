{%- set sources = sources_on() | reject('equalto', 'telemetry_csv') | list -%}
{%- set excluded = ['left_out_spend', 'gateway_refusal', 'unmetered_call'] -%}
{#- so many calls without a failure are unlikely where one in fifty fails -#}
{%- set min_silent_calls = 50 -%}

with

files as (

    select * from {{ ref('int_source_files') }}

),

interactions as {{ not_materialized() }}(

    select * from {{ ref('int_interactions_unioned') }}

),

excluded_rows as (

    select * from {{ ref('int_excluded_rows') }}

),

exclusions as (

    select
        source,
        count(*) as excluded_rows,
        {%- for name in excluded %}
        count(*) filter (where check_name = '{{ name }}') as {{ name }}_rows,
        max_by(record_id, (coalesce(cost_usd, 0), coalesce(total_tokens, 0), record_id))
            filter (where check_name = '{{ name }}') as {{ name }}_id,
        {%- endfor %}
        concat(
            'together ',
            coalesce({{ exact_sum("case when check_name = 'left_out_spend' then cost_usd end") }}, 0),
            ' USD and ',
            coalesce(sum(case when check_name = 'left_out_spend' then total_tokens end), 0),
            ' tokens'
        ) as left_out

    from excluded_rows

    group by source

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
        any_value(calls.calls) as calls,
        coalesce(any_value(calls.calls), 0) + coalesce(any_value(exclusions.excluded_rows), 0)
            as rows_read,
        {%- for name in excluded %}
        coalesce(any_value(exclusions.{{ name }}_rows), 0) as {{ name }}_rows,
        any_value(exclusions.{{ name }}_id) as {{ name }}_id,
        {%- endfor %}
        any_value(exclusions.left_out) as left_out,
        min(files.kinds_seen) filter (where files.kinds_seen != '') as kinds_seen,
        coalesce(sum(files.silent_calls), 0) as silent_calls,
        coalesce(sum(files.silent_failures), 0) as silent_failures,
        min(files.silent_scope) as silent_scope

    from named_sources

    left join files on named_sources.source = files.source

    left join calls on named_sources.source = calls.source

    left join exclusions on named_sources.source = exclusions.source

    group by named_sources.source

),

file_checks as (

    select
        source as table_name,
        'file' as column_name,
        {% call rows_of_checks() -%}
            {{ check('required_file', 'files = 0', 'source') }},
            {{ check(
                'not_empty', 'calls is null and records <= unreadable_records', 'source',
                'files > 0'
            ) }},
            {{ check(
                'no_call', 'calls is null and records > unreadable_records',
                "coalesce(kinds_seen, source)", 'files > 0'
            ) }},
            {{ check(
                'unrecorded_failures', 'silent_failures = 0', 'silent_scope',
                'silent_calls >= ' ~ min_silent_calls
            ) }},
            {{ struct_of({
                'check_name': "'unreadable_record'",
                'checked_rows': 'cast(any_value(records) as bigint)',
                'failed_rows': 'cast(any_value(unreadable_records) as bigint)',
                'tolerance': knob('max_unreadable_rate'),
                'example_key': 'any_value(torn_file_name)',
            }) }},
            {{ check('unsalted_user', is_unsalted(), 'source') }},
            {{ exclusion_check(
                'left_out_spend', "concat_ws('; ', any_value(left_out_spend_id), any_value(left_out))"
            ) }},
            {{ exclusion_check('gateway_refusal') }},
            {{ exclusion_check('unmetered_call') }}
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
            and abs(
                {{ microseconds('responses.timestamp_utc') }}
                - {{ microseconds('others.timestamp_utc') }}
            ) <= {{ knob('max_retry_gap_s') }} * 1e6

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

-- two traces without a common id: one call that two instrumentations recorded, or two
repeated_calls as (

    select * from {{ ref('int_repeated_calls') }}

    where not is_certain

),

repetition_checks as (

    select
        calls.source as table_name,
        'scope_name' as column_name,
        {% call rows_of_checks() -%}
            {{ struct_of({
                'check_name': "'possible_duplicate'",
                'checked_rows': 'any_value(calls.calls)',
                'failed_rows': 'count(repeated_calls.span_id)',
                'tolerance': '0.01e0',
                'example_key': 'min(repeated_calls.scope_names)',
            }) }}
        {%- endcall %}

    from calls

    left join repeated_calls on calls.source = repeated_calls.source

    where calls.source in ('{{ sources_on('repeated_calls') | join("', '") }}')

    group by calls.source

),

checks as (

    select * from file_checks
    union all
    select * from duplicate_checks
    union all
    select * from repetition_checks

)

select * from checks
