with

intervals as (

    select
        *,
        variance_of_rate
        * (sessions - 1)
        / sessions
        * power(interactions, 2) as squared_influence

    from {{ ref('int_quality_intervals') }}

    where scope_kind in ('model', 'prompt_version')

),

-- where scores are missing, the labels beside a score are no sample of all labels
stated as (

    select * from {{ ref('quality_rates') }}

    where
        verdict in ('rate', 'labels_only')
        and reasons not like '%scores_missing%'

),

influences as (

    select * from {{ ref('int_quality_influences') }}

    where scope_kind in ('model', 'prompt_version')

),

-- a session may hold calls of both
shared_sessions as (

    select
        {{ quality_keys('influences') }},
        others.scope as other_scope,
        {{ exact_sum('influences.influence * others.influence') }} as product

    from influences

    inner join influences as others
        on
            influences.dimension = others.dimension
            and influences.evaluator = others.evaluator
            and influences.evaluator_version = others.evaluator_version
            and influences.scope_kind = others.scope_kind
            and influences.session_id = others.session_id
            and influences.scope < others.scope

    group by {{ quality_keys('influences') }}, others.scope

),

pairs as (

    select
        {{ quality_keys('intervals') }},
        others.scope as other_scope,
        intervals.clipped_rate,
        others.clipped_rate as other_rate,
        intervals.clipped_rate - intervals.rate_low as below,
        intervals.rate_high - intervals.clipped_rate as above,
        others.clipped_rate - others.rate_low as other_below,
        others.rate_high - others.clipped_rate as other_above,
        intervals.rate - others.rate as difference,
        least(intervals.degrees_of_freedom, others.degrees_of_freedom)
            as degrees_of_freedom,
        intervals.squared_influence / power(intervals.interactions, 2) as variance,
        others.squared_influence / power(others.interactions, 2) as other_variance,
        coalesce(shared_sessions.product, 0)
        / (intervals.interactions * others.interactions)
            as covariance

    from intervals

    inner join intervals as others
        on
            intervals.dimension = others.dimension
            and intervals.evaluator = others.evaluator
            and intervals.evaluator_version = others.evaluator_version
            and intervals.scope_kind = others.scope_kind
            and intervals.scope < others.scope

    inner join stated on {{ same_estimate('intervals', 'stated') }}

    inner join stated as others_stated
        on {{ same_estimate('others', 'others_stated') }}

    left join shared_sessions
        on
            {{ same_estimate('intervals', 'shared_sessions') }}
            and others.scope = shared_sessions.other_scope

),

-- the two intervals joined: MOVER (Zou and Donner, 2008)
with_bounds as (

    select
        *,
        variance + other_variance - 2 * covariance as variance_of_difference,
        covariance / nullif(sqrt(variance * other_variance), 0) as correlation

    from pairs

),

tested as (

    select
        *,
        clipped_rate - other_rate - sqrt(greatest(
            below * below + other_above * other_above
            - 2 * coalesce(correlation, 0) * below * other_above, 0
        )) as difference_low,
        clipped_rate - other_rate + sqrt(greatest(
            above * above + other_below * other_below
            - 2 * coalesce(correlation, 0) * above * other_below, 0
        )) as difference_high,
        difference / nullif(sqrt(variance_of_difference), 0) as t_value

    from with_bounds

),

with_z as (

    select
        *,
        abs({{ student_z('t_value', 'degrees_of_freedom') }}) as z

    from tested

),

p_values as (

    select
        *,
        2 * {{ normal_tail('z') }} as p_value

    from with_z

),

false_discovery_rates as (

    select
        *,
        p_value * count(p_value) over (
            partition by dimension, evaluator, evaluator_version, scope_kind
        ) / count(p_value) over (
            partition by dimension, evaluator, evaluator_version, scope_kind
            order by p_value
        ) as false_discovery_rate

    from p_values

),

quality_differences as (

    select
        {{ quality_keys() }},
        other_scope,
        difference,
        difference_low,
        difference_high,
        p_value,
        -- Benjamini and Hochberg over the pairs of a kind
        least(
            1e0,
            min(false_discovery_rate) over (
                partition by dimension, evaluator, evaluator_version, scope_kind
                order by p_value desc
            )
        ) as q_value

    from false_discovery_rates

)

select * from quality_differences
