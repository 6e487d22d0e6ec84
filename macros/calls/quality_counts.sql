{% macro quality_counts() -%}
    {#- what evaluators and users say of answers, and of how many they say it -#}
    count(hallucination_flag) as known_hallucination_flags,
    count(*) filter (where hallucination_flag) as hallucinations,
    count(toxicity_flag) as known_toxicity_flags,
    count(*) filter (where toxicity_flag) as toxic_answers,
    count(formatting_error_flag) as known_formatting_flags,
    count(*) filter (where formatting_error_flag) as formatting_errors,
    count(user_feedback_score) as rated_interactions,
    coalesce({{ exact_sum('user_feedback_score') }}, 0e0) as feedback_score_sum
{%- endmacro %}

{% macro quality_rates() -%}
    hallucinations / cast(nullif(known_hallucination_flags, 0) as double)
        as hallucination_rate,
    toxic_answers / cast(nullif(known_toxicity_flags, 0) as double) as toxicity_rate,
    formatting_errors / cast(nullif(known_formatting_flags, 0) as double)
        as formatting_error_rate,
    rated_interactions / cast(nullif(interactions, 0) as double) as feedback_coverage,
    feedback_score_sum / nullif(rated_interactions, 0) as average_feedback_score
{%- endmacro %}
