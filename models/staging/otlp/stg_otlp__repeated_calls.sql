{{ config(enabled=is_source_on(this)) }}

{%- set period_ns = 10 * otlp_second() -%}

with recursive

nested_calls as (

    select * from {{ ref('stg_otlp__nested_calls') }}

),

candidate_calls as (

    select * from {{ ref('stg_otlp__candidate_calls') }}

),

wrappers as (

    select * from nested_calls where is_wrapper

),

calls as materialized (

    select
        *,
        started_ns // {{ period_ns }} as period

    from candidate_calls

    anti join wrappers using (trace_id, span_id)

),

nearby_calls as (

    select * replace (unnest([period - 1, period, period + 1]) as period)

    from calls

),

-- what two instrumentations recorded, in one trace or at about one time
pairs_of_scopes as (

    select one, other

    from calls as one

    inner join calls as other
        on
            one.trace_id = other.trace_id
            and one.completion_tokens = other.completion_tokens
            and one.scope_name < other.scope_name

    union all

    select one, other

    from calls as one

    inner join nearby_calls as other
        on
            one.service_name is not distinct from other.service_name
            and one.period = other.period
            and one.completion_tokens = other.completion_tokens
            and one.scope_name < other.scope_name

    where
        one.trace_id != other.trace_id
        and (one.parent_span_id is null or other.parent_span_id is null)

    union all

    -- without counts only the same trace tells, or a client that always writes a span
    select one, other

    from calls as one

    inner join nearby_calls as other
        on
            one.service_name is not distinct from other.service_name
            and one.period = other.period
            and one.scope_name < other.scope_name

    where
        (one.completion_tokens is null or other.completion_tokens is null)
        and (
            one.trace_id = other.trace_id
            or (
                (one.is_of_sdk or other.is_of_sdk)
                and (one.parent_span_id is null or other.parent_span_id is null)
            )
        )
        and least(
            abs(one.started_ns - other.started_ns), abs(one.ended_ns - other.ended_ns)
        ) <= {{ otlp_second() }}

),

-- a service opens many streams: a log is joined with what ended when its request began
opened_streams as (

    select * replace (ended_ns // {{ otlp_second() }} as period)

    from calls

    where is_bare

),

logged_streams as (

    select
        * replace (
            unnest(range(
                {{ otlp_logged_start('calls') }} // {{ otlp_second() }} - 1,
                {{ otlp_logged_start('calls') }} // {{ otlp_second() }} + 2
            )) as period
        )

    from calls

    where logged_duration_s is not null

),

same_calls as (

    {{ otlp_sibling_pairs('pairs_of_scopes') }}

    union all

    {{ otlp_stream_pairs('opened_streams', 'logged_streams') }}

    union all

    {{ otlp_preparation_pairs('calls') }}

),

-- each round keeps the pairs that both sides are nearest to, until none is left
rounds as (

    select
        same_calls.*,
        false as is_matched

    from same_calls

    left join nested_calls
        on
            same_calls.one.trace_id = same_calls.other.trace_id
            and same_calls.one.trace_id = nested_calls.trace_id
            and nested_calls.span_id in (same_calls.one.span_id, same_calls.other.span_id)
            and nested_calls.inner_span_id
            in (same_calls.one.span_id, same_calls.other.span_id)

    where nested_calls.span_id is null

    union all

    {{ otlp_nearest_pairs('rounds') }}

),

pairs as (

    select
        if(one.preference < other.preference, one, other) as outer_call,
        if(one.preference < other.preference, other, one) as inner_call,
        is_certain,
        is_joined_in_time,
        distance_ns

    from rounds

    where is_matched

    union all

    select
        outer_call,
        inner_call,
        true as is_certain,
        false as is_joined_in_time,
        0 as distance_ns

    from calls as outer_call

    inner join calls as inner_call
        on
            outer_call.response_id = inner_call.response_id
            and outer_call.preference < inner_call.preference

    where
        outer_call.is_of_shared_response
        and (
            outer_call.trace_id = inner_call.trace_id
            or outer_call.service_name is not distinct from inner_call.service_name
        )

),

-- a call that three instrumentations recorded has one span that stays
repeated_calls as (

    select
        outer_call.trace_id as trace_id,
        outer_call.span_id as span_id,
        inner_call.trace_id as inner_trace_id,
        inner_call.span_id as inner_span_id,
        array_to_string(
            list_sort([outer_call.scope_name, inner_call.scope_name]), ' and '
        ) as scope_names,
        is_certain,
        is_joined_in_time

    from pairs

    qualify
        row_number() over (
            partition by outer_call.preference
            order by not is_certain, inner_call.preference desc
        ) = 1

)

select * from repeated_calls
