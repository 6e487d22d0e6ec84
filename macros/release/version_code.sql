{% macro version_code(columns='') -%}
    {#- which column a row of released_sets groups by, and the code of the value there, which
        int_release_names names -#}
    {%- for result in ['version_column', 'version_code'] -%}
    case
        {%- for column in (columns or released_columns()).split(', ') %}
        when grouping({{ column }}_code) = 0
            then {{ "'" ~ column ~ "'" if result == 'version_column' else column ~ '_code' }}
        {%- endfor %}
        else {{ "'all'" if result == 'version_column' else 0 }}
    end as {{ result }}{{ ',' if not loop.last }}
    {% endfor -%}
{%- endmacro %}
