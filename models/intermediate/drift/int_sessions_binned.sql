{%- set features = numeric_features().split() + categorical_features().split() -%}

with

features_binned as (

    select * from {{ ref('int_features_binned') }}

),

binned as (
    {% for feature in features %}
    select
        window_pair,
        is_current,
        session_number,
        session_rows,
        sessions,
        '{{ feature }}' as feature,
        coalesce(cast({{ feature }} as string), '') as bin,
        count(*) as interactions

    from features_binned

    group by all
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from binned
