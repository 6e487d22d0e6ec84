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

{% macro plain_tag(tags) -%}
    {#- the first tag that is not `label:value` -#}
    list_filter(
        from_json({{ json_text(tags) }}, '["VARCHAR"]'),
        lambda tag: trim(tag) != '' and not regexp_matches(tag, '[:=]')
    )[1]
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
