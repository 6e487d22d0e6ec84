{% macro check_status(checks, rules) -%}
    {#- of a check whose column and parents are there -#}
    case
        when {{ checks }}.checked_rows = 0 then 'not_evaluable'
        -- 0.29 * 100 is a little less than 29
        when {{ checks }}.failed_rows <= {{ checks }}.tolerance * {{ checks }}.checked_rows + 1e-9
            then 'ok'
        when {{ rules }}.is_gate then 'failed'
        else 'degraded'
    end
{%- endmacro %}
