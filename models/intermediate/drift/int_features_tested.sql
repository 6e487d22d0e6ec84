with

features_scored as (

    select * from {{ ref('int_features_scored') }}

),

design_effects as (

    select * from {{ ref('int_design_effects') }}

),

joined as (

    select
        features_scored.*,
        design_effects.design_effect,
        design_effects.sampled_sessions,
        design_effects.degrees_of_freedom

    from features_scored

    inner join design_effects
        on features_scored.window_pair = design_effects.window_pair
            and features_scored.feature = design_effects.feature

),

standardized as (

    select
        *,
        if(feature_type = 'numeric', psi, tv_distance) as effect,
        least(reference_missing_rate, current_missing_rate) < 1 as is_measured,
        cast(reference_rows as double) * current_rows / (reference_rows + current_rows)
        / design_effect as effective_rows,
        degrees_of_freedom / 2 as gamma_shape,
        effective_rows * pearson_distance * gamma_shape / (bins - 1) as gamma_x

    from joined

),

tested as (

    select
        *,
        case
            -- a feature that is the same everywhere has not moved
            when is_measured and bins = 1 then 1e0
            when is_measured and gamma_x is not null
                then {{ gamma_tail('gamma_shape', 'gamma_x') }}
        end as p_value

    from standardized

),

ranked as (

    select
        *,
        p_value * count(p_value) over (partition by window_pair)
        / row_number() over (
            partition by window_pair
            order by p_value nulls last, feature
        ) as stepped_p_value

    from tested

),

adjusted as (

    select
        *,
        -- Benjamini and Hochberg: no larger than the step of any larger p
        min(stepped_p_value) over (
            partition by window_pair
            order by p_value desc nulls first
        ) as q_value

    from ranked

)

select * from adjusted
