{{ config(enabled=is_source_on(this)) }}

with

files as (
    {{ otlp_files() }}
),

deliveries as (

    select
        *,
        {{ otlp_scope_omits('scope_name', 'omits_failures') }} as is_of_silent_scope

    from {{ ref('stg_otlp__deliveries') }}

),

delivery_counts as (

    select
        file_name,
        count(*) as records,
        count(*) filter (
            where log is null and (trace_id is null or span_id is null)
        ) as unreadable_records,
        count(*) filter (where kind = 'step') as steps,
        count(*) filter (where kind = 'agent') as agents,
        count(*) filter (where kind = 'tool') as tools,
        count(*) filter (where kind is null and log is null and span_id is not null)
            as spans_without_kind,
        count(*) filter (where kind = 'call' and is_of_silent_scope) as silent_calls,
        count(*) filter (
            where kind = 'call' and is_of_silent_scope and has_error_status
        ) as silent_failures,
        min(scope_name) filter (where kind = 'call' and is_of_silent_scope)
            as silent_scope

    from deliveries

    group by file_name

),

files_with_counts as (

    select
        files.file_name,
        coalesce(delivery_counts.records, 0) as records,
        coalesce(delivery_counts.unreadable_records, 0) as unreadable_records,
        concat_ws(
            ', ',
            if(steps > 0, steps || ' steps', null),
            if(agents > 0, agents || ' agents', null),
            if(tools > 0, tools || ' tools', null),
            if(spans_without_kind > 0, spans_without_kind || ' spans of no known kind', null)
        ) as kinds_seen,
        coalesce(delivery_counts.silent_calls, 0) as silent_calls,
        coalesce(delivery_counts.silent_failures, 0) as silent_failures,
        delivery_counts.silent_scope

    from files

    left join delivery_counts on files.path = delivery_counts.file_name

)

select * from files_with_counts
