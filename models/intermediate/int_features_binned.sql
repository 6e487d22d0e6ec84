{%- set features = numeric_features().split() + categorical_features().split() -%}

with

features_compared as (

    select * from {{ ref('int_features_compared') }}

),

features_edged as (

    select * from {{ ref('int_features_edged') }}

),

sessions_sampled as (

    select * from {{ ref('int_sessions_sampled') }}

),

edges as (

    select
        window_pair,
        {{ edges_of_features() }}

    from features_edged

),

sampled as (

    select
        features_compared.*,
        sessions_sampled.session_number,
        sessions_sampled.session_rows,
        sessions_sampled.sessions

    from features_compared

    inner join sessions_sampled
        on
            features_compared.window_pair = sessions_sampled.window_pair
            and features_compared.is_current = sessions_sampled.is_current
            and features_compared.session_id = sessions_sampled.session_id

),

binned as (

    select  -- noqa: disable=LT02,LT05
        sampled.window_pair,
        sampled.is_current,
        sampled.session_id,
        sampled.session_number,
        sampled.session_rows,
        sampled.sessions
        {%- for feature in features %},
        {{ binned_feature('sampled', feature) }} as {{ feature }}
        {%- endfor %}

    from sampled

    inner join edges on sampled.window_pair = edges.window_pair

)

select * from binned
