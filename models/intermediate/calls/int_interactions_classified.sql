-- without a source of evaluations there is nothing to join
-- depends_on: {{ ref('int_evaluations') }}
{%- set has_evaluations = sources_on('evaluations') %}
with

interactions as (

    select * from {{ ref('int_interactions_priced') }}

),

{% if has_evaluations -%}
evaluations as (

    select * from {{ ref('int_evaluations') }}

),

-- of several evaluations a person's counts, else the last of a model, else of code
latest as (

    select
        source,
        interaction_id,
        {{ last_evaluation('hallucination_flag', 'is_positive') }}
            as hallucination_flag,
        {{ last_evaluation('toxicity_flag', 'is_positive') }}
            as toxicity_flag,
        {{ last_evaluation('formatting_error_flag', 'is_positive') }}
            as formatting_error_flag,
        {{ last_evaluation('response_quality_score', 'score') }}
            as response_quality_score,
        {{ last_evaluation('user_feedback_score', 'score') }}
            as user_feedback_score

    from evaluations

    where interaction_id is not null and contract_column is not null

    group by source, interaction_id

),

evaluated_calls as (  -- noqa: ST03

    select
        interactions.* {{ exclude_columns(
            'hallucination_flag, toxicity_flag, formatting_error_flag,'
            ~ ' response_quality_score, user_feedback_score'
        ) }},
        coalesce(latest.hallucination_flag, interactions.hallucination_flag)
            as hallucination_flag,
        coalesce(latest.toxicity_flag, interactions.toxicity_flag)
            as toxicity_flag,
        coalesce(latest.formatting_error_flag, interactions.formatting_error_flag)
            as formatting_error_flag,
        coalesce(latest.response_quality_score, interactions.response_quality_score)
            as response_quality_score,
        coalesce(latest.user_feedback_score, interactions.user_feedback_score)
            as user_feedback_score

    from interactions

    left join latest
        on interactions.source = latest.source
            and interactions.interaction_id = latest.interaction_id

),

{% endif -%}

classified_calls as (

    select
        * {{ exclude_columns('timestamp_utc, split, is_failure') }},
        {{ called_at() }} as timestamp_utc,
        lower(split) as split,
        -- an unknown outcome stays unknown, it does not count as a success
        coalesce(is_failure, lower(failure_type) != 'none') as is_failure,
        {{ model_latency_ms() }} > {{ knob('sla_ms') }} as is_sla_breach

    from {{ 'evaluated_calls' if has_evaluations else 'interactions' }}

)

select * from classified_calls
