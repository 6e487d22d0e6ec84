{# only the connection knows the salt, because compiled SQL is written to disk; Spark substitutes
   it while parsing #}
{% macro user_salt() -%}
    {%- if target.type == 'spark' -%}
    {#- where the variable is not set, the reference stays in the text as it is -#}
    coalesce(nullif(
        '${env:LLM_TELEMETRY_USER_SALT}', '$' || '{env:LLM_TELEMETRY_USER_SALT}'
    ), '')
    {%- else -%}
    coalesce(getvariable('user_salt'), '')
    {%- endif -%}
{%- endmacro %}

{# Spark stores a view's text after substitution, so the view sees only whether a salt is set #}
{% macro is_unsalted() -%}
    {%- set query = user_salt() ~ " = ''" -%}
    {%- if target.type == 'spark' and execute -%}
    {{ run_query('select ' ~ query).columns[0].values()[0] | lower }}
    {%- else -%}
    {{ query }}
    {%- endif -%}
{%- endmacro %}
