-- Slices that lose a row compare a part with a whole that is not there.
with

risk_slices as (

    select * from {{ ref('risk_slices') }}

),

interactions as (

    select * from {{ ref('interactions') }}

),

known_outcomes as (

    select
        count(*) as interactions,
        count(*) filter (where is_failure) as failures

    from interactions

    where is_failure is not null

),

dimensions as (

    {% for dimension in slice_dimensions().split(', ') %}
    select '{{ dimension }}' as family
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

families as (

    select
        dimensions.family,
        coalesce(sum(risk_slices.interactions), 0) as interactions,
        coalesce(sum(risk_slices.failures), 0) as failures

    from dimensions

    left join risk_slices on dimensions.family = risk_slices.family

    group by all

)

select families.*

from families

cross join known_outcomes

where
    families.interactions != known_outcomes.interactions
    or families.failures != known_outcomes.failures
