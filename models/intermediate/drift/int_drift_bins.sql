{{ config(materialized='table') }}

{#- hardly two rows share a value of these -#}
{%- set quotients = ['tokens_per_second', 'prompt_to_completion_ratio'] -%}
{%- set numeric = numeric_features().split() -%}
{%- set features = numeric + categorical_features().split() -%}

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

{% for feature in features if feature not in quotients -%}
-- group by value first: there are fewer than rows, and each is binned once
{{ feature }}_values as (

    select
        window_pair,
        is_current,
        {{ feature }},
        count(*) as interactions

    from drift_rows

    group by all

),

{% endfor -%}

side_bins as (
    {% for feature in features %}
    select
        feature_values.window_pair,
        feature_values.is_current,
        '{{ feature }}' as feature,
        '{{ 'numeric' if feature in numeric else 'categorical' }}' as feature_type,
        -- noqa: disable=LT05
        cast({{ binned_feature('feature_values', feature) }} as string) as bin,
        -- noqa: enable=LT05
        -- noqa: disable=LT02
        {% if feature in quotients -%}
        count(*) as interactions

    from drift_rows as feature_values
        {%- else -%}
        cast(sum(feature_values.interactions) as bigint) as interactions

    from {{ feature }}_values as feature_values
        {%- endif %}
        -- noqa: enable=LT02

    inner join edges on feature_values.window_pair = edges.window_pair

    group by all
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

bins as (

    select
        window_pair,
        feature,
        feature_type,
        -- '' is a missing value: no value is empty, and one may be the word missing
        coalesce(bin, '') as bin,
        coalesce(sum(interactions) filter (where not is_current), 0) as reference_rows,
        coalesce(sum(interactions) filter (where is_current), 0) as current_rows

    from side_bins

    group by
        window_pair,
        feature,
        feature_type,
        coalesce(bin, '')

),

shares as (

    select
        *,
        count(*) over features as bins,
        cast(sum(reference_rows) over features as double) as reference_total,
        cast(sum(current_rows) over features as double) as current_total,
        reference_rows / reference_total as reference_share,
        current_rows / current_total as current_share,
        (reference_rows + current_rows) / (reference_total + current_total)
            as pooled_share

    from bins

    window features as (partition by window_pair, feature)

    -- two sides, or nothing to compare
    qualify reference_total > 0 and current_total > 0

)

select * from shares
