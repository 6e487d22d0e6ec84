{% macro check_status(checks, rules) -%}
    {#- for checks whose column and parents are present -#}
    case
        when {{ checks }}.checked_rows = 0 then 'not_evaluable'
        -- in doubles 0.29 * 100 is a little less than 29
        when {{ checks }}.failed_rows <= {{ checks }}.tolerance * {{ checks }}.checked_rows + 1e-9
            then 'ok'
        when {{ rules }}.is_gate then 'failed'
        else 'degraded'
    end
{%- endmacro %}
