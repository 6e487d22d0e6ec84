{{ config(enabled=is_source_on(this)) }}

with

items as (

    {{ mlflow_items(unread='^(request|response|request_preview|response_preview)$') }}

),

parsed_items as (

    select
        own,
        {{ json_fields('info', ['trace_id', 'request_id']) }} as info,
        {{ json_fields('span', {
            '': ['trace_id', 'span_id'],
            'context': ['span_id'],
            'attributes': ['mlflow.traceRequestId', 'mlflow.spanInputs', 'mlflow.spanOutputs'],
        }) }} as span

    from items

    where span is not null

),

interactions as (

    select interaction_id from {{ ref('stg_mlflow__interactions') }}

),

contents as (

    select
        concat_ws(
            '-',
            coalesce(
                info.trace_id,
                info.request_id,
                {{ mlflow_value('mlflow.traceRequestId') }},
                own.trace_id,
                span.trace_id
            ),
            {{ mlflow_id('coalesce(span.span_id, span.context.span_id)') }}
        ) as interaction_id,
        {{ kept_content(safe_content(mlflow_value('mlflow.spanInputs'))) }}
            as prompt_text,
        {{ prompt_chars(safe_content(mlflow_value('mlflow.spanInputs'))) }}
            as prompt_chars,
        {{ kept_content(safe_content(mlflow_value('mlflow.spanOutputs'))) }}
            as response_text

    from parsed_items

),

newest_contents as (

    {{ newest_contents('contents', 'interactions') }}

)

select * from newest_contents
