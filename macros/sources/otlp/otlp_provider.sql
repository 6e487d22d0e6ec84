{% macro otlp_host_provider(host) -%}
    {#- who was called: a client may be pointed at another provider than its own -#}
    {%- set seed = ref('provider_hosts') -%}
    {%- if execute -%}
    case
        when {{ host }} is null then null
        {%- for row in run_query('select host_pattern, provider from ' ~ seed
            ~ ' order by priority, host_pattern').rows %}
        when {{ host }} like '{{ row[0] }}' then '{{ row[1] }}'
        {%- endfor %}
    end
    {%- else -%}
    null
    {%- endif -%}
{%- endmacro %}

{% macro otlp_host(address) -%}
    {#- of an address or a URL, without scheme, port and path; most are the host alone -#}
    lower(case
        when regexp_full_match({{ address }}, '[a-zA-Z0-9.-]+') then {{ address }}
        else regexp_extract({{ address }}, '^(?:[a-zA-Z]+://)?(?:[^/@]*@)?([^/:?]+)', 1)
    end)
{%- endmacro %}

{% macro otlp_provider(name) -%}
    {#- openai of openai.responses; names of the conventions keep their dots -#}
    case
        when contains({{ name }}, '.') and not regexp_matches(
            {{ name }}, '(?i)^(az|azure|aws|gcp|ibm|z|microsoft|google[.]vertex)[.](ai|b|g|v|w|a)'
        )
            then split_part({{ name }}, '.', 1)
        else {{ name }}
    end
{%- endmacro %}

{% macro otlp_before_slash(name) -%}
    {#- the provider of openai/gpt-4o-mini -#}
    nullif(regexp_extract({{ name }}, '^([^/]+)/', 1), '')
{%- endmacro %}

{% macro otlp_after_slash(name) -%}
    nullif(regexp_extract({{ name }}, '^[^/]+/(.+)$', 1), '')
{%- endmacro %}

{% macro otlp_called_provider() -%}
    {#- by the host that was called, else as the instrumentation names it -#}
    coalesce(
        {{ otlp_host_provider(otlp_host('called_host')) }},
        {{ otlp_provider(
            "coalesce(model_provider, try(json_extract_string(metadata, '$.ls_provider')))"
        ) }},
        {{ otlp_before_slash('litellm_model') }},
        {{ otlp_before_slash('genkit_name') }}
    )
{%- endmacro %}
