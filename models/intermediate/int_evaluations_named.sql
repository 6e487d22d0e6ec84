with

evaluations as (

    select * from {{ ref('int_evaluations_unioned') }}

),

names as (

    select * from {{ ref('evaluation_names') }}

),

named as (

    select
        evaluations.*,
        names.contract_column,
        -- a label says yes or no; without one, the score does
        case
            when
                lower(evaluations.label)
                in ('true', 'yes', 'fail', 'hallucinated', 'toxic')
                then true
            when evaluations.label is not null and evaluations.score is null then false
            else evaluations.score >= 0.5
        end as is_positive

    from evaluations

    left join names on lower(evaluations.evaluation_name) = names.evaluation_name

)

select * from named
