{{ config(materialized='table') }}

{%- set categories = categorical_features().split() -%}
{%- set features = numeric_features().split() + categories -%}
{%- set features = features | reject('in', quotient_features().split()) | list -%}

with

interactions as {{ not_materialized() }}(

    select * from {{ ref('interactions') }}

),

{% for feature in features -%}
{{ feature }}_values as (

    select
        '{{ feature }}' as feature,
        {% if feature in categories -%}
        cast(null as double) as number,
        cast({{ feature }} as string) as category
        {%- else -%}
        cast({{ feature }} as double) as number,
        cast(null as string) as category
        {%- endif %}
        {%- for pair in window_pairs().split() %}
        {%- for side in ('reference', 'current') %},
        count(*) filter (where {{ is_in_window(pair, side) }})
            as {{ pair }}_{{ side }}_rows
        {%- endfor %}
        {%- endfor %}

    from interactions

    group by all

),

{% endfor -%}

feature_values as (
    {% for feature in features %}
    select * from {{ feature }}_values
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

pair_values as (
    {% for pair in window_pairs().split() %}
    select
        '{{ pair }}' as window_pair,
        feature,
        number,
        category,
        {{ pair }}_reference_rows as reference_rows,
        {{ pair }}_current_rows as current_rows

    from feature_values

    where {{ pair }}_reference_rows + {{ pair }}_current_rows > 0
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from pair_values
