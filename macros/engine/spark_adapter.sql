{#- dbt-spark's own SQL, where Spark would not run it as it is -#}
{% macro spark__get_empty_schema_sql(columns) -%}
    {#- the contracts say varchar, which Spark calls string -#}
    select {{ spark_casts(columns, 'null') }}
    where false
{%- endmacro %}

{% macro spark_casts(columns, value=none) -%}
    {#- the columns, or `value` in the place of each, cast to the types of the contract -#}
    {%- for column in columns.values() -%}
    {%- set type = column['data_type'] | replace('varchar', 'string') -%}
    cast({{ value or column['name'] }} as {{ type }}) as {{ column['name'] }}
    {{- ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro spark__load_csv_rows(model, agate_table) -%}
    {#- dbt-spark would write a missing value as the word None -#}
    {%- set names, types = agate_table.column_names, model['config'].get('column_types', {}) -%}
    {%- set casts = [] -%}
    {%- for name in names -%}
        {%- set type = types.get(name, adapter.convert_type(agate_table, loop.index0)) -%}
        {%- do casts.append('cast(' ~ name ~ ' as ' ~ type ~ ')') -%}
    {%- endfor -%}
    {%- for rows in agate_table.rows | batch(1000) -%}
        {%- set lines = [] -%}
        {%- for row in rows -%}{%- do lines.append(spark_row(row)) -%}{%- endfor -%}
        {%- do run_query(
            'insert into ' ~ this.render() ~ ' select ' ~ casts | join(', ') ~ ' from values '
            ~ lines | join(', ') ~ ' as seed_rows(' ~ names | join(', ') ~ ')'
        ) -%}
    {%- endfor -%}
{%- endmacro %}

{% macro spark_row(values) -%}
    {%- set texts = [] -%}
    {%- for value in values -%}
        {%- do texts.append(
            'null' if value is none else "'" ~ (value | string | replace("'", "''")) ~ "'"
        ) -%}
    {%- endfor -%}
    {{ return('(' ~ texts | join(', ') ~ ')') }}
{%- endmacro %}

{% macro spark__get_assert_columns_equivalent(sql) -%}
    {#- Spark's types differ (a rank is an int, a sum of ints a bigint), so the contract casts
        them; a missing column fails in the cast -#}
{%- endmacro %}

{% macro spark__get_select_subquery(sql) -%}
    select {{ spark_casts(model['columns']) }}
    from ({{ sql }}) as model_subq
{%- endmacro %}
