{{ config(materialized='table') }}

{%- set quotients = quotient_features().split() -%}

with

drift_rows as (

    select * from {{ ref('int_drift_rows') }}

),

drift_values as (

    select * from {{ ref('int_drift_values') }}

),

reference_values as (

    select
        window_pair,
        feature,
        number,
        sum(reference_rows) over (
            partition by window_pair, feature
            order by number
        ) as rows_up_to,
        sum(reference_rows) over (partition by window_pair, feature) as total_rows

    from drift_values

    where number is not null and reference_rows > 0

),

-- as percentile_cont of the rows, from their counts: between two neighbours
value_edges as (

    select
        window_pair,
        feature,
        {%- for edge in range(1, 10) %}
        {%- set place = '(total_rows - 1) * 0.' ~ edge ~ 'e0' %}
        min(number) filter (where rows_up_to > floor({{ place }})) as lower_{{ edge }},
        min(number) filter (where rows_up_to > ceil({{ place }})) as upper_{{ edge }},
        max({{ place }} - floor({{ place }})) as weight_{{ edge }},
        {%- endfor %}
        count(*) as distinct_values

    from reference_values

    group by all

),

-- lists in one pass: a quantile at a time takes four times as long
quotient_deciles as (

    select
        {%- for feature in quotients %}
        percentile_cont(
            {{ list_of('0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9') }}
        ) within group (order by {{ feature }}) as {{ feature }},
        {%- endfor %}
        window_pair

    from drift_rows

    where not is_current

    group by all

),

edges as (

    select
        window_pair,
        feature,
        {%- for edge in range(1, 10) %}
        lower_{{ edge }} + (upper_{{ edge }} - lower_{{ edge }}) * weight_{{ edge }}
            as edge_{{ edge }},
        {%- endfor %}
        distinct_values

    from value_edges

    {% for feature in quotients %}
    union all

    select
        window_pair,
        '{{ feature }}' as feature,
        {%- for edge in range(1, 10) %}
        {{ item_of(feature, edge) }} as edge_{{ edge }},
        {%- endfor %}
        cast(null as bigint) as distinct_values

    from quotient_deciles
    {% endfor %}
)

select * from edges
