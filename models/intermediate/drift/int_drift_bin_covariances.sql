{{ config(materialized='table') }}

{%- set windows = window_pairs().replace('_to_', ' ').split() -%}
{%- set numeric = numeric_features().split() -%}
{%- set categorical = categorical_features().split() -%}

with

interactions as {{ not_materialized() }}(

    select
        *,
        {{ prompt_to_completion_ratio() }} as prompt_to_completion_ratio

    from {{ ref('interactions') }}

),

drift_values as (

    select * from {{ ref('int_drift_values') }}

),

drift_bin_edges as (

    select * from {{ ref('int_drift_bin_edges') }}

),

edges as (

    select
        window_pair,
        {{ edges_of_features(numeric) }}

    from drift_bin_edges

    group by all

),

-- numbers group and join faster than names
category_bins as (

    select
        feature,
        category,
        row_number() over (order by feature, category) as bin

    from drift_values

    where category is not null

    group by
        feature,
        category

),

sessions as (

    select
        {%- for window in windows %}
        bool_or({{ is_in_window(window) }}) as is_in_{{ window }},
        {%- endfor %}
        session_id

    from interactions

    group by all

),

sampled_sessions as (
    {% for window in windows %}
    (
        select
            '{{ window_pairs().split()[loop.index0 // 2] }}' as window_pair,
            {{ loop.index0 % 2 == 1 }} as is_current,
            {{ loop.index }} as window_number,
            session_id

        from sessions

        where is_in_{{ window }}

        order by {{ digest_order('session_id') }}

        limit cast({{ knob('max_design_effect_sessions') }} as integer)
    )
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

numbered_sessions as (

    select
        *,
        row_number() over (order by window_number, session_id) as session_number

    from sampled_sessions

),

sampled_windows as (

    select
        window_pair,
        is_current,
        window_number,
        cast(count(*) as double) as sessions

    from sampled_sessions

    group by all

),

binned_rows as (

    select
        numbered_sessions.session_number,
        {%- for feature in numeric %}
        {{ binned_feature('interactions', feature) }} as {{ feature }},
        {%- endfor %}
        {%- for feature in categorical %}
        {{ feature }}_bins.bin as {{ feature }},
        {%- endfor %}
        numbered_sessions.window_number

    from interactions

    inner join numbered_sessions
        on interactions.session_id = numbered_sessions.session_id
            and case numbered_sessions.window_number
                {%- for window in windows %}
                when {{ loop.index }} then {{ is_in_window(window) }}
                {%- endfor %}
            end

    inner join edges on numbered_sessions.window_pair = edges.window_pair
    {% for feature in categorical %}
    left join category_bins as {{ feature }}_bins
        on '{{ feature }}' = {{ feature }}_bins.feature
            and cast(interactions.{{ feature }} as string) = {{ feature }}_bins.category
    {% endfor %}
),

session_bins as (
    {% for feature in numeric + categorical %}
    select
        session_number,
        window_number,
        {{ loop.index }} as feature_number,
        {{ feature }} as bin,
        count(*) as interactions

    from binned_rows

    group by all
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

bin_pairs as (

    select
        one.window_number,
        one.feature_number,
        one.bin,
        other.bin as other_bin,
        sum(one.interactions) as interactions,
        cast(sum(one.interactions * other.interactions) as double) as products

    from session_bins as one

    inner join session_bins as other
        on one.session_number = other.session_number
            and one.feature_number = other.feature_number

    group by all

),

bin_totals as (

    select
        window_number,
        feature_number,
        bin,
        -- that of the bin with itself
        cast(max(interactions) as double) as interactions,
        sum(products) as session_products,
        sum(max(interactions)) over window_features as window_rows,
        sum(sum(products)) over window_features as window_squares

    from bin_pairs

    group by
        window_number,
        feature_number,
        bin

    window window_features as (partition by window_number, feature_number)

),

named_bins as (

    select
        bin_totals.*,
        sampled_windows.window_pair,
        sampled_windows.is_current,
        sampled_windows.sessions,
        {{ item_of(list_of("'" ~ (numeric + categorical) | join("', '") ~ "'"),
            'bin_totals.feature_number') }} as feature,
        coalesce(
            category_bins.category, cast(bin_totals.bin as string), ''
        ) as bin_name

    from bin_totals

    inner join sampled_windows
        on bin_totals.window_number = sampled_windows.window_number

    left join category_bins
        on bin_totals.feature_number > {{ numeric | length }}
            and bin_totals.bin = category_bins.bin

),

-- covariance between sessions of the shares of two bins, times rows
covariances as (

    select
        one.window_pair,
        one.is_current,
        one.feature,
        one.bin_name as bin,
        other.bin_name as other_bin,
        one.sessions,
        (
            coalesce(bin_pairs.products, 0e0)
            - one.session_products * other.interactions / one.window_rows
            - other.session_products * one.interactions / one.window_rows
            + one.window_squares
            * one.interactions / one.window_rows
            * other.interactions / one.window_rows
        ) / one.window_rows * one.sessions / nullif(one.sessions - 1, 0)
            as row_covariance

    from named_bins as one

    inner join named_bins as other
        on one.window_number = other.window_number
            and one.feature_number = other.feature_number

    left join bin_pairs
        on one.window_number = bin_pairs.window_number
            and one.feature_number = bin_pairs.feature_number
            and one.bin is not distinct from bin_pairs.bin
            and other.bin is not distinct from bin_pairs.other_bin

)

select * from covariances
