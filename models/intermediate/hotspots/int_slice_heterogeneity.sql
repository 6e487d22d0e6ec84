with

slice_metrics as (

    select * from {{ ref('int_slice_effects') }}

),

supported_slices as (

    select
        *,
        sum(trials) over family_metric as family_trials,
        sum(events) over family_metric
        / cast(sum(trials) over family_metric as double) as family_rate

    from slice_metrics

    where is_supported

    window family_metric as (partition by family, metric)

),

distances as (

    select
        *,
        trials / cast(family_trials as double) as share,
        power(events - trials * family_rate, 2)
        / nullif(trials * family_rate * (1e0 - family_rate), 0) as distance

    from supported_slices

),

chi_squares as (

    select
        family,
        metric,
        count(*) as slices,
        any_value(family_trials) as trials,
        any_value(family_rate) as rate,
        {{ exact_sum('distance') }} as chi_square,
        {{ exact_sum('(1e0 - share) * design_effect') }}
        / nullif(count(*) - 1, 0) as mean_design_effect,
        {{ exact_sum('trials * share') }} as squared_trials

    from distances

    group by family, metric

),

corrected_chi_squares as (

    select
        * {{ exclude_columns('mean_design_effect') }},
        slices - 1 as degrees_of_freedom,
        -- Rao and Scott (1981), first order; sessions never make the test sharper
        greatest(1e0, mean_design_effect) as design_effect,
        chi_square / greatest(1e0, mean_design_effect) as corrected_chi_square

    from chi_squares

),

family_tests as (

    select
        *,
        {{ chi_square_tail('corrected_chi_square', 'degrees_of_freedom') }} as p_value,
        -- DerSimonian and Laird (1986), one design effect for the whole family
        greatest(0e0, corrected_chi_square - degrees_of_freedom)
        * design_effect * rate * (1e0 - rate) / nullif(trials - squared_trials, 0)
            as variance_between

    from corrected_chi_squares

)

select * from family_tests
