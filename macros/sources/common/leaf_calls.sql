{% macro leaf_calls(spans) -%}
    {#- the calls that wrap no other, with their outcome; reads the CTE `wrappers` of the model -#}
    select
        {{ spans }}.* exclude (finish_reason),
        {{ finish_word(spans ~ '.finish_reason') }} as finish_reason,
        {{ spans }}.has_error and {{ spans }}.is_abandoned is not true as is_failure,
        case when {{ spans }}.has_error
            then concat_ws(' ', {{ spans }}.error_type, {{ spans }}.error_words) end as error
    from {{ spans }}
    anti join wrappers on {{ spans }}.span_key = wrappers.span_key
    where {{ spans }}.is_call
{%- endmacro %}
