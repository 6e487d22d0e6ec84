{{ config(materialized='table') }}

with

named as (

    select * from {{ ref('int_models_named') }}

),

sold as (

    select * from {{ ref('int_models_sold') }}

),

model_literals as (

    select * from {{ ref('model_price_matches') }}

),

spelled as (

    select
        *,
        {{ row_for_each_struct(list_of(
            struct_of({'attempt': 1, 'spelling': 'reference_name'}) ~ ', '
            ~ struct_of({'attempt': 2, 'spelling': 'dashed_name'})
        )) }}

    from sold

),

model_alternatives as (

    select
        spelled.model_provider,
        spelled.model_name,
        spelled.attempt,
        model_literals.price_provider,
        model_literals.model as price_model,
        model_literals.position,
        model_literals.alternative

    from spelled

    inner join model_literals on spelled.seller = model_literals.provider

    group by all

    having bool_and({{ literal_holds('spelled.spelling') }})

),

-- the first model whose rule is true, as the price book orders them
matched as (

    select *

    from model_alternatives

    qualify row_number() over (
            partition by model_provider, model_name
            order by attempt, position, alternative
        ) = 1

),

known as (

    select
        named.*,
        sold.seller,
        matched.price_provider,
        matched.price_model

    from named

    left join sold
        on named.model_provider is not distinct from sold.model_provider
            and named.model_name = sold.model_name

    left join matched
        on named.model_provider is not distinct from matched.model_provider
            and named.model_name = matched.model_name

)

select * from known
