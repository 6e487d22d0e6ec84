{{ config(materialized='ephemeral') }}

{%- set keys = 'dimension, evaluator, evaluator_version' -%}
{%- set placed_keys = 'placed.dimension, placed.evaluator, placed.evaluator_version' -%}

with

quality_weights as (

    select * from {{ ref('int_quality_weights') }}

),

labels as (

    select
        {{ keys }},
        session_id,
        score,
        bad_share >= 0.5 as is_bad,
        score >= 0.5 as is_flagged,
        label_weight as weight

    from quality_weights

    where evaluator != 'none' and label_weight > 0 and score is not null

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
        -- null without both a bad and a good answer
        if(
            max(bad_weight * good_weight) > 0,
            sum(if(is_bad, share * placement, 0e0)),
            null
        ) as auc,
        -- of the kind that fewer are, half an answer
        0.5e0 / least(
            {{ effective_number('if(is_bad, weight, 0e0)') }},
            {{ effective_number('if(is_bad, 0e0, weight)') }}
        ) as half_answer,
        sum(weight) as all_weight,
        sum(if(is_bad = is_flagged, weight, 0e0)) as all_agreed,
        sum(if(is_bad, weight, 0e0)) as all_bad,
        sum(if(is_flagged, weight, 0e0)) as all_flagged,
        {{ effective_number('weight') }} as effective_labels,
        least(
            {{ effective_number('if(is_bad or is_flagged, weight, 0e0)') }},
            {{ effective_number('if(is_bad and is_flagged, 0e0, weight)') }}
        ) as rarer_answers

    from placed

    group by {{ keys }}

),

sessions as (

    select
        {{ placed_keys }},
        -- DeLong, DeLong and Clarke-Pearson (1988)
        sum(placed.share * (placed.placement - areas.auc)) as influence,
        sum(placed.weight) as weight,
        sum(if(placed.is_bad = placed.is_flagged, placed.weight, 0e0)) as agreed,
        sum(if(placed.is_bad, placed.weight, 0e0)) as bad,
        sum(if(placed.is_flagged, placed.weight, 0e0)) as flagged

    from placed

    inner join areas on {{ same_version('placed', 'areas') }}

    group by {{ placed_keys }}, placed.session_id

),

-- kappa without each session, from the sums
left_out as (

    select
        sessions.*,
        {{ cohens_kappa(
            'areas.all_weight', 'areas.all_agreed', 'areas.all_bad', 'areas.all_flagged'
        ) }} as kappa,
        {{ cohens_kappa(
            'areas.all_weight - sessions.weight', 'areas.all_agreed - sessions.agreed',
            'areas.all_bad - sessions.bad', 'areas.all_flagged - sessions.flagged'
        ) }} as kappa_without,
        -- what label and flag say, together
        sessions.bad + sessions.flagged as bad_words,
        2 * sessions.weight - sessions.bad - sessions.flagged as good_words

    from sessions

    inner join areas on {{ same_version('sessions', 'areas') }}

),

variances as (

    select
        {{ keys }},
        sum(influence * influence) * count(*) / nullif(count(*) - 1, 0) as auc_variance,
        {{ jackknife_variance('kappa', 'kappa_without') }} as variance,
        any_value(kappa) as kappa,
        least({{ effective_number('bad_words') }}, {{ effective_number('good_words') }})
            as rarer_sessions

    from left_out

    group by {{ keys }}

),

with_variance as (

    select
        areas.*,
        areas.all_agreed / areas.all_weight as agreement,
        -- the largest disagreement: no label agrees that could disagree
        areas.all_weight
        * least(
            areas.all_bad + areas.all_flagged,
            2 * areas.all_weight - areas.all_bad - areas.all_flagged
        ) as largest,
        areas.all_bad * (areas.all_weight - areas.all_flagged)
        + areas.all_flagged * (areas.all_weight - areas.all_bad) as by_chance,
        variances.auc_variance,
        least(greatest(areas.auc, areas.half_answer), 1 - areas.half_answer)
            as inside_auc,
        variances.kappa,
        variances.variance,
        {{ agreement_quantile('variances.rarer_sessions') }} as quantile

    from areas

    left join variances on {{ same_version('areas', 'variances') }}

),

with_scale as (

    select
        *,
        by_chance / nullif(largest, 0) as scale,
        ln(inside_auc / (1 - inside_auc)) as logit_auc,
        -- where no answer is misplaced, or all are, the variance is not 0
        1.959963984540054e0
        * sqrt(auc_variance + greatest(power(half_answer, 2) - auc_variance, 0e0))
        / (inside_auc * (1 - inside_auc)) as logit_reach

    from with_variance

),

evaluator_agreement as (

    select
        {{ keys }},
        labels,
        auc,
        least(auc, 1 / (1 + exp(logit_reach - logit_auc))) as auc_low,
        greatest(auc, 1 / (1 + exp(-logit_reach - logit_auc))) as auc_high,
        agreement,
        kappa,
        -- labels of one kind agree with any score as by chance
        {{ agreement_end('kappa', 'if(auc is null, 0, effective_labels)', '-') }}
            as kappa_low,
        {{ agreement_end('kappa', 'if(auc is null, 0, effective_labels)', '+') }}
            as kappa_high

    from with_scale

)

select * from evaluator_agreement
