{% macro otlp_scope_omits(scope_name, what) -%}
    {#- whether the instrumentation is one of those that leave this out of every span -#}
    {%- set seed, patterns = ref('instrumentations'), [] -%}
    {%- if execute -%}
        {%- for row in run_query(
            'select scope_pattern from ' ~ seed ~ ' where ' ~ what ~ ' order by scope_pattern'
        ).rows -%}
            {%- do patterns.append(scope_name ~ " like '" ~ row[0] ~ "'") -%}
        {%- endfor -%}
    {%- endif -%}
    coalesce({{ patterns | join(' or ') or 'false' }}, false)
{%- endmacro %}
