{% macro counted_files(source, records) -%}
    {#- a file of readable objects none of which is the source's own belongs to another source -#}
    select
        regexp_replace(files.file_path, '^.*/{{ source }}/', '') as file_name,
        count(records.file_path) as records,
        count(*) filter (where not records.is_readable) as unreadable_records
    from (
        select unnest(cast([
            {%- for file in gateway_files(source) %}{{ dbt.string_literal(dbt.escape_single_quotes(file)) }}{{ ', ' if not loop.last }}{% endfor -%}
        ] as varchar [])) as file_path
    ) as files
    left join {{ records }} as records on files.file_path = records.file_path
    group by all
    having count(*) filter (where records.is_object) = 0 or bool_or(records.is_readable)
{%- endmacro %}
