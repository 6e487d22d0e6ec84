with

interactions as (

    select * from {{ ref('interactions') }}

),

contents as (

    select * from {{ ref('contents') }}

),

sampled_sessions as (

    select * from {{ ref('int_routing_session_sample') }}

),

routable_calls as {{ not_materialized() }}(

    select
        interactions.* {{ exclude_columns('prompt_chars, model_provider') }},
        coalesce(interactions.model_provider, 'unknown') as model_provider,
        coalesce(interactions.prompt_chars, contents.prompt_chars) as prompt_chars

    from interactions

    left join contents
        on
            interactions.interaction_id = contents.interaction_id
            and interactions.source = contents.source

    where
        interactions.use_case is not null
        and interactions.model_name is not null
        and interactions.cache_hit is not true

),

known_shares as (

    select
        count(prompt_chars) / cast(count(*) as double) as known_share,
        count(*) >= {{ knob('min_requests_policy') }} as is_candidate

    from routable_calls

    group by model_provider, model_name

),

-- what tells long from short whichever arm served a prompt: no provider's own tokens
prompt_size_units as (

    select
        case
            when min(known_share) filter (where is_candidate) >= 95e-2 then 'characters'
            when {{ knob('prompt_tokens_are_comparable') }} > 0 then 'tokens'
            else 'none'
        end as prompt_size_unit

    from known_shares

),

sized_calls as {{ not_materialized() }}(

    select
        routable_calls.*,
        prompt_size_units.prompt_size_unit,
        case prompt_size_units.prompt_size_unit
            when 'characters' then routable_calls.prompt_chars
            when 'tokens' then routable_calls.prompt_tokens
        end as prompt_size

    from routable_calls

    cross join prompt_size_units

),

prompt_terciles as (

    -- cut on history, so that the strata owe nothing to what they are used to judge
    select
        use_case,
        percentile_cont({{ list_of('1e0 / 3, 2e0 / 3') }})
        within group (order by prompt_size) as cuts

    from sized_calls

    where decision_window = 'history'

    group by all

),

contexts as (

    select
        sized_calls.interaction_id,
        sized_calls.session_id,
        sized_calls.decision_window,

        ---------- known before the call
        sized_calls.use_case,
        coalesce(sized_calls.account_tier, 'unknown') as account_tier,
        coalesce(sized_calls.channel, 'unknown') as channel,
        coalesce(sized_calls.region, 'unknown') as region,
        coalesce(sized_calls.segment, 'unknown') as segment,
        sized_calls.prompt_tokens,
        sized_calls.prompt_chars,
        sized_calls.prompt_size,
        sized_calls.prompt_size_unit,
        case
            when sized_calls.prompt_size is null or prompt_terciles.cuts is null
                then 'unknown'
            when sized_calls.prompt_size <= {{ item_of('prompt_terciles.cuts', 1) }}
                then 'short'
            when sized_calls.prompt_size <= {{ item_of('prompt_terciles.cuts', 2) }}
                then 'medium'
            else 'long'
        end as prompt_length,
        hour(sized_calls.timestamp_utc) as hour_of_day,
        {{ iso_weekday('sized_calls.timestamp_utc') }} as weekday,

        ---------- what the router did
        sized_calls.model_provider,
        sized_calls.model_name,
        sized_calls.propensity,

        ---------- what came of it
        sized_calls.latency_ms,
        sized_calls.cost_usd,
        sized_calls.is_failure,
        sized_calls.is_sla_breach

    from sized_calls

    left join prompt_terciles on sized_calls.use_case = prompt_terciles.use_case

    left join sampled_sessions
        on
            sized_calls.session_id = sampled_sessions.session_id
            and sized_calls.decision_window = sampled_sessions.decision_window

    where
        sized_calls.decision_window = 'evaluation'
        or sampled_sessions.session_id is not null

)

select * from contexts
