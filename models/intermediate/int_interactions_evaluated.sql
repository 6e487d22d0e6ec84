{%- set flags = ['hallucination_flag', 'toxicity_flag', 'formatting_error_flag'] -%}
{%- set scores = ['response_quality_score', 'user_feedback_score'] -%}

with

interactions as (

    select * from {{ ref('int_interactions_unioned') }}

),

evaluations as (

    select * from {{ ref('int_evaluations_named') }}

),

-- the last word counts
judged as (

    select
        source,
        interaction_id,
        {% for column in flags + scores -%}
        arg_max(
            {{ 'is_positive' if column in flags else 'score' }},
            (coalesce(timestamp_utc, timestamp '0001-01-01'), evaluation_id, score)
        ) filter (
            where contract_column = '{{ column }}'
        ) as {{ column }}{{ ',' if not loop.last }}
        {% endfor %}
    from evaluations

    where interaction_id is not null

    group by source, interaction_id

),

evaluated as (

    select
        interactions.* replace (
            {%- for column in flags + scores %}
            coalesce(judged.{{ column }}, interactions.{{ column }})
                as {{ column }}{{ ',' if not loop.last }}
            {%- endfor %}
        )

    from interactions

    left join judged
        on interactions.source = judged.source
            and interactions.interaction_id = judged.interaction_id

)

select * from evaluated
