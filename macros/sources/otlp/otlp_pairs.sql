{% macro otlp_second() -%}
    {#- in nanoseconds -#}
    {{ return(1000000000) }}
{%- endmacro %}

{% macro otlp_sibling_pairs(pairs_of_scopes) -%}
    {#- what two instrumentations recorded in one process at one time: the service, the model, the
        counts and the outcome agree, and one span lies within the time of the other -#}
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

    from {{ pairs_of_scopes }}

    where
        one.service_name is not distinct from other.service_name
        and ({{ otlp_contains('one', 'other') }} or {{ otlp_contains('other', 'one') }})
        and coalesce(one.response_id = other.response_id, true)
        and {{ otlp_are_same_model('one', 'other') }}
        and coalesce({{ otlp_are_same_counts('one', 'other') }}, true)
        and {{ otlp_could_be_same_outcome('one', 'other') }}
{%- endmacro %}

{% macro otlp_stream_pairs(opened, logged) -%}
    {#- a span opens the stream, and a log of no length follows when it has ended -#}
    {%- set distance_ns = 'abs(' ~ otlp_logged_start('ending') ~ ' - opening.ended_ns)' -%}
    select
        opening as one,
        ending as other,
        'stream' as pair_type,
        true as is_certain,
        true as is_joined_in_time,
        {{ distance_ns }} as distance_ns

    from {{ opened }} as opening

    inner join {{ logged }} as ending
        on
            opening.service_name is not distinct from ending.service_name
            and opening.scope_name = ending.scope_name
            and opening.period = ending.period

    where
        opening.started_ns <= ending.started_ns
        and {{ distance_ns }} <= 0.02 * {{ otlp_second() }}
        and {{ otlp_are_same_model('opening', 'ending') }}
{%- endmacro %}

{% macro otlp_logged_start(call) -%}
    {#- of a request that is logged when it has ended -#}
    (
        {{ call }}.started_ns
        - try_cast({{ call }}.logged_duration_s * {{ otlp_second() }} as bigint)
    )
{%- endmacro %}

{% macro otlp_preparation_pairs(calls) -%}
    {#- what a framework does before a request, under the kind of a request -#}
    select
        preparation as one,
        request as other,
        'preparation' as pair_type,
        true as is_certain,
        false as is_joined_in_time,
        abs(request.started_ns - preparation.ended_ns) as distance_ns

    from {{ calls }} as preparation

    inner join {{ calls }} as request
        on
            preparation.trace_id = request.trace_id
            and preparation.parent_span_id is not distinct from request.parent_span_id
            and preparation.scope_name = request.scope_name

    where
        preparation.is_bare
        and preparation.is_short
        and not request.is_bare
        and request.started_ns + {{ otlp_clock_slack() }} >= preparation.ended_ns
        and request.started_ns - preparation.ended_ns <= 0.05 * {{ otlp_second() }}
        and {{ otlp_are_same_model('preparation', 'request') }}
{%- endmacro %}
