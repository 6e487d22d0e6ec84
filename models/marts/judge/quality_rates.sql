with

intervals as (

    select * from {{ ref('int_quality_intervals') }}

),

agreement as (

    select * from {{ ref('int_review_agreement') }}

),

labels_only as (

    select * from intervals
    where evaluator = 'none'

),

-- the calls that were scored may be a sample; the rate is of all of them
compared as (

    select
        intervals.*,
        labels_only.rate as labels_only_rate,
        labels_only.rate_low as labels_only_rate_low,
        labels_only.rate_high as labels_only_rate_high,
        labels_only.inside_rate as labels_only_inside_rate,
        labels_only.audit_weighted_labels as all_audit_labels,
        labels_only.audit_bad_labels as all_bad_audit_labels,
        labels_only.audit_labelled_sessions as all_labelled_sessions,
        -- of calls that are all known there is no variance
        labels_only.floored_variance / nullif(intervals.floored_variance, 0) as gain,
        intervals.audit_labelled / cast(nullif(intervals.audit_drawn, 0) as double)
            as completion,
        intervals.certain_labels / nullif(intervals.certain_interactions, 0)
            as certain_completion,
        coalesce(agreement.has_disagreement, false) as has_disagreement

    from intervals

    left join labels_only
        on
            intervals.dimension = labels_only.dimension
            and intervals.scope_kind = labels_only.scope_kind
            and intervals.scope = labels_only.scope

    left join agreement on intervals.dimension = agreement.dimension

),

flagged as (

    select
        *,
        coalesce(all_audit_labels, 0) = 0 as has_no_random_labels,
        coalesce(all_audit_labels, 0) < {{ knob('quality_min_audit_labels') }}
            as has_few_labels,
        coalesce(all_labelled_sessions, 0) < {{ knob('quality_min_sessions') }}
            as has_few_sessions,
        coalesce(completion < {{ knob('quality_min_completion') }}, false)
            as lacks_labels,
        coalesce(certain_completion < {{ knob('quality_min_completion') }}, false)
            as lacks_certain_labels,
        -- an evaluator that left calls out, more than a sample does by chance, may
        -- have left out the bad ones
        evaluator != 'none' and (
            coalesce(
                audit_scored < 0.95e0 * audit_expected_scores
                - 3 * sqrt(audit_variance_of_scores),
                false
            )
            or (rate is null and labels_only_rate is not null)
            or coalesce(audit_weighted_labels, 0)
            < least(
                coalesce(all_audit_labels, 0), {{ knob('quality_min_audit_labels') }}
            )
            or coalesce(audit_labelled_sessions, 0)
            < least(
                coalesce(all_labelled_sessions, 0), {{ knob('quality_min_sessions') }}
            )
        ) as lacks_scores,
        evaluator != 'none' and rarer_labels < {{ knob('quality_min_bad_pooled') }}
            as has_few_bad,
        evaluator != 'none' and coalesce(gain < {{ knob('quality_min_gain') }}, true)
            as adds_nothing

    from compared

),

with_verdict as (

    select
        *,
        case
            when
                has_few_labels
                or has_few_sessions
                or lacks_certain_labels
                or has_disagreement
                or labels_only_rate is null
                or completion < {{ least_completion() }}
                then 'refuse'
            when lacks_labels then 'bounds'
            when evaluator = 'none' or has_few_bad or adds_nothing or lacks_scores
                then 'labels_only'
            else 'rate'
        end as verdict,
        concat_ws(
            '; ',
            case when has_no_random_labels then 'no_random_labels' end,
            case
                when
                    has_few_labels and not has_no_random_labels
                    then 'insufficient_labels'
            end,
            case when has_few_sessions then 'insufficient_sessions' end,
            case when lacks_labels then 'labels_missing' end,
            case when lacks_certain_labels then 'certain_rows_unlabelled' end,
            case when has_disagreement then 'labels_disagree' end,
            case
                when has_few_bad and not lacks_scores then 'insufficient_bad'
            end,
            case when lacks_scores then 'scores_missing' end,
            case
                when adds_nothing and not has_few_bad and not lacks_scores
                    then 'evaluator_adds_nothing'
            end
        ) as reasons

    from flagged

),

-- the answer: what the verdict allows to state
answers as (

    select
        * {{ exclude_columns('rate, rate_low, rate_high') }},
        case
            when verdict = 'refuse' then null
            when verdict = 'rate' then rate
            else labels_only_rate
        end as rate,
        -- missing labels, all good and all bad, at the two ends
        case
            when verdict = 'refuse' then null
            when verdict = 'rate' then rate_low
            else labels_only_rate_low * if(verdict = 'bounds', completion, 1e0)
        end as rate_low,
        case
            when verdict = 'refuse' then null
            when verdict = 'rate' then rate_high
            when
                verdict = 'bounds'
                then labels_only_rate_high * completion + 1 - completion
            else labels_only_rate_high
        end as rate_high

    from with_verdict

),

quality_rates as (

    select
        dimension,
        evaluator,
        evaluator_version,
        scope_kind,
        scope,
        cast(interactions as bigint) as interactions,
        sessions,
        cast(certain_interactions as bigint) as certain_interactions,
        cast(certain_labels as bigint) as certain_labels,
        cast(coalesce(audit_drawn, 0) as bigint) as audits,
        cast(
            coalesce(
                if(lacks_scores, all_audit_labels, audit_weighted_labels), 0
            ) as bigint
        ) as audit_labels,
        coalesce(if(lacks_scores, all_bad_audit_labels, audit_bad_labels), 0e0)
            as bad_audit_labels,
        if(evaluator = 'none', null, evaluator_mean) as evaluator_mean,
        rate,
        rate_low,
        rate_high,
        labels_only_rate,
        labels_only_rate_low,
        labels_only_rate_high,
        if(evaluator = 'none', null, lambda_weight) as evaluator_weight,
        if(evaluator = 'none' or lacks_scores, null, gain) as gain,
        cast(
            ceil(
                if(lacks_scores, labels_only_inside_rate, inside_rate)
                * (1 - if(lacks_scores, labels_only_inside_rate, inside_rate))
                * power(1.959963984540054e0 / {{ knob('quality_half_width') }}, 2)
                / if(
                    evaluator = 'none' or lacks_scores,
                    1e0,
                    greatest(coalesce(gain, 1e0), 1e0)
                )
            ) as bigint
        ) as labels_needed,
        verdict,
        reasons

    from answers

)

select * from quality_rates
