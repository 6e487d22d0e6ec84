with

interactions as (

    select * from {{ ref('interactions') }}

),

history as (

    select
        use_case,
        coalesce(model_provider, 'unknown') as model_provider,
        model_name,
        cast(prompt_tokens as double) as prompt_tokens,
        cast(completion_tokens as double) as completion_tokens,
        cost_usd

    from interactions

    where
        decision_window = 'history'
        and use_case is not null
        and model_name is not null
        and cache_hit is not true

),

-- the least squares of cost = input price x prompt + output price x completion
arm_prices as (

    select
        model_provider,
        model_name,
        {{ exact_sum('prompt_tokens * prompt_tokens') }} as prompt_squares,
        {{ exact_sum('completion_tokens * completion_tokens') }} as completion_squares,
        {{ exact_sum('prompt_tokens * completion_tokens') }} as products,
        {{ exact_sum('prompt_tokens * cost_usd') }} as prompt_cost,
        {{ exact_sum('completion_tokens * cost_usd') }} as completion_cost,
        {{ exact_sum('cost_usd') }} / count(*) as avg_cost_usd,
        nullif(prompt_squares * completion_squares - products * products, 0)
            as determinant,
        (prompt_cost * completion_squares - completion_cost * products)
        / determinant as input_price,
        (completion_cost * prompt_squares - prompt_cost * products)
        / determinant as output_price

    from history

    where cost_usd + prompt_tokens + completion_tokens is not null

    group by model_provider, model_name

),

usual_lengths as (

    select
        use_case,
        {{ exact_sum('prompt_tokens') }} / count(prompt_tokens) as avg_prompt_tokens,
        {{ exact_sum('completion_tokens') }} / count(completion_tokens)
            as avg_completion_tokens

    from history

    group by all

),

expected_costs as (

    select
        usual_lengths.use_case,
        arm_prices.model_provider,
        arm_prices.model_name,
        coalesce(arm_prices.input_price >= 0 and arm_prices.output_price >= 0, false)
            as is_price_per_token,
        if(is_price_per_token, arm_prices.input_price, 0e0) as input_price_usd,
        coalesce(usual_lengths.avg_prompt_tokens, 0e0) as avg_prompt_tokens,
        coalesce(
            if(
                is_price_per_token,
                arm_prices.input_price * usual_lengths.avg_prompt_tokens
                + arm_prices.output_price * usual_lengths.avg_completion_tokens,
                null
            ),
            arm_prices.avg_cost_usd
        ) as expected_cost_usd

    from usual_lengths

    cross join arm_prices

)

select * from expected_costs
