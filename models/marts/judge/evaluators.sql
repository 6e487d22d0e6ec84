with

scores as (

    select * from {{ ref('int_evaluator_scores') }}

),

packaged as (

    select * from {{ ref('packaged_evaluator_aucs') }}

),

quality_rates as (

    select * from {{ ref('quality_rates') }}

    where scope_kind = 'everything'

),

review_agreement as (

    select * from {{ ref('int_review_agreement') }}

),

evaluator_agreement as (

    select * from {{ ref('int_evaluator_agreement') }}

),

length_slopes as (

    select * from {{ ref('int_evaluator_length_slopes') }}

),

kinds as (

    select
        evaluator,
        evaluator_version,
        max(evaluator_kind) as evaluator_kind,
        count(*) as chosen,
        count(error_type) as errors,
        count(score) as scored

    from scores

    group by evaluator, evaluator_version

),

measured as (

    select
        quality_rates.*,
        kinds.evaluator_kind,
        kinds.scored,
        kinds.errors / cast(kinds.chosen as double) as error_share,
        packaged.packaged_auc,
        packaged.packaged_data,
        evaluator_agreement.* {{ exclude_columns(
            'dimension, evaluator, evaluator_version'
        ) }},
        length_slopes.length_slope,
        length_slopes.length_slope_low,
        length_slopes.length_slope_high

    from quality_rates

    left join kinds
        on
            quality_rates.evaluator = kinds.evaluator
            and quality_rates.evaluator_version = kinds.evaluator_version

    left join packaged
        on
            quality_rates.evaluator = packaged.evaluator
            and kinds.evaluator_kind = 'code'
            and coalesce(packaged.version_prefix, '') = left(
                quality_rates.evaluator_version,
                length(coalesce(packaged.version_prefix, ''))
            )

    left join evaluator_agreement
        on {{ same_version('quality_rates', 'evaluator_agreement') }}

    left join length_slopes
        on {{ same_version('quality_rates', 'length_slopes') }}

    where quality_rates.evaluator != 'none'

    -- versions without a prefix read words
    qualify row_number() over (
            partition by
                quality_rates.dimension,
                quality_rates.evaluator,
                quality_rates.evaluator_version
            order by packaged.version_prefix nulls last
        ) = 1

),

evaluators as (

    select
        dimension,
        evaluator,
        evaluator_version,
        evaluator_kind,
        interactions,
        scored,
        error_share,
        cast(coalesce(labels, 0) as bigint) as labels,
        auc,
        auc_low,
        auc_high,
        packaged_auc,
        packaged_data,
        agreement,
        kappa,
        kappa_low,
        kappa_high,
        cast(null as double) as alpha,
        cast(null as double) as alpha_low,
        cast(null as double) as alpha_high,
        length_slope,
        length_slope_low,
        length_slope_high,
        evaluator_weight,
        gain,
        case
            when verdict in ('refuse', 'bounds') or reasons like '%scores_missing%'
                then 'unmeasured'
            when verdict = 'rate' then 'useful'
            else 'adds_nothing'
        end as status,
        concat_ws(
            '; ', nullif(reasons, ''), case when kappa_low is null then 'low_n' end
        ) as reasons

    from measured

),

-- the reviewers together, whose agreement bounds what an evaluator can reach
reviewers as (

    select
        review_agreement.dimension,
        'reviewers' as evaluator,
        '' as evaluator_version,
        'person' as evaluator_kind,
        coalesce(quality_rates.interactions, 0) as interactions,
        cast(null as bigint) as scored,
        cast(null as double) as error_share,
        cast(review_agreement.labels as bigint) as labels,
        cast(null as double) as auc,
        cast(null as double) as auc_low,
        cast(null as double) as auc_high,
        cast(null as double) as packaged_auc,
        cast(null as string) as packaged_data,
        review_agreement.agreement,
        cast(null as double) as kappa,
        cast(null as double) as kappa_low,
        cast(null as double) as kappa_high,
        review_agreement.alpha,
        review_agreement.alpha_low,
        review_agreement.alpha_high,
        cast(null as double) as length_slope,
        cast(null as double) as length_slope_low,
        cast(null as double) as length_slope_high,
        cast(null as double) as evaluator_weight,
        cast(null as double) as gain,
        case
            when review_agreement.alpha_low is null then 'unmeasured'
            else 'measured'
        end as status,
        case
            when review_agreement.alpha_low is null then 'low_n'
            when review_agreement.has_disagreement then 'labels_disagree'
            else ''
        end as reasons

    from review_agreement

    left join quality_rates
        on
            review_agreement.dimension = quality_rates.dimension
            and quality_rates.evaluator = 'none'

)

select * from evaluators

union all

select * from reviewers
