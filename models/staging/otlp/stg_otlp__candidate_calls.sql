{{ config(enabled=is_source_on(this)) }}

{%- set period_ns = 10000000000 -%}

with

calls as (

    select * from {{ ref('stg_otlp__spans') }}

    where kind = 'call' and started_ns is not null and ended_ns is not null

),

slim_calls as not materialized (

    select
        trace_id,
        span_id,
        parent_span_id,
        scope_name,
        service_name,
        response_id,
        started_ns,
        ended_ns,
        logged_duration_s,
        request_model,
        response_model,
        prompt_tokens,
        completion_tokens,
        coalesce(cache_read_tokens, 0) + coalesce(cache_write_tokens, 0)
            as cached_tokens,
        {{ otlp_has_failed() }} as has_failed,
        coalesce(prompt_tokens, completion_tokens) is not null
        or {{ otlp_tells_answer('calls') }} as has_answered,
        coalesce(prompt_tokens, completion_tokens, first_token_ns) is null
        and coalesce(finish_reason, response_id, error_type) is null
        and not has_error_status
        and has_message is not true
        and logged_duration_s is null as is_bare,
        -- a request takes longer than what some frameworks do before it
        has_ok_status and ended_ns - started_ns <= 50000000 as is_short

    from calls

),

-- spans of one answer have a moment in common; small servers use an id again later
shared_responses as (

    select response_id

    from slim_calls

    where response_id is not null

    group by response_id

    having
        count(*) > 1
        and max(started_ns) <= min(ended_ns) + {{ otlp_clock_slack() }}

),

-- in most services one instrumentation records the calls, each once
services as (

    select service_name

    from slim_calls

    group by service_name

    having min(scope_name) != max(scope_name)

),

calls_of_services as (

    select slim_calls.*

    from slim_calls

    inner join services
        on slim_calls.service_name is not distinct from services.service_name

),

-- a span that was opened where no other was has a trace of its own
roots as (

    select
        service_name,
        min(scope_name) as first_scope,
        max(scope_name) as last_scope,
        unnest([period - 1, period, period + 1]) as period

    from (
        select
            service_name,
            scope_name,
            started_ns // {{ period_ns }} as period

        from calls_of_services

        where parent_span_id is null
    )

    group by service_name, period

),

open_traces as (

    select trace_id

    from calls_of_services

    group by trace_id

    having min(scope_name) != max(scope_name)

    union all

    select trace_id

    from slim_calls

    where is_bare and is_short

    union all

    select calls_of_services.trace_id

    from calls_of_services

    inner join roots
        on
            calls_of_services.service_name is not distinct from roots.service_name
            and calls_of_services.started_ns // {{ period_ns }} = roots.period

    where
        calls_of_services.parent_span_id is null
        or calls_of_services.scope_name != roots.first_scope
        or calls_of_services.scope_name != roots.last_scope

),

candidate_calls as (

    select
        *,
        response_id in (select shared_responses.response_id from shared_responses)
            as is_of_shared_response,
        coalesce(regexp_matches(scope_name, '(?i)(^|[._])sdk([._]|$)'), false)
            as is_of_sdk,
        list_distinct([
            {{ otlp_model_family('request_model') }},
            {{ otlp_model_family('response_model') }}
        ]) as families

    from slim_calls

    where
        trace_id in (select open_traces.trace_id from open_traces)
        or response_id in (select shared_responses.response_id from shared_responses)
        or (
            scope_name in (
                select logs.scope_name from slim_calls as logs
                where logs.logged_duration_s is not null
            )
            and (is_bare or logged_duration_s is not null)
        )

),

-- of two spans of one call the lower one is left out; a trace with other spans tells more
ranked as (

    select
        *,
        row_number() over (
            order by
                parent_span_id is not null,
                is_of_sdk,
                response_id is not null,
                cached_tokens <= coalesce(prompt_tokens, 0),
                prompt_tokens is not null,
                started_ns,
                ended_ns desc,
                trace_id,
                span_id
        ) as preference

    from candidate_calls

)

select * from ranked
