{% macro wrapping_calls(spans) -%}
    {#- calls with another call below them at any depth, such as a framework's span around its
        client's; a call that a tool or an agent makes does not count -#}
    with recursive ancestors as (
        select parent_key as span_key from {{ spans }} where is_call and parent_key is not null
        union
        select parents.parent_key
        from ancestors
        inner join {{ spans }} as parents on ancestors.span_key = parents.span_key
        where
            parents.parent_key is not null
            and not parents.is_call
            and not parents.is_boundary
    )

    select spans.span_key from {{ spans }} as spans
    inner join ancestors on spans.span_key = ancestors.span_key
    where spans.is_call
{%- endmacro %}
