with

bins_clustered as (

    select * from {{ ref('int_bins_clustered') }}

),

bins_compared as (

    select * from {{ ref('int_bins_compared') }}

),

-- the side with fewer rows adds more to the variance of the difference
weighted as (

    select
        one.window_pair,
        one.feature,
        one.bins,
        one.bin,
        other.bin as other_bin,
        one.pooled_share * other.pooled_share as squared_share,
        min(bins_clustered.sessions) as sampled_sessions,
        {{ exact_sum('
            if(bins_clustered.is_current, one.reference_total, one.current_total)
            / (one.reference_total + one.current_total)
            * bins_clustered.row_covariance') }}
            as covariance

    from bins_clustered

    inner join bins_compared as one
        on bins_clustered.window_pair = one.window_pair
            and bins_clustered.feature = one.feature
            and bins_clustered.bin = one.bin

    inner join bins_compared as other
        on bins_clustered.window_pair = other.window_pair
            and bins_clustered.feature = other.feature
            and bins_clustered.other_bin = other.bin

    group by all

),

-- Rao and Scott: the effects are the eigenvalues of this matrix
traced as (

    select
        window_pair,
        feature,
        bins,
        cast(min(sampled_sessions) as bigint) as sampled_sessions,
        {{ exact_sum('if(bin = other_bin, covariance / sqrt(squared_share), 0)') }}
            as effects,
        {{ exact_sum('covariance * covariance / squared_share') }} as squared_effects

    from weighted

    group by all

),

measured as (

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

    from traced

)

select * from measured
