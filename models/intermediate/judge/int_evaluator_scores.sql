with

evaluations as (

    select * from {{ ref('int_evaluations') }}

),

-- a person's word is what scores are compared with; a column's value is no risk
scores as (

    select
        interaction_id,
        evaluation_name as evaluator,
        coalesce(evaluator_version, 'unversioned') as evaluator_version,
        coalesce(evaluator_kind, 'model') as evaluator_kind,
        if(score between 0 and 1, score, null) as score,
        coalesce(sample_share, 1) as sample_share,
        error_type,
        timestamp_utc as scored_at,
        evaluation_id

    from evaluations

    where
        interaction_id is not null
        and evaluation_name is not null
        -- which stand for labels without an evaluator, and for the people
        and evaluation_name not in ('none', 'reviewers')
        and contract_column is null
        and coalesce(evaluator_kind, 'model') in ('code', 'model')
        and (score between 0 and 1 or error_type is not null)

),

latest_scores as (

    select * {{ exclude_columns('evaluation_id') }}

    from scores

    qualify row_number() over (
            partition by evaluator, evaluator_version, interaction_id
            order by scored_at desc nulls last, evaluation_id desc
        ) = 1

)

select * from latest_scores
