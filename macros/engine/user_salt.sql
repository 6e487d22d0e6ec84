{# known to the connection alone: what is compiled is written to disk; Spark fills it in as it parses #}
{% macro user_salt() %}{{ "coalesce(nullif('${env:LLM_TELEMETRY_USER_SALT}', '$' || '{env:LLM_TELEMETRY_USER_SALT}'), '')" if target.type == 'spark' else "coalesce(getvariable('user_salt'), '')" }}{% endmacro %}

{# Spark writes down the text of a view as it parsed it: it is told no more than whether there is a salt #}
{% macro is_unsalted() %}{{ run_query('select ' ~ user_salt() ~ " = ''").columns[0].values()[0] | lower if target.type == 'spark' and execute else user_salt() ~ " = ''" }}{% endmacro %}
