{% macro wrapping_calls(spans) -%}
    {#- calls with a call below, however deep: a framework's span around its client's; what a tool or an agent calls is its own -#}
    with recursive ancestors as (
        select parent_key as span_key from {{ spans }} where is_call and parent_key is not null
        union
        select above.parent_key
        from ancestors
        inner join {{ spans }} as above on ancestors.span_key = above.span_key
        where above.parent_key is not null and not above.is_call and not above.is_boundary
    )

    select spans.span_key from {{ spans }} as spans
    inner join ancestors on spans.span_key = ancestors.span_key
    where spans.is_call
{%- endmacro %}
