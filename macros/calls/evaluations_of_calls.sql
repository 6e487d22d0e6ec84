{#- the values of the contract's columns as evaluations of their calls: of the sources that have
    no evaluations of their own, which would show each of theirs again -#}
{% macro evaluations_of_calls(interactions, columns, has_versions=false) -%}
    {%- for column in columns %}
    select
        interaction_id || ' {{ column }}' as evaluation_id,
        interaction_id,
        trace_id,
        span_id,
        response_id,
        timestamp_utc,
        '{{ column }}' as evaluation_name,
        cast({{ column }} as double) as score,
        cast(null as string) as label,
        cast(null as string) as evaluator,
        {%- if has_versions %}
        cast(null as string) as evaluator_version,
        cast(null as string) as error_type,
        {%- endif %}
        source

    from {{ interactions }}

    where {{ column }} is not null
    {%- if sources_on('evaluations') %}
        and source not in ('{{ sources_on('evaluations') | join("', '") }}')
    {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
