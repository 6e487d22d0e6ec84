with

bins_compared as (

    select * from {{ ref('int_bins_compared') }}

),

ranked as (

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

    from bins_compared

),

scored as (

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

    from ranked

    group by
        window_pair,
        feature,
        feature_type,
        bins,
        reference_total,
        current_total

)

select * from scored
