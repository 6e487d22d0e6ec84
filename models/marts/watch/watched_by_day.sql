with

interactions as (

    {{ rollup_rows(ref('interactions'), ref('int_interactions_backfilled')) }}

),

named_calls as (

    select
        interaction_date,
        {{ watched_names() }}
        coalesce(account_tier, 'unknown') as account_tier,
        if(is_failure, coalesce(failure_type, 'unknown'), null) as failure_type,
        retry_index,
        attempt_index,
        is_final_attempt,
        is_operation_failure,
        is_operation_sla_breach,
        cost_usd,
        total_tokens,
        completion_tokens,
        response_quality_score,
        safety_block_flag

    from interactions

),

-- every dimension is counted from these cells, which are far fewer than calls
cells as (

    select
        interaction_date,
        use_case,
        prompt_version,
        account_tier,
        failure_type,
        model_provider,
        model_name,
        count(*) as interactions,
        count(*) filter (where is_final_attempt) as operations,
        count(*) filter (where retry_index > 0 or attempt_index > 1) as retries,
        count(is_operation_failure) as known_outcomes,
        count(*) filter (where is_operation_failure) as failures,
        count(is_operation_sla_breach) as measured_latencies,
        count(*) filter (where is_operation_sla_breach) as sla_breaches,
        count(cost_usd) as costed_interactions,
        sum(cast(cost_usd as decimal(18, 12))) as cost_usd,
        count(total_tokens) as tokened_interactions,
        sum(total_tokens) as total_tokens,
        count(completion_tokens) as completed_interactions,
        sum(completion_tokens) as completion_tokens,
        count(response_quality_score) as judged_answers,
        sum(cast(response_quality_score as decimal(18, 12))) as quality_score_sum,
        count(*) filter (where safety_block_flag) as safety_blocks

    from named_calls

    group by {{ grouping_sets(
        'use_case, prompt_version, account_tier, failure_type; '
        ~ 'model_provider, model_name',
        'interaction_date'
    ) }}

),

members as (

    select
        cells.*,
        {{ row_for_each_struct(watched_members()) }}

    from cells

),

daily_sums as (

    select
        interaction_date,
        dimension,
        member,
        {% for name in [
            'interactions', 'operations', 'retries', 'known_outcomes', 'failures',
            'measured_latencies', 'sla_breaches', 'costed_interactions'
        ] -%}
        cast(sum({{ name }}) as bigint) as {{ name }},
        {% endfor -%}
        cast(coalesce(sum(cost_usd), 0) as decimal(38, 12)) as cost_usd,
        {% for name in [
            'tokened_interactions', 'total_tokens', 'completed_interactions',
            'completion_tokens', 'judged_answers'
        ] -%}
        cast(coalesce(sum({{ name }}), 0) as bigint) as {{ name }},
        {% endfor -%}
        cast(coalesce(sum(quality_score_sum), 0) as double) as quality_score_sum,
        cast(sum(safety_blocks) as bigint) as safety_blocks

    from members

    where member is not null

    group by interaction_date, dimension, member
    {{ carry_forward('watched_by_day') }}

)

select * from daily_sums
