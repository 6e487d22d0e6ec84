with

drift_bins as (

    select * from {{ ref('int_drift_bins') }}

),

bin_covariances as (

    select * from {{ ref('int_drift_bin_covariances') }}

),

-- the side with fewer rows adds more to the variance of the difference
pooled_covariances as (

    select
        one.window_pair,
        one.feature,
        one.bins,
        one.bin,
        other.bin as other_bin,
        one.pooled_share * other.pooled_share as squared_share,
        min(bin_covariances.sessions) as sampled_sessions,
        {{ exact_sum('
            if(bin_covariances.is_current, one.reference_total, one.current_total)
            / (one.reference_total + one.current_total)
            * bin_covariances.row_covariance') }}
            as covariance

    from bin_covariances

    inner join drift_bins as one
        on bin_covariances.window_pair = one.window_pair
            and bin_covariances.feature = one.feature
            and bin_covariances.bin = one.bin

    inner join drift_bins as other
        on bin_covariances.window_pair = other.window_pair
            and bin_covariances.feature = other.feature
            and bin_covariances.other_bin = other.bin

    group by all

),

-- Rao and Scott: the effects are the eigenvalues of this matrix
traces as (

    select
        window_pair,
        feature,
        bins,
        cast(min(sampled_sessions) as bigint) as sampled_sessions,
        {{ exact_sum('if(bin = other_bin, covariance / sqrt(squared_share), 0)') }}
            as effects,
        {{ exact_sum('covariance * covariance / squared_share') }} as squared_effects

    from pooled_covariances

    group by all

),

design_effects as (

    select
        window_pair,
        feature,
        sampled_sessions,
        -- sessions inflate no variance of a constant; one session says nothing
        case
            when bins = 1 then 1e0
            when sampled_sessions > 1 then nullif(effects, 0) / (bins - 1)
        end as design_effect,
        case
            when bins > 1 then effects * effects / nullif(squared_effects, 0)
        end as degrees_of_freedom

    from traces

),

smoothed_bins as (

    select
        *,
        -- never an epsilon in place of zero: half an interaction in every bin
        (reference_rows + 0.5e0) / (reference_total + 0.5e0 * bins)
            as smoothed_reference_share,
        (current_rows + 0.5e0) / (current_total + 0.5e0 * bins)
            as smoothed_current_share,
        row_number() over (
            partition by window_pair, feature
            order by abs(current_share - reference_share) desc, bin
        ) as bin_rank

    from drift_bins

),

distances as (

    select
        window_pair,
        feature,
        feature_type,
        bins,
        cast(reference_total as bigint) as reference_rows,
        cast(current_total as bigint) as current_rows,
        coalesce(max(reference_share) filter (where bin = ''), 0e0)
            as reference_missing_rate,
        coalesce(max(current_share) filter (where bin = ''), 0e0)
            as current_missing_rate,

        {{ exact_sum('(smoothed_current_share - smoothed_reference_share)
            * ln(smoothed_current_share / smoothed_reference_share)') }} as psi,
        {{ exact_sum('abs(current_share - reference_share)') }} / 2 as tv_distance,
        {{ exact_sum('pow(current_share - reference_share, 2) / pooled_share') }}
            as pearson_distance,

        coalesce(nullif(max(bin) filter (where bin_rank = 1), ''), 'missing')
            as leading_bin,
        max(reference_share) filter (where bin_rank = 1) as leading_bin_reference_share,
        max(current_share) filter (where bin_rank = 1) as leading_bin_current_share

    from smoothed_bins

    group by
        window_pair,
        feature,
        feature_type,
        bins,
        reference_total,
        current_total

),

test_statistics as (

    select
        distances.*,
        design_effects.design_effect,
        design_effects.sampled_sessions,
        design_effects.degrees_of_freedom,
        if(distances.feature_type = 'numeric', distances.psi, distances.tv_distance)
            as effect,
        least(distances.reference_missing_rate, distances.current_missing_rate) < 1
            as is_measured,
        cast(distances.reference_rows as double) * distances.current_rows
        / (distances.reference_rows + distances.current_rows)
        -- however evenly sessions mix, they tell no more than as many rows do
        / if(design_effects.design_effect < 1, 1e0, design_effects.design_effect)
            as effective_rows,
        design_effects.degrees_of_freedom / 2 as gamma_shape,
        effective_rows * distances.pearson_distance * gamma_shape
        / (distances.bins - 1) as gamma_x

    from distances

    inner join design_effects
        on distances.window_pair = design_effects.window_pair
            and distances.feature = design_effects.feature

),

p_values as (

    select
        *,
        case
            -- a feature that is the same everywhere has not moved
            when is_measured and bins = 1 then 1e0
            when is_measured and gamma_x is not null
                then {{ gamma_tail('gamma_shape', 'gamma_x') }}
        end as p_value

    from test_statistics

),

stepped_p_values as (

    select
        *,
        p_value * count(p_value) over (partition by window_pair)
        / row_number() over (
            partition by window_pair
            order by p_value nulls last, feature
        ) as stepped_p_value

    from p_values

),

q_values as (

    select
        *,
        -- Benjamini and Hochberg: no larger than the step of any larger p
        min(stepped_p_value) over (
            partition by window_pair
            order by p_value desc nulls first
        ) as q_value

    from stepped_p_values

)

select * from q_values
