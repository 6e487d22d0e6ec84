{%- set keys = 'dimension, evaluator, evaluator_version' -%}

with

scores as (

    select * from {{ ref('int_evaluator_scores') }}

),

packaged as (

    select * from {{ ref('packaged_evaluator_aucs') }}

),

quality_rates as (

    select * from {{ ref('quality_rates') }}

    where scope_kind = 'everything' and evaluator != 'none'

),

labels as (

    select
        {{ keys }},
        session_id,
        score,
        bad_share >= 0.5 as is_bad,
        score >= 0.5 as is_flagged,
        label_weight as weight

    from {{ ref('int_quality_weights') }}

    where evaluator != 'none' and label_weight > 0

),

ranked as (

    select
        *,
        sum(if(is_bad, weight, 0e0)) over (partition by {{ keys }}) as bad_weight,
        sum(if(is_bad, 0e0, weight)) over (partition by {{ keys }}) as good_weight,
        sum(if(is_bad, weight, 0e0)) over up_to as bad_up_to,
        sum(if(is_bad, 0e0, weight)) over up_to as good_up_to,
        sum(if(is_bad, weight, 0e0)) over ties as bad_ties,
        sum(if(is_bad, 0e0, weight)) over ties as good_ties

    from labels

    window
        up_to as (partition by {{ keys }} order by score),
        ties as (partition by {{ keys }}, score)

),

-- the share of the other kind that a label is on the right side of
placed as (

    select
        *,
        if(
            is_bad,
            (good_up_to - good_ties / 2) / nullif(good_weight, 0),
            1 - (bad_up_to - bad_ties / 2) / nullif(bad_weight, 0)
        ) as placement,
        weight / if(is_bad, bad_weight, good_weight) as share

    from ranked

),

areas as (

    select
        {{ keys }},
        count(*) as labels,
        sum(if(is_bad, share * placement, 0e0)) as auc,
        sum(weight * if(is_bad = is_flagged, 1e0, 0e0)) / sum(weight) as agreement,
        sum(if(is_bad, weight, 0e0)) / sum(weight) as bad_rate,
        sum(if(is_flagged, weight, 0e0)) / sum(weight) as flagged_rate,
        power(sum(weight), 2) / sum(weight * weight) as effective_labels

    from placed

    group by {{ keys }}

),

-- DeLong, DeLong and Clarke-Pearson (1988), by session
variances as (

    select
        {{ keys }},
        sum(influence * influence) * count(*) / nullif(count(*) - 1, 0) as auc_variance

    from (
        select
            placed.dimension,
            placed.evaluator,
            placed.evaluator_version,
            placed.session_id,
            sum(placed.share * (placed.placement - areas.auc)) as influence
        from placed
        inner join areas
            on
                placed.dimension = areas.dimension
                and placed.evaluator = areas.evaluator
                and placed.evaluator_version = areas.evaluator_version
        group by
            placed.dimension,
            placed.evaluator,
            placed.evaluator_version,
            placed.session_id
    ) as by_session

    group by {{ keys }}

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
        areas.labels,
        areas.auc,
        areas.effective_labels,
        areas.agreement,
        sqrt(variances.auc_variance)
        / nullif(areas.auc * (1 - areas.auc), 0) as logit_se,
        areas.bad_rate * areas.flagged_rate
        + (1 - areas.bad_rate) * (1 - areas.flagged_rate) as by_chance

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

    left join areas
        on
            quality_rates.dimension = areas.dimension
            and quality_rates.evaluator = areas.evaluator
            and quality_rates.evaluator_version = areas.evaluator_version

    left join variances
        on
            quality_rates.dimension = variances.dimension
            and quality_rates.evaluator = variances.evaluator
            and quality_rates.evaluator_version = variances.evaluator_version

    -- versions without a prefix read words
    qualify row_number() over (
            partition by
                quality_rates.dimension,
                quality_rates.evaluator,
                quality_rates.evaluator_version
            order by packaged.version_prefix nulls last
        ) = 1

),

with_kappa as (

    select
        *,
        (agreement - by_chance) / nullif(1 - by_chance, 0) as kappa,
        sqrt(agreement * (1 - agreement) / effective_labels) / nullif(1 - by_chance, 0)
            as kappa_se

    from measured

)

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
    1 / (1 + exp(-(ln(auc / (1 - auc)) - 1.959963984540054e0 * logit_se))) as auc_low,
    1 / (1 + exp(-(ln(auc / (1 - auc)) + 1.959963984540054e0 * logit_se))) as auc_high,
    packaged_auc,
    packaged_data,
    agreement,
    kappa,
    -- an interval of kappa holds from 120 labels on
    if(effective_labels >= 120, kappa - 1.959963984540054e0 * kappa_se, null)
        as kappa_low,
    if(effective_labels >= 120, kappa + 1.959963984540054e0 * kappa_se, null)
        as kappa_high,
    evaluator_weight,
    gain,
    case
        when verdict = 'refuse' or verdict = 'bounds' then 'unmeasured'
        when verdict = 'rate' then 'useful'
        else 'adds_nothing'
    end as status,
    reasons

from with_kappa
