{{ config(materialized='table') }}
with

summaries as (

    select * from {{ ref('int_summary_reconciliation') }}

),

checks as (

    select
        table_name,
        -- noqa: disable=LT02
        {% call rows_of_checks() -%}
            {%- for total in ['interactions', 'failures', 'cost_usd', 'tokens'] %}
            {{ struct_of({
                'check_name': "'reconciled_summary'",
                'column_name': "'" ~ total ~ "'",
                'checked_rows': 'count(' ~ total ~ ' + summary_' ~ total ~ ')',
                'failed_rows': 'count(*) filter (where ' ~ disagrees(total) ~ ')',
                'tolerance': '0e0',
                'example_key':
                    'min(summary_key) filter (where ' ~ disagrees(total) ~ ')',
            }) }}{{ ',' if not loop.last }}
            {%- endfor %}
        {%- endcall %}

    from summaries

    group by table_name

)

select * from checks
