{% macro leaf_calls(spans) -%}
    {#- the calls that wrap no other, with their outcome; reads the CTE `wrappers` of the model -#}
    select
        * exclude (is_abandoned, is_left),
        coalesce(is_abandoned, false) or is_left as is_abandoned,
        has_error and not (coalesce(is_abandoned, false) or is_left) as is_failure
    from (
        select
            {{ spans }}.* exclude (finish_reason),
            {{ finish_word(spans ~ '.finish_reason') }} as finish_reason,
            case when {{ spans }}.has_error
                then concat_ws(' ', {{ spans }}.error_type, {{ spans }}.error_words) end as error,
            {{ is_caller_gone('error') }} as is_left
        from {{ spans }}
        anti join wrappers on {{ spans }}.span_key = wrappers.span_key
        where {{ spans }}.is_call
    ) as leaves
{%- endmacro %}
