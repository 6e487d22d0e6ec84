{% macro excluded_spans(spans) -%}
    {#- spans that are no calls and have cost or tokens which no span below them has; reads a CTE
        of spans with their cost_usd and total_tokens -#}
    with recursive ancestors as (
        select parent_key as span_key
        from {{ spans }}
        where parent_key is not null and (is_call or cost_usd > 0 or total_tokens > 0)
        union
        select parents.parent_key
        from ancestors
        inner join {{ spans }} as parents on ancestors.span_key = parents.span_key
        where parents.parent_key is not null
    )

    select
        spans.span_key as record_id,
        'left_out_spend' as check_name,
        spans.cost_usd,
        spans.total_tokens
    from {{ spans }} as spans
    anti join ancestors on spans.span_key = ancestors.span_key
    where not spans.is_call and (spans.cost_usd > 0 or spans.total_tokens > 0)
{%- endmacro %}
