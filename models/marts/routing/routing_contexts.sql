with

interactions as (

    select * from {{ ref('interactions') }}

),

sampled_sessions as (

    select * from {{ ref('int_routing_session_sample') }}

),

prompt_terciles as (

    -- cut on history, so that the strata owe nothing to what they are used to judge
    select
        use_case,
        percentile_cont({{ list_of('1e0 / 3, 2e0 / 3') }})
        within group (order by prompt_tokens) as cuts

    from interactions

    where decision_window = 'history'

    group by all

),

contexts as (

    select
        interactions.interaction_id,
        interactions.session_id,
        interactions.decision_window,

        ---------- known before the call
        interactions.use_case,
        coalesce(interactions.account_tier, 'unknown') as account_tier,
        coalesce(interactions.channel, 'unknown') as channel,
        coalesce(interactions.region, 'unknown') as region,
        coalesce(interactions.segment, 'unknown') as segment,
        interactions.prompt_tokens,
        case
            when interactions.prompt_tokens is null or prompt_terciles.cuts is null
                then 'unknown'
            when interactions.prompt_tokens <= {{ item_of('prompt_terciles.cuts', 1) }}
                then 'short'
            when interactions.prompt_tokens <= {{ item_of('prompt_terciles.cuts', 2) }}
                then 'medium'
            else 'long'
        end as prompt_length,
        hour(interactions.timestamp_utc) as hour_of_day,
        {{ iso_weekday('interactions.timestamp_utc') }} as weekday,

        ---------- what the router did
        coalesce(interactions.model_provider, 'unknown') as model_provider,
        interactions.model_name,
        interactions.propensity,

        ---------- what came of it
        interactions.latency_ms,
        interactions.cost_usd,
        interactions.is_failure,
        interactions.is_sla_breach

    from interactions

    left join prompt_terciles on interactions.use_case = prompt_terciles.use_case

    left join sampled_sessions
        on
            interactions.session_id = sampled_sessions.session_id
            and interactions.decision_window = sampled_sessions.decision_window

    where
        interactions.use_case is not null
        and interactions.model_name is not null
        and interactions.cache_hit is not true
        and (
            interactions.decision_window = 'evaluation'
            or sampled_sessions.session_id is not null
        )

)

select * from contexts
