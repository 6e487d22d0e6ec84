{{ config(materialized='table') }}

with

evaluations as (

    select * from {{ ref('int_evaluations_unioned') }}

),

names as (

    select * from {{ ref('evaluation_names') }}

),

labels as (

    {{ with_own_rows(ref('evaluation_labels'), 'label') }}

),

evaluations_with_columns as (

    select
        evaluations.*,
        names.contract_column,
        -- a score with an unknown label may rate the opposite
        if(evaluations.label is null, evaluations.score >= 0.5, labels.is_positive)
            as is_positive,
        {{ evaluator_kind('evaluations.evaluator') }} as evaluator_kind

    from evaluations

    left join names on lower(evaluations.evaluation_name) = names.evaluation_name

    left join labels
        on {{ replaced('lower(trim(evaluations.label))', "'[ _-]+'", "'_'") }}
            = labels.label

)

select * from evaluations_with_columns
