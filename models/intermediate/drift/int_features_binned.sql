{%- set features = numeric_features().split() + categorical_features().split() -%}

with

drift_rows as (

    select * from {{ ref('int_drift_rows') }}

),

drift_bin_edges as (

    select * from {{ ref('int_drift_bin_edges') }}

),

sessions_sampled as (

    select * from {{ ref('int_sessions_sampled') }}

),

edges as (

    select
        window_pair,
        {{ edges_of_features() }}

    from drift_bin_edges

),

sampled as (

    select
        drift_rows.*,
        sessions_sampled.session_number,
        sessions_sampled.session_rows,
        sessions_sampled.sessions

    from drift_rows

    inner join sessions_sampled
        on
            drift_rows.window_pair = sessions_sampled.window_pair
            and drift_rows.is_current = sessions_sampled.is_current
            and drift_rows.session_id = sessions_sampled.session_id

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
