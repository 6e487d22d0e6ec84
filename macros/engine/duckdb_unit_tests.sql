{#- dbt's unit tests on DuckDB with fewer steps: types come from a description of the query instead
    of a temporary table, and of a given row only the columns that it names are written out. They
    are called once per input of each test, where every call through `adapter` would build a context
    of all macros -#}
{% macro get_fixture_sql(rows, column_name_to_data_types) -%}
    {%- if target.type != 'duckdb' -%}
    {{ return(dbt.get_fixture_sql(rows, column_name_to_data_types)) }}
    {%- endif -%}
    {%- set is_deferred = defer_relation and not load_relation(this) -%}
    {%- set relation = defer_relation if is_deferred else this -%}
    {%- set types = column_name_to_data_types or column_types(relation) -%}
    select
        {%- for name, type in types.items() %}
        cast(null as {{ type }}) as "{{ name }}"{{ ',' if not loop.last }}
        {%- endfor %}
    where false
    {%- if rows %}
    union all by name {{ typed_rows(rows, types, model.name) }}
    {%- endif -%}
{%- endmacro %}

{% materialization unit, adapter='duckdb' -%}
    {%- set rows, types = config.get('expected_rows'), column_types('(' ~ sql ~ '\n)') -%}
    {%- set columns = (rows[0] if rows else types).keys() -%}
    {%- set names = columns | map('lower') | map('tojson') | join(', ') -%}
    {%- set expected = config.get('expected_sql')
        or typed_rows(rows, types, 'expected output')
        or 'select * from actual limit 0' -%}
    {%- call statement('main', fetch_result=True) -%}
        with actual as ({{ sql }}
        ),
        expected as ({{ expected }}
        )
        select {{ names }}, 'actual' as "actual_or_expected" from actual
        union all
        select {{ names }}, 'expected' as "actual_or_expected" from expected
    {%- endcall -%}
    {{ return({'relations': []}) }}
{%- endmaterialization %}

{% macro column_types(relation) -%}
    {#- the type of each column by its name in lower case; a column that only holds null is as a
        table would have it -#}
    {%- set types = {} -%}
    {%- set described = 'from ' ~ relation if relation is string else relation -%}
    {%- set query = 'select column_name, column_type from (describe ' ~ described ~ ')' -%}
    {%- for row in run_query(query).rows -%}
    {%- do types.update({row[0] | lower: row[1] | replace('"NULL"', 'INTEGER')}) -%}
    {%- endfor -%}
    {{ return(types) }}
{%- endmacro %}

{% macro typed_rows(rows, types, fixture) -%}
    {%- set texts = [] -%}
    {%- for row in rows -%}
        {%- set values = [] -%}
        {%- for name, value in row.items() -%}
            {%- if name | lower not in types -%}
            {{ exceptions.raise_compiler_error(
                "Invalid column name: '" ~ name ~ "' in unit test fixture for " ~ fixture
                ~ ".\nAccepted columns are: " ~ types.keys() | list
            ) }}
            {%- endif -%}
            {%- set quoted = "'" ~ value | string | replace("'", "''") ~ "'" -%}
            {%- set literal = 'null' if value is none else quoted if value is string else value -%}
            {%- set typed = 'cast(' ~ literal ~ ' as ' ~ types[name | lower] ~ ')' -%}
            {%- do values.append(typed ~ ' as "' ~ name | lower ~ '"') -%}
        {%- endfor -%}
        {%- do texts.append('select ' ~ values | join(', ')) -%}
    {%- endfor -%}
    {{ return(texts | join(' union all by name ')) }}
{%- endmacro %}
