with

interactions as (

    select * from {{ ref('interactions') }}

),

prompt_terciles as (

    -- cut on history, so that the strata owe nothing to what they are used to judge
    select
        use_case,
        quantile_cont(prompt_tokens, [1e0 / 3, 2e0 / 3]) as cuts

    from interactions

    where decision_window = 'history'

    group by all

),

stratified as (

    select
        interactions.interaction_id,
        interactions.session_id,
        interactions.use_case,
        coalesce(interactions.model_provider, 'unknown') as model_provider,
        interactions.model_name,
        coalesce(interactions.account_tier, 'unknown') as account_tier,
        coalesce(interactions.channel, 'unknown') as channel,
        case
            when interactions.prompt_tokens is null or prompt_terciles.cuts is null
                then 'unknown'
            when interactions.prompt_tokens <= prompt_terciles.cuts[1] then 'short'
            when interactions.prompt_tokens <= prompt_terciles.cuts[2] then 'medium'
            else 'long'
        end as prompt_length,
        interactions.cost_usd,
        interactions.is_failure,
        interactions.is_sla_breach

    from interactions

    left join prompt_terciles on interactions.use_case = prompt_terciles.use_case

    where
        interactions.decision_window = 'evaluation'
        and interactions.use_case is not null
        and interactions.model_name is not null

)

select * from stratified
