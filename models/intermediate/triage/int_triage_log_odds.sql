{%- set numbers = triage_numbers().split(', ') -%}
{%- set names = (triage_names() ~ ', ' ~ triage_crossed_names()).split(', ') -%}

with

interactions as (

    select * from {{ ref('int_triage_rows') }}

),

scorecard as (

    select * from {{ ref('triage_scorecard') }}

),

-- one row, of nulls where there is no scorecard
weights as (

    select
        {%- for feature in numbers %}
        any_value(weight) filter (where term = '{{ feature }}') as {{ feature }},
        any_value(weight) filter (where term = '{{ feature }}=unknown')
            as {{ feature }}_missing,
        {%- endfor %}
        any_value(weight) filter (where term = 'intercept') as intercept

    from scorecard

),

log_odds_by_call as (

    select
        interactions.interaction_id,
        weights.intercept
        {%- for feature in numbers %}
        + coalesce(
            weights.{{ feature }}
            * ln(1 + case
                when interactions.{{ feature }} < 0 then 0
                else interactions.{{ feature }}
            end),
            weights.{{ feature }}_missing
        )
        {%- endfor %}
        {%- for feature in names %}
        + coalesce(of_{{ feature | replace(' ', '_') }}.weight, 0)
        {%- endfor %} as log_odds

    from interactions

    cross join weights
    {% for feature in names %}
    left join scorecard as of_{{ feature | replace(' ', '_') }}
        on
            of_{{ feature | replace(' ', '_') }}.feature = '{{ feature }}'
            and of_{{ feature | replace(' ', '_') }}.level
            = {{ crossed_names(feature) }}
    {% endfor %}
)

select * from log_odds_by_call
