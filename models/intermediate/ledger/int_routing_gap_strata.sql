with

predictions as (

    select * from {{ ref('int_predictions_with_status') }}

),

interactions as (

    select * from {{ ref('interactions') }}

),

priced_calls as (

    select
        predictions.decision_id,
        predictions.prediction,
        predictions.use_case,
        interactions.account_tier,
        interactions.channel,
        interactions.session_id,
        coalesce(interactions.model_provider, 'unknown') = predictions.model_provider
        and interactions.model_name = predictions.model_name
            as is_on_arm,
        {{ priced_usd(
            'interactions.cost_usd', 'interactions.is_failure', 'interactions.is_sla_breach'
        ) }} as priced_usd

    from interactions

    inner join predictions
        on
            interactions.use_case = predictions.use_case
            and interactions.interaction_date
            between predictions.starts_on and predictions.ends_on

    where
        predictions.status = 'covered'
        and predictions.prediction = 'routing_gap'
        and interactions.model_name is not null
        and interactions.cache_hit is not true
        and interactions.is_failure is not null
        and interactions.is_sla_breach is not null
        and interactions.cost_usd is not null

),

session_sums as (

    select
        decision_id,
        prediction,
        use_case,
        account_tier,
        channel,
        is_on_arm,
        session_id,
        count(*) as interactions,
        {{ exact_sum('priced_usd') }} as priced_usd

    from priced_calls

    group by all

),

strata as (

    select
        decision_id,
        prediction,
        use_case,
        account_tier,
        channel,
        is_on_arm,
        count(*) as sessions,
        cast(sum(interactions) as double) as interactions,
        {{ exact_sum('priced_usd') }} / cast(sum(interactions) as double) as mean_usd,
        {{ exact_sum('priced_usd * priced_usd') }} as squares,
        {{ exact_sum('priced_usd * interactions') }} as products,
        cast(sum(interactions * interactions) as double) as squared_interactions

    from session_sums

    group by all

    -- one session has no variance
    having count(*) > 1

)

select * from strata
