{% macro literal_holds(text) -%}
    {#- whether one literal of a rule of the price book matches a name in lower case -#}
    case kind
        when 'equals' then {{ text }} = pattern
        when 'starts_with' then left({{ text }}, length(pattern)) = pattern
        when 'ends_with' then right({{ text }}, length(pattern)) = pattern
        when 'contains' then contains({{ text }}, pattern)
        when 'regex' then {{ matches(text, 'pattern') }}
    end != is_negated
{%- endmacro %}
