-- a source without judgements pays nothing for those of others
-- depends_on: {{ ref('int_evaluations') }}
{%- set is_judged = sources_on('evaluations') %}
with

interactions as (

    select * from {{ ref('int_interactions_priced') }}

){{ ',' if is_judged }}
{% if is_judged %}
evaluations as (

    select * from {{ ref('int_evaluations') }}

),

-- the last word counts
judged as (

    select
        source,
        interaction_id,
        {{ last_judgement('hallucination_flag', 'is_positive') }}
            as hallucination_flag,
        {{ last_judgement('toxicity_flag', 'is_positive') }}
            as toxicity_flag,
        {{ last_judgement('formatting_error_flag', 'is_positive') }}
            as formatting_error_flag,
        {{ last_judgement('response_quality_score', 'score') }}
            as response_quality_score,
        {{ last_judgement('user_feedback_score', 'score') }}
            as user_feedback_score

    from evaluations

    where interaction_id is not null

    group by source, interaction_id

),

evaluated as (

    select
        interactions.* {{ exclude_columns(
            'hallucination_flag, toxicity_flag, formatting_error_flag,'
            ~ ' response_quality_score, user_feedback_score'
        ) }},
        coalesce(judged.hallucination_flag, interactions.hallucination_flag)
                as hallucination_flag,
            coalesce(judged.toxicity_flag, interactions.toxicity_flag)
                as toxicity_flag,
            coalesce(judged.formatting_error_flag, interactions.formatting_error_flag)
                as formatting_error_flag,
            coalesce(judged.response_quality_score, interactions.response_quality_score)
                as response_quality_score,
            coalesce(judged.user_feedback_score, interactions.user_feedback_score)
            as user_feedback_score

    from interactions

    left join judged
        on interactions.source = judged.source
            and interactions.interaction_id = judged.interaction_id

)
{% endif %}
select * from {{ 'evaluated' if is_judged else 'interactions' }}
