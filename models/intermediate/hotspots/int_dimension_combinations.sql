{{ config(materialized='table') }}

with

interactions as (

    select * from {{ ref('int_slice_rows') }}

),

combinations as (

    select
        {{ slice_dimensions() }},
        any_value(combination_code) as combination_code,
        cast(count(*) as bigint) as interactions,
        cast(count(latency_ms) as bigint) as measured_latencies,
        cast(count(*) filter (where is_sla_breach) as bigint) as sla_breaches,
        cast(count(cost_usd) as bigint) as priced_interactions,
        sum(cast(cost_usd as decimal(38, 12))) as cost_usd

    from interactions

    group by {{ slice_dimensions() }}

),

coded as (

    select
        {% for dimension in slice_dimensions().split(', ') -%}
        cast(dense_rank() over (order by {{ dimension }}) as integer)
            as {{ dimension }}_code,
        {% endfor -%}
        *

    from combinations

)

select * from coded
