{% macro mlflow_items(unread) -%}
    {#- one row per trace, without its spans, and one per span, with the trace's own fields -#}
    with records as ({{ read_records('mlflow', unread) }}),

    -- a page of a search has its traces in a list, a data frame has each as text
    listed as materialized (
        select
            file_path,
            coalesce(json_transform(record, '{"traces": ["json"]}').traces, [record]) as traces
        from records
    ),

    unnested as (select file_path, unnest(traces) as record from listed),

    traces as materialized ({{ mlflow_traces() }}),

    opened as (
        select
            * exclude (spans),
            unnest(list_concat(
                if(info is not null or spans is null, [cast(null as json)], []), spans
            )) as span
        from traces
    )

    select * from opened
{%- endmacro %}

{% macro mlflow_traces() -%}
    {#- a row of the table of spans has its span as text, and its cost and session beside it -#}
    select
        file_path,
        trace -> '$.info' as info,
        {{ json_fields('trace', ['trace_id', 'session_id', 'total_cost']) }} as own,
        coalesce(
            json_transform(trace, '{"data": {"spans": ["json"]}}').data.spans,
            case
                when json_exists(trace, '$.content')
                    then [try_cast(json_extract_string(trace, '$.content') as json)]
                when json_exists(trace, '$.start_time_unix_nano') then [trace]
            end
        ) as spans
    from (
        select
            file_path,
            coalesce(try_cast(json_extract_string(record, '$.trace') as json), record) as trace
        from unnested
    ) as unwrapped
{%- endmacro %}
