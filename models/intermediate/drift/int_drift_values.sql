{{ config(materialized='table') }}

{%- set windows = window_pairs().replace('_to_', ' ').split() -%}
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
        {%- for window in windows %}
        count(*) filter (where {{ is_in_window(window) }}) as {{ window }}_rows,
        {%- endfor %}
        '{{ feature }}' as feature,
        {% if feature in categories -%}
        cast(null as double) as number,
        cast({{ feature }} as string) as category
        {%- else -%}
        cast({{ feature }} as double) as number,
        cast(null as string) as category
        {%- endif %}

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
    {%- set reference, current = pair.split('_to_') %}
    select
        '{{ pair }}' as window_pair,
        feature,
        number,
        category,
        {{ reference }}_rows as reference_rows,
        {{ current }}_rows as current_rows

    from feature_values

    where {{ reference }}_rows + {{ current }}_rows > 0
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from pair_values
