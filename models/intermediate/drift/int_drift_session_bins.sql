{#- Spark would compute it again wherever it is read -#}
{{ config(materialized='table' if target.type == 'spark' else 'ephemeral') }}

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

counted_bins as (
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

sampled_windows as (

    select distinct
        window_number,
        window_pair,
        is_current

    from sampled_sessions

),

session_bins as (

    select
        sampled_windows.window_pair,
        sampled_windows.is_current,
        counted_bins.window_number,
        {{ item_of(list_of("'" ~ (numeric + categorical) | join("', '") ~ "'"),
            'counted_bins.feature_number') }} as feature,
        counted_bins.feature_number,
        counted_bins.session_number,
        coalesce(
            category_bins.category, cast(counted_bins.bin as string), ''
        ) as bin,
        counted_bins.bin as bin_number,
        counted_bins.interactions

    from counted_bins

    inner join sampled_windows
        on counted_bins.window_number = sampled_windows.window_number

    left join category_bins
        on counted_bins.feature_number > {{ numeric | length }}
            and counted_bins.bin = category_bins.bin

)

select * from session_bins
