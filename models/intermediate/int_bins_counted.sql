{%- set numeric = numeric_features().split() -%}
{%- set features = numeric + categorical_features().split() -%}

with

features_binned as (

    select * from {{ ref('int_features_binned') }}

),

counted as (
    {% for feature in features %}
    select
        window_pair,
        is_current,
        '{{ feature }}' as feature,
        '{{ 'numeric' if feature in numeric else 'categorical' }}' as feature_type,
        cast({{ feature }} as string) as bin,
        count(*) as interactions

    from features_binned

    group by window_pair, is_current, {{ feature }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

-- no value is an empty text, and one may be the word missing
select * {{ leaving_out('bin') }}, coalesce(bin, '') as bin from counted
