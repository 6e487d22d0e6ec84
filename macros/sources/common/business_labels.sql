{% macro business_labels() -%}
    {#- known to the application alone; gateways carry them as tags `label:value` or as metadata -#}
    {{ return([
        'use_case', 'channel', 'region', 'segment', 'account_tier', 'environment',
        'prompt_version',
    ]) }}
{%- endmacro %}

{% macro tag_value(tags, label) -%}
    nullif(regexp_extract({{ tags }}, '["'']{{ label }}\s*[:=]\s*([^"'']+)["'']', 1), '')
{%- endmacro %}

{% macro tag_list(tags) -%}
    from_json({{ json_text(tags) }}, '["VARCHAR"]')
{%- endmacro %}

{% macro plain_tags(tags) -%}
    {#- of a list those that are not `label:value` -#}
    list_filter(
        {{ tags }},
        lambda tag: trim(tag) != '' and not regexp_matches(tag, '[:=]')
    )
{%- endmacro %}

{% macro last_key_tag(tags) -%}
    {#- a proxy lists the tags of a key behind those of the request and before the client's name -#}
    {%- set is_client = "list_transform(" ~ tags
        ~ ", lambda tag: starts_with(tag, 'User-Agent'))" -%}
    {%- set clients_place = "greatest(list_position(" ~ is_client ~ ", true), 1) - 1" -%}
    {{ plain_tags("list_slice(" ~ tags ~ ", 1, " ~ clients_place ~ ")") }}[-1]
{%- endmacro %}

{% macro label_columns(tags, structs, labels=none) -%}
    {#- a column for each label, from tags or else from metadata -#}
    {%- for label in labels or business_labels() %}
        coalesce(
            {{ tag_value(tags, label) }}
            {%- for struct in structs %}, {{ safe_text(struct ~ '.' ~ label) }}{% endfor %}
        ) as {{ label }},
    {%- endfor %}
{%- endmacro %}
