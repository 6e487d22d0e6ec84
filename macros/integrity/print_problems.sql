{% macro print_problems() -%}
    {#- called at the end of a dbt command that built or tested integrity_checks, which may be
        the only command that is used: `llm-telemetry` prints these lines itself -#}
    {%- set found = namespace(relation=none) -%}
    {%- for result in results if execute and target.name != 'run' -%}
        {%- set node = result.node -%}
        {%- set model = node.attached_node if node.resource_type == 'test' else node.unique_id -%}
        {%- if model == 'model.llm_production_telemetry.integrity_checks'
            and result.status not in ['error', 'skipped'] -%}
            {%- set found.relation = graph.nodes[model].relation_name -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if found.relation -%}
    {%- set problems = run_query(
        'select problem from ' ~ found.relation ~ ' where problem is not null'
        ~ " order by status = 'failed' desc, check_name, table_name, column_name"
    ) -%}
    {%- for row in problems.rows -%}{%- do log(row[0], info=true) -%}{%- endfor -%}
    {%- endif -%}
{%- endmacro %}
