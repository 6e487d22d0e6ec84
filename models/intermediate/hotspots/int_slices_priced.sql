with

slices as (

    select * from {{ ref('int_slices_counted') }}

),

latencies as (

    select * from {{ ref('int_slice_latencies_banded') }}

),

totals as (

    select
        sum(priced_interactions) as priced_interactions,
        {{ exact_sum('cost_usd') }} as cost_usd

    from slices

    -- every family of one dimension covers all rows
    where family = 'use_case'

),

priced as (

    select
        slices.slice,
        slices.family,
        {% for dimension in slice_dimensions().split(', ') -%}
        slices.{{ dimension }},
        {% endfor -%}
        slices.interactions,
        slices.cost_usd,
        slices.cost_usd / nullif(slices.priced_interactions, 0) as average_cost_usd,
        -- what it cost beyond the price of as many interactions elsewhere
        slices.cost_usd - slices.priced_interactions
        * (totals.cost_usd - slices.cost_usd)
        / nullif(totals.priced_interactions - slices.priced_interactions, 0)
            as excess_cost_usd,
        latencies.p95_latency_ms

    from slices

    cross join totals

    left join latencies on slices.slice = latencies.slice

)

select * from priced
