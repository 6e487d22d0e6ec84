{#- what dbt-duckdb does for these models, in fewer steps: DuckDB changes tables and views within
    a transaction, so that no temporary name, rename and drop is needed. No model has grants,
    indexes or foreign keys, or is Python -#}
{% materialization table, adapter='duckdb' -%}
    {%- set made = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {%- call statement('main') -%}
        {{ drop_existing(this) }}
        {{ create_table_as(False, made, compiled_code) }}
    {%- endcall -%}
    {{ finish_relation(made) }}
    {{ return({'relations': [made]}) }}
{%- endmaterialization %}

{% materialization view, adapter='duckdb' -%}
    {%- set made = this.incorporate(type='view') -%}
    {{ run_hooks(pre_hooks) }}
    {%- call statement('main') -%}
        {{ drop_existing(this) }}
        {{ create_view_as(made, compiled_code) }}
    {%- endcall -%}
    {{ finish_relation(made) }}
    {{ return({'relations': [made]}) }}
{%- endmaterialization %}

{% macro drop_existing(relation) -%}
    {%- set old = load_cached_relation(relation) -%}
    {{ 'drop ' ~ old.type ~ ' if exists ' ~ old ~ ';' if old }}
{%- endmacro %}

{% macro finish_relation(relation) -%}
    {%- do persist_docs(relation, model) -%}
    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
{%- endmacro %}

{% macro duckdb__persist_docs(relation, model, for_relation, for_columns) -%}
    {#- in one statement; the contract has seen to it that the columns are there -#}
    {%- set comments = [] -%}
    {%- if for_relation and config.persist_relation_docs() -%}
    {%- do comments.append(alter_relation_comment(relation, model.description)) -%}
    {%- endif -%}
    {%- for name, column in model.columns.items() if for_columns
        and config.persist_column_docs() -%}
    {%- do comments.append('comment on column ' ~ relation ~ '.' ~ name ~ ' is '
        ~ duckdb_escape_comment(column['description']) ~ ';') -%}
    {%- endfor -%}
    {%- if comments -%}{%- do run_query(comments | join(' ')) -%}{%- endif -%}
{%- endmacro %}
