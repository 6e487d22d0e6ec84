{{ config(materialized='table') }}

{%- set features = numeric_features().split() + categorical_features().split() -%}

with

drift_rows as {{ not_materialized() }}(

    select * from {{ ref('int_drift_rows') }}

),

drift_bin_edges as (

    select * from {{ ref('int_drift_bin_edges') }}

),

edges as (

    select
        window_pair,
        {{ edges_of_features() }}

    from drift_bin_edges

),

sessions as (

    select
        window_pair,
        is_current,
        session_id,
        count(*) as session_rows

    from drift_rows

    group by all

),

numbered_sessions as (

    select
        *,
        row_number() over (
            partition by window_pair, is_current
            order by {{ digest_order('session_id') }}
        ) as session_number

    from sessions

),

sampled_sessions as (

    select
        *,
        least(
            count(*) over (partition by window_pair, is_current),
            {{ knob('max_design_effect_sessions') }}
        ) as sessions

    from numbered_sessions

    qualify session_number <= {{ knob('max_design_effect_sessions') }}

),

sampled_rows as (

    select
        drift_rows.*,
        sampled_sessions.session_number,
        sampled_sessions.session_rows,
        sampled_sessions.sessions

    from drift_rows

    inner join sampled_sessions
        on
            drift_rows.window_pair = sampled_sessions.window_pair
            and drift_rows.is_current = sampled_sessions.is_current
            and drift_rows.session_id = sampled_sessions.session_id

),

binned_rows as (

    select  -- noqa: disable=LT02,LT05
        sampled_rows.window_pair,
        sampled_rows.is_current,
        sampled_rows.session_number,
        sampled_rows.session_rows,
        sampled_rows.sessions
        {%- for feature in features %},
        {{ binned_feature('sampled_rows', feature) }} as {{ feature }}
        {%- endfor %}

    from sampled_rows

    inner join edges on sampled_rows.window_pair = edges.window_pair

),

session_bins as (
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

    from binned_rows

    group by all
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

bin_pairs as (

    select
        one.window_pair,
        one.is_current,
        one.feature,
        one.bin,
        other.bin as other_bin,
        cast(sum(one.interactions * other.interactions) as double) as products

    from session_bins as one

    inner join session_bins as other
        on one.window_pair = other.window_pair
            and one.is_current = other.is_current
            and one.feature = other.feature
            and one.session_number = other.session_number

    group by all

),

bin_totals as (

    select
        window_pair,
        is_current,
        feature,
        bin,
        sessions,
        cast(sum(interactions) as double) as interactions,
        cast(sum(interactions * session_rows) as double) as session_products,
        sum(sum(interactions)) over sides as side_rows,
        sum(sum(interactions * session_rows)) over sides as side_squares

    from session_bins

    group by
        window_pair,
        is_current,
        feature,
        bin,
        sessions

    window sides as (partition by window_pair, is_current, feature)

),

-- covariance between sessions of the shares of two bins, times rows
covariances as (

    select
        one.window_pair,
        one.is_current,
        one.feature,
        one.bin,
        other.bin as other_bin,
        one.sessions,
        (
            coalesce(bin_pairs.products, 0e0)
            - one.session_products * other.interactions / one.side_rows
            - other.session_products * one.interactions / one.side_rows
            + one.side_squares
            * one.interactions / one.side_rows
            * other.interactions / one.side_rows
        ) / one.side_rows * one.sessions / nullif(one.sessions - 1, 0) as row_covariance

    from bin_totals as one

    inner join bin_totals as other
        on one.window_pair = other.window_pair
            and one.is_current = other.is_current
            and one.feature = other.feature

    left join bin_pairs
        on one.window_pair = bin_pairs.window_pair
            and one.is_current = bin_pairs.is_current
            and one.feature = bin_pairs.feature
            and one.bin = bin_pairs.bin
            and other.bin = bin_pairs.other_bin

)

select * from covariances
