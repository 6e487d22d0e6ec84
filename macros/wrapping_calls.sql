{% macro wrapping_calls(spans) -%}
    {#- calls with a call below, however deep: a framework's span around its client's; what a tool or an agent calls is its own -#}
    with recursive ancestors as (
        select parent_span_id as span_id from {{ spans }} where is_call and parent_span_id is not null
        union
        select above.parent_span_id
        from ancestors
        inner join {{ spans }} as above on ancestors.span_id = above.span_id
        where above.parent_span_id is not null and not above.is_call and not above.is_boundary
    )

    select spans.span_id from {{ spans }} as spans
    inner join ancestors on spans.span_id = ancestors.span_id
    where spans.is_call
{%- endmacro %}
