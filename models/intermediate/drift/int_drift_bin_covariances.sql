{{ config(materialized='table') }}

{%- set integers = integer_features().split() -%}
{%- set numeric = numeric_features().split() -%}
{%- set categorical = categorical_features().split() -%}
{%- set features = numeric + categorical -%}
{%- set sampled = 'cast(' ~ knob('max_design_effect_sessions') ~ ' as integer)' -%}

with

interactions as {{ not_materialized() }}(

    select * from {{ ref('interactions') }}

),

feature_rows as {{ not_materialized() }}(

    select
        *,
        {{ prompt_to_completion_ratio() }} as prompt_to_completion_ratio

    from interactions

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

-- numbers in place of names, which are grouped and joined faster
categories as (

    select
        feature,
        category,
        row_number() over (partition by feature order by category) as bin

    from drift_values

    where category is not null

    group by
        feature,
        category

),

sessions as (

    select
        session_id
        {%- for pair in window_pairs().split() %}
        {%- for side in ('reference', 'current') %},
        count(*) filter (where {{ is_in_window(pair, side) }})
            as {{ pair }}_{{ side }}_rows
        {%- endfor %}
        {%- endfor %}

    from feature_rows

    group by all

),

sampled_sessions as (
    {% for pair in window_pairs().split() %}
    {%- set pair_loop = loop %}
    {%- for side in ('reference', 'current') %}
    (
        select
            {{ pair_loop.index * 2 + loop.index0 }} as side_number,
            '{{ pair }}' as window_pair,
            {{ side == 'current' }} as is_current,
            session_id,
            {{ pair }}_{{ side }}_rows as session_rows

        from sessions

        where {{ pair }}_{{ side }}_rows > 0

        order by {{ digest_order('session_id') }}

        limit {{ sampled }}
    )
    {{ 'union all' if not (loop.last and pair_loop.last) }}
    {%- endfor %}
    {%- endfor %}

),

numbered_sessions as (

    select
        *,
        row_number() over (order by side_number, session_id) as session_number,
        cast(count(*) over (partition by side_number) as double) as sessions

    from sampled_sessions

),

binned_rows as (

    select
        numbered_sessions.session_number,
        numbered_sessions.side_number
        {%- for feature in numeric %},
        {% if feature in integers -%}
        if(
            coalesce(edges.{{ feature }}_values, 0)
            <= {{ knob('max_integer_categories') }},
            feature_rows.{{ feature }},
            {{ decile('feature_rows.' ~ feature, 'edges.' ~ feature ~ '_') }}
        ) as {{ feature }}
        {%- else -%}
        {{ decile('feature_rows.' ~ feature, 'edges.' ~ feature ~ '_') }} as {{ feature }}
        {%- endif %}
        {%- endfor %}
        {%- for feature in categorical %},
        {{ feature }}_bins.bin as {{ feature }}
        {%- endfor %}

    from feature_rows

    inner join numbered_sessions
        on
            feature_rows.session_id = numbered_sessions.session_id
            and case numbered_sessions.side_number
                {%- for pair in window_pairs().split() %}
                {%- set pair_loop = loop %}
                {%- for side in ('reference', 'current') %}
                when {{ pair_loop.index * 2 + loop.index0 }}
                    then {{ is_in_window(pair, side) }}
                {%- endfor %}
                {%- endfor %}
            end

    inner join edges on numbered_sessions.window_pair = edges.window_pair
    {% for feature in categorical %}
    left join categories as {{ feature }}_bins
        on
            {{ feature }}_bins.feature = '{{ feature }}'
            and cast(feature_rows.{{ feature }} as string) = {{ feature }}_bins.category
    {% endfor %}
),

session_bins as (
    {% for feature in features %}
    select
        session_number,
        side_number,
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
        one.side_number,
        one.feature_number,
        one.bin,
        other.bin as other_bin,
        cast(sum(one.interactions * other.interactions) as double) as products

    from session_bins as one

    inner join session_bins as other
        on one.session_number = other.session_number
            and one.feature_number = other.feature_number

    group by all

),

bin_totals as (

    select
        session_bins.side_number,
        session_bins.feature_number,
        session_bins.bin,
        numbered_sessions.window_pair,
        numbered_sessions.is_current,
        numbered_sessions.sessions,
        cast(sum(session_bins.interactions) as double) as interactions,
        cast(sum(session_bins.interactions * numbered_sessions.session_rows) as double)
            as session_products,
        sum(sum(session_bins.interactions)) over sides as side_rows,
        sum(sum(session_bins.interactions * numbered_sessions.session_rows)) over sides
            as side_squares

    from session_bins

    inner join numbered_sessions
        on session_bins.session_number = numbered_sessions.session_number

    group by
        session_bins.side_number,
        session_bins.feature_number,
        session_bins.bin,
        numbered_sessions.window_pair,
        numbered_sessions.is_current,
        numbered_sessions.sessions

    window sides as (
        partition by session_bins.side_number, session_bins.feature_number
    )

),

named_bins as (

    select
        bin_totals.*,
        case bin_totals.feature_number
            {%- for feature in features %}
            when {{ loop.index }} then '{{ feature }}'
            {%- endfor %}
        end as feature,
        coalesce(
            categories.category, cast(bin_totals.bin as string), ''
        ) as bin_name

    from bin_totals

    left join categories
        on case bin_totals.feature_number
                {%- for feature in categorical %}
                when {{ numeric | length + loop.index }} then '{{ feature }}'
                {%- endfor %}
            end = categories.feature
            and bin_totals.bin = categories.bin

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
            - one.session_products * other.interactions / one.side_rows
            - other.session_products * one.interactions / one.side_rows
            + one.side_squares
            * one.interactions / one.side_rows
            * other.interactions / one.side_rows
        ) / one.side_rows * one.sessions / nullif(one.sessions - 1, 0) as row_covariance

    from named_bins as one

    inner join named_bins as other
        on one.side_number = other.side_number
            and one.feature_number = other.feature_number

    left join bin_pairs
        on one.side_number = bin_pairs.side_number
            and one.feature_number = bin_pairs.feature_number
            and one.bin is not distinct from bin_pairs.bin
            and other.bin is not distinct from bin_pairs.other_bin

)

select * from covariances
