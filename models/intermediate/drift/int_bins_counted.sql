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

{% for feature in features -%}
-- values first: they are fewer than rows, and each finds its bin once
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

counted as (
    {% for feature in features %}
    select
        rows_of_value.window_pair,
        rows_of_value.is_current,
        '{{ feature }}' as feature,
        '{{ 'numeric' if feature in numeric else 'categorical' }}' as feature_type,
        -- noqa: disable=LT05
        cast({{ binned_feature('rows_of_value', feature) }} as string) as bin,
        -- noqa: enable=LT05
        cast(sum(rows_of_value.interactions) as bigint) as interactions

    from {{ feature }}_values as rows_of_value

    inner join edges on rows_of_value.window_pair = edges.window_pair

    group by all
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

-- no value is an empty text, and one may be the word missing
select * {{ exclude_columns('bin') }}, coalesce(bin, '') as bin from counted
