with

interactions as (

    select * from {{ ref('int_interactions_unioned') }}

    where source != 'telemetry_csv'

),

every_check as (

    select
        source as table_name,
        'total_tokens' as column_name,
        {% call rows_of_checks() -%}
            {{ check(
                'stated_total', 'stated_total_tokens != prompt_tokens + completion_tokens',
                'interaction_id',
                'stated_total_tokens + prompt_tokens + completion_tokens is not null'
            ) }}
        {%- endcall %}

    from interactions

    group by source

)

select * from every_check
