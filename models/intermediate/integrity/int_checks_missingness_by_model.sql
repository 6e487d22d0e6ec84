{{ config(materialized='table') }}
with

missing as (

    select * from {{ ref('int_missing_values_by_model') }}

),

missing_rates as (

    select
        *,
        events / cast(trials as double) as rate,
        trials / cast(sum(trials) over columns as double) as share,
        sum(events) over columns / cast(sum(trials) over columns as double)
            as column_rate

    from missing

    window columns as (partition by column_name)

),

design_effects as (

    select
        *,
        coalesce(
            {{ session_variance() }} / nullif(trials * rate * (1e0 - rate), 0), 1e0
        ) as design_effect,
        power(events - trials * column_rate, 2)
        / nullif(trials * column_rate * (1e0 - column_rate), 0) as distance

    from missing_rates

),

chi_squares as (

    select
        column_name,
        cast(sum(trials) as bigint) as checked_rows,
        cast(sum(events) as bigint) as missing_rows,
        count(*) - 1 as degrees_of_freedom,
        -- Rao and Scott (1981), first order; clusters never make the test sharper
        {{ exact_sum('distance') }} / greatest(
            1e0,
            {{ exact_sum('(1e0 - share) * design_effect') }} / nullif(count(*) - 1, 0)
        ) as chi_square,
        max(rate) - min(rate) > any_value(max_difference) as is_large,
        max_by(arm, (rate, arm)) as leading_arm

    from design_effects

    group by column_name

),

tests as (

    select
        *,
        coalesce(
            is_large
            and {{ chi_square_tail('chi_square', 'degrees_of_freedom') }}
            <= {{ knob('max_missing_by_arm_p_value') }},
            false
        ) as is_different

    from chi_squares

),

checks as (

    select
        'missing_differs_by_arm' as check_name,
        'interactions' as table_name,
        column_name,
        checked_rows,
        if(is_different, missing_rows, 0) as failed_rows,
        0e0 as tolerance,
        if(is_different, leading_arm, null) as example_key

    from tests

)

select * from checks
