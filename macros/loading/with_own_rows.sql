{#- the rows of a seed and, before them, those of a team's own file that a variable names; of a
    key in both, the team's row counts -#}
{% macro with_own_rows(seed, key=none) -%}
    {%- set file = env_var('LLM_TELEMETRY_' ~ seed.identifier | upper, '') if execute
        and flags.WHICH in ['build', 'run'] -%}
    select * from {{ seed }}
    {%- if file %}
    {%- set own = own_rows(seed.identifier, file) -%}
    {%- if key %} where {{ key }} not in (select {{ key }} from ({{ own }}) as own){% endif %}
    union all
    {{ own }}
    {%- endif %}
{%- endmacro %}

{% macro own_rows(seed, file) -%}
    {#- the columns that the file has, in the order and with the types of the seed -#}
    {%- set found = {} -%}
    {%- for name in file_columns(file) -%}
        {%- do found.update({name | trim | lower: name}) -%}
    {%- endfor -%}
    {%- set types = graph.nodes['seed.' ~ model.package_name ~ '.' ~ seed].config.column_types -%}
    select
        {%- for name, type in types.items() %}
        cast({{ "nullif(trim(" ~ quoted_name(found[name]) ~ "), '')" if name in found else 'null' }}
            as {{ type }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ file_table(file) }}
{%- endmacro %}
