{{ config(enabled=is_source_on(this)) }}

{%- set second = 1000000000 -%}
{%- set period_ns = 10 * second -%}

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

-- what two instrumentations recorded in one process at one time
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
        ) <= {{ second }}

),

same_calls as (

    select
        one,
        other,
        concat_ws('|', one.scope_name, other.scope_name) as pair_type,
        one.trace_id = other.trace_id
        or (one.is_of_sdk and {{ otlp_contains('other', 'one') }})
        or (other.is_of_sdk and {{ otlp_contains('one', 'other') }}) as is_certain,
        false as is_joined_in_time,
        abs(one.started_ns - other.started_ns) + abs(one.ended_ns - other.ended_ns)
            as distance_ns

    from pairs_of_scopes

    where
        one.service_name is not distinct from other.service_name
        and ({{ otlp_contains('one', 'other') }} or {{ otlp_contains('other', 'one') }})
        and coalesce(one.response_id = other.response_id, true)
        and {{ otlp_are_same_model('one', 'other') }}
        and coalesce({{ otlp_are_same_counts('one', 'other') }}, true)
        and {{ otlp_could_be_same_outcome('one', 'other') }}

    union all

    -- a span opens the stream, and a log of no length follows when it has ended
    select
        opening as one,
        ending as other,
        'stream' as pair_type,
        true as is_certain,
        true as is_joined_in_time,
        abs(
            ending.started_ns - ending.logged_duration_s * {{ second }} - opening.ended_ns
        ) as distance_ns

    from calls as opening

    inner join calls as ending
        on
            opening.service_name is not distinct from ending.service_name
            and opening.scope_name = ending.scope_name
            and opening.started_ns <= ending.started_ns

    where
        opening.is_bare
        and ending.logged_duration_s is not null
        and abs(
            ending.started_ns - ending.logged_duration_s * {{ second }} - opening.ended_ns
        ) <= 0.02 * {{ second }}
        and {{ otlp_are_same_model('opening', 'ending') }}

    union all

    -- what a framework does before a request, under the kind of a request
    select
        preparation as one,
        request as other,
        'preparation' as pair_type,
        true as is_certain,
        false as is_joined_in_time,
        abs(request.started_ns - preparation.ended_ns) as distance_ns

    from calls as preparation

    inner join calls as request
        on
            preparation.trace_id = request.trace_id
            and preparation.parent_span_id is not distinct from request.parent_span_id
            and preparation.scope_name = request.scope_name

    where
        preparation.is_bare
        and preparation.is_short
        and not request.is_bare
        and request.started_ns + {{ otlp_clock_slack() }} >= preparation.ended_ns
        and request.started_ns - preparation.ended_ns <= 0.05 * {{ second }}
        and {{ otlp_are_same_model('preparation', 'request') }}

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
