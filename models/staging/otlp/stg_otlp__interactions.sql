{{ config(enabled=is_source_on(this)) }}

{%- set of_trace, of_ancestors = otlp_context('trace'), otlp_context('ancestors') -%}
{%- set streamed_ttft = 'if(attempts.is_streaming, attempts.stated_ttft_ms, null)' -%}

with

calls as (

    select * from {{ ref('stg_otlp__calls') }}

),

traces as (

    select * from {{ ref('stg_otlp__traces') }}

),

ancestor_context as (

    select * from {{ ref('stg_otlp__ancestor_context') }}

),

tool_counts as (

    select
        interaction_id,
        count(*) as tool_calls_count,
        bool_or(is_failure) as tool_error_flag

    from {{ ref('stg_otlp__tool_calls') }}

    group by interaction_id

),

-- from the call's own span, else from its nearest ancestor, else from its trace
calls_with_context as (

    select
        calls.* replace (
            {% for field in of_trace -%}
            coalesce(
                calls.{{ field }}, ancestor_context.{{ field }}, traces.{{ field }}
            ) as {{ field }},
            {% endfor -%}
            {% for field in of_ancestors -%}
            coalesce(calls.{{ field }}, ancestor_context.{{ field }}) as {{ field }}{{ ',' if not loop.last }}
            {% endfor %}
        ),
        calls.trace_id || '-' || calls.span_id as interaction_id,
        {{ otlp_milliseconds('calls.started_ns', 'calls.ended_ns') }} as latency_ms,
        {{ otlp_ttft_ms('calls') }} as stated_ttft_ms,
        calls.has_error_status or calls.error_type is not null as is_failed,
        coalesce(
            calls.finish_reason,
            cast(calls.completion_tokens as varchar),
            if(calls.is_streaming, null, cast(calls.prompt_tokens as varchar))
        ) is not null as is_finished

    from calls

    left join traces on calls.trace_id = traces.trace_id

    left join ancestor_context
        on calls.trace_id = ancestor_context.trace_id
            and calls.span_id = ancestor_context.span_id

),

-- the client stopped reading: some libraries record an error, others nothing at all
outcomes as (

    select
        * replace (
            coalesce(is_streaming, stated_ttft_ms is not null, false) as is_streaming
        ),
        case
            when is_failed then coalesce(is_abandoned_stream, false)
            when is_finished then false
            when coalesce(is_streaming, stated_ttft_ms is not null) then true
            else response_id is null and not has_ok_status
        end as is_abandoned,
        -- an instrumentation that states nothing but OK does not say that the model answered
        not is_failed and not is_finished and response_id is null and has_output is not true
            as is_unknown

    from calls_with_context

),

attempts as (

    select
        * replace (
            if(is_abandoned, null, finish_reason) as finish_reason,
            -- a class without its module: RateLimitError of openai.RateLimitError
            case
                when is_abandoned then null
                when error_type is not null then regexp_extract(error_type, '[^.]+$')
                when has_error_status then '_OTHER'
            end as error_type
        ),
        case
            when is_abandoned then false
            when is_failed then true
            when not is_unknown then false
        end as is_failure,
        case
            when is_failed and not is_abandoned then concat_ws(' ', error_type, error_words)
        end as error

    from outcomes

),

interactions as (

    select

        ---------- ids
        attempts.interaction_id,
        coalesce(attempts.session_id, attempts.trace_id) as session_id,
        coalesce(attempts.user_id, 'unknown') as user_id,
        coalesce(attempts.operation_id, attempts.fallback_id) as operation_id,
        attempts.prompt_id,
        attempts.trace_id,
        attempts.span_id,
        attempts.parent_span_id,
        attempts.response_id,

        ---------- strings
        attempts.use_case,
        attempts.account_tier,
        attempts.channel,
        attempts.region,
        attempts.segment,
        coalesce(
            lower(attempts.model_provider),
            {{ provider_of_model(
                'coalesce(attempts.response_model, attempts.request_model)'
            ) }}
        ) as model_provider,
        coalesce(attempts.response_model, attempts.request_model) as model_name,
        attempts.request_model,
        attempts.service_tier,
        attempts.service_name,
        attempts.environment,
        attempts.prompt_name,
        attempts.prompt_version,
        attempts.finish_reason,
        {{ failure_type('attempts.is_failure', 'attempts.error', 'attempts.finish_reason') }}
            as failure_type,
        attempts.error_type,

        ---------- numerics
        {{ latency_of_call('attempts.latency_ms', streamed_ttft) }} as latency_ms,
        {{ ttft_of_call('attempts.latency_ms', streamed_ttft) }} as ttft_ms,
        attempts.cost_usd,
        attempts.prompt_tokens,
        attempts.completion_tokens,
        attempts.prompt_tokens + attempts.completion_tokens as total_tokens,
        attempts.total_tokens as stated_total_tokens,
        attempts.cache_read_tokens,
        attempts.cache_write_tokens,
        attempts.reasoning_tokens,
        coalesce(tool_counts.tool_calls_count, 0) as tool_calls_count,
        attempts.retry_index,
        attempts.attempted_retries,
        attempts.propensity,
        attempts.temperature,
        attempts.top_p,
        attempts.max_tokens,

        ---------- booleans
        attempts.is_failure,
        attempts.is_streaming,
        attempts.is_abandoned,
        attempts.session_id is null as session_is_inferred,
        {{ is_safety_block('attempts.error', 'attempts.finish_reason') }}
            as safety_block_flag,
        coalesce(tool_counts.tool_error_flag, false) as tool_error_flag,
        {{ is_timeout('attempts.error') }} as latency_timeout_flag,

        ---------- timestamps
        make_timestamp(attempts.started_ns // 1000) as timestamp_utc,

        attempts.rejected_values

    from attempts

    left join tool_counts on attempts.interaction_id = tool_counts.interaction_id

)

select * from interactions
