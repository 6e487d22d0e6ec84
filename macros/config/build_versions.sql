{#- dbt shows no model the version of its project: dbt_project.yml repeats it as meta -#}
{% macro build_versions() -%}
    '{{ config.meta_get('package_version') }}' as package_version,
        '{{ dbt_version }}' as dbt_version,
        '{{ target.type }}' as engine,
        version() as engine_version
{%- endmacro %}
