{# columns of calls that have the same value in all of them, as is known before they are read,
   with that value: writing them takes a fifth of the time of writing all calls. Only of the
   contract's files is it known which columns they have #}
{% macro constant_columns() -%}
    {%- set files, found = files_with_rows('interactions'), {} -%}
    {%- set landed = files | map(attribute=1) | join(',') -%}
    {%- set optional = [
        'trace_id', 'span_id', 'parent_span_id', 'response_id',
        'service_name', 'environment', 'session_is_inferred',
        'request_model', 'service_tier', 'prompt_id', 'prompt_name', 'prompt_version',
        'temperature', 'top_p', 'max_tokens', 'attempted_retries',
        'is_streaming', 'cache_hit', 'propensity', 'prompt_chars', 'ttft_ms',
        'cache_read_tokens', 'cache_write_tokens', 'reasoning_tokens',
        'error_type', 'finish_reason', 'is_abandoned',
    ] -%}
    {%- if files and sources_on() == ['telemetry_csv'] -%}
    {%- do found.update({'source': "'telemetry_csv'"}) -%}
    {%- for name, type in contract_columns('interactions').items() if name in optional
        and name not in landed.split(',') -%}
    {%- do found.update({name: 'cast(null as ' ~ ('string' if type == 'text' else type) ~ ')'}) -%}
    {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}

{# of the stored calls: what is stored, and after it what is not #}
{% macro stored_and_constant_columns() -%}
    *{% for name, value in constant_columns().items() %}, {{ value }} as {{ name }}{% endfor %}
{%- endmacro %}
