{%- set features = numeric_features().split() + categorical_features().split() -%}

with

features_binned as (

    select * from {{ ref('int_features_binned') }}

),

sessions_sampled as (

    select * from {{ ref('int_sessions_sampled') }}

),

sampled as (

    select
        features_binned.*,
        sessions_sampled.session_rows,
        sessions_sampled.sessions

    from features_binned

    inner join sessions_sampled
        on features_binned.window_pair = sessions_sampled.window_pair
            and features_binned.is_current = sessions_sampled.is_current
            and features_binned.session_id = sessions_sampled.session_id

),

binned as (
    {% for feature in features %}
    select
        window_pair,
        is_current,
        session_id,
        session_rows,
        sessions,
        '{{ feature }}' as feature,
        coalesce(cast({{ feature }} as varchar), '') as bin,
        count(*) as interactions

    from sampled

    group by all
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from binned
