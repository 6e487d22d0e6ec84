{{ config(materialized='table') }}

{%- set integers = "'" ~ integer_features().split() | join("', '") ~ "'" -%}
{%- set numeric = "'" ~ numeric_features().split() | join("', '") ~ "'" -%}
{%- set quotients = quotient_features().split() -%}

with

drift_rows as {{ not_materialized() }}(

    select * from {{ ref('int_drift_rows') }}

),

drift_values as (

    select * from {{ ref('int_drift_values') }}

),

drift_bin_edges as (

    select * from {{ ref('int_drift_bin_edges') }}

),

quotient_edges as (

    select
        window_pair,
        {{ edges_of_features(quotients) }}

    from drift_bin_edges

    group by all

),

-- there are fewer values than rows
value_bins as (

    select
        drift_values.window_pair,
        drift_values.feature,
        case
            when drift_values.number is null then drift_values.category
            when
                drift_values.feature in ({{ integers }})
                and coalesce(edges.distinct_values, 0)
                <= {{ knob('max_integer_categories') }}
                then cast(cast(drift_values.number as bigint) as string)
            else cast({{ decile('drift_values.number', 'edges.edge_') }} as string)
        end as bin,
        drift_values.reference_rows,
        drift_values.current_rows

    from drift_values

    left join drift_bin_edges as edges
        on
            drift_values.window_pair = edges.window_pair
            and drift_values.feature = edges.feature

),

quotient_bins as (
    {% for feature in quotients %}
    select
        drift_rows.window_pair,
        '{{ feature }}' as feature,
        cast({{ decile('drift_rows.' ~ feature, 'edges.' ~ feature ~ '_') }} as string)
            as bin,
        count(*) filter (where not drift_rows.is_current) as reference_rows,
        count(*) filter (where drift_rows.is_current) as current_rows

    from drift_rows

    inner join quotient_edges as edges on drift_rows.window_pair = edges.window_pair

    group by all
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

feature_bins as (

    select * from value_bins

    union all

    select * from quotient_bins

),

bins as (

    select
        window_pair,
        feature,
        if(feature in ({{ numeric }}), 'numeric', 'categorical') as feature_type,
        -- '' is a missing value: no value is empty, and one may be the word missing
        coalesce(bin, '') as bin,
        sum(reference_rows) as reference_rows,
        sum(current_rows) as current_rows

    from feature_bins

    group by all

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
