{{ config(materialized=cheap_view()) }}

with

source as (

    {{ read_scores(source('judge', 'scores')) }}

),

latest as (

    select
        concat_ws(' ', evaluator, evaluator_version, interaction_id) as evaluation_id,
        interaction_id,
        evaluator,
        evaluator_version,
        evaluator_kind,
        score,
        sample_share,
        error_type,
        scored_at

    from source

    -- a call that is scored again replaces its score
    qualify row_number() over (
            partition by evaluator, evaluator_version, interaction_id
            order by scored_at desc, score asc, error_type asc
        ) = 1

)

select * from latest
