{{ config(materialized='table') }}

with

drift_rows as (

    select * from {{ ref('int_drift_rows') }}

),

-- lists in one pass: a quantile at a time takes four times as long
edges as (

    select
        window_pair,
        {%- for feature in integer_features().split() %}
        count(distinct {{ feature }}) as {{ feature }}_values,
        {%- endfor %}
    {%- for feature in numeric_features().split() %}
    percentile_cont(
        {{ list_of('0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9') }}
    ) within group (order by {{ feature }}) as {{ feature }}{{ ',' if not loop.last }}
    {%- endfor %}

    from drift_rows

    where not is_current

    group by all

)

select * from edges
