with

slices as (

    select * from {{ ref('int_slices') }}

),

slice_tests as (

    select * from {{ ref('int_slice_tests') }}

),

redundant_slices as (

    select * from {{ ref('int_slice_redundancy') }}

),

-- verdicts, with each finding counted once
verdicts as (

    select
        slice_tests.* {{ exclude_columns('verdict') }},
        case
            when slice_tests.verdict != 'hotspot' then slice_tests.verdict
            when slices.slice != slices.canonical_slice then 'same_rows'
            when redundant_slices.explained_by is not null then 'explained'
            else 'hotspot'
        end as verdict,
        case
            when slice_tests.verdict != 'hotspot' then null
            when slices.slice != slices.canonical_slice then slices.canonical_slice
            else redundant_slices.explained_by
        end as explained_by

    from slice_tests

    inner join slices on slice_tests.slice = slices.slice

    left join redundant_slices
        on
            slice_tests.slice = redundant_slices.slice
            and slice_tests.metric = redundant_slices.metric

),

both_metrics as (

    select
        slices.slice,
        slices.family,
        {% for dimension in slice_dimensions().split(', ') -%}
        slices.{{ dimension }},
        {% endfor -%}
        slices.interactions,
        slices.cost_usd,
        slices.average_cost_usd,
        slices.excess_cost_usd,
        slices.p95_latency_ms,
        failures.session_groups,
        failures.excess_usd_variance,
        failures.events as failures,
        failures.rate as failure_rate,
        failures.rate_low as failure_rate_low,
        failures.rate_high as failure_rate_high,
        failures.complement_rate as complement_failure_rate,
        failures.complement_rate_low as complement_failure_rate_low,
        failures.complement_rate_high as complement_failure_rate_high,
        failures.eb_rate as shrunken_failure_rate,
        failures.design_effect as failure_design_effect,
        failures.family_p_value as failure_family_p_value,
        failures.p_value as failure_p_value,
        failures.q_value as failure_q_value,
        failures.excess_events as excess_failures,
        failures.excess_events_low as excess_failures_low,
        failures.excess_events_high as excess_failures_high,
        failures.verdict as failure_verdict,
        failures.explained_by as failure_explained_by,
        sla_breaches.trials as measured_latencies,
        sla_breaches.events as sla_breaches,
        sla_breaches.rate as sla_breach_rate,
        sla_breaches.rate_low as sla_breach_rate_low,
        sla_breaches.rate_high as sla_breach_rate_high,
        sla_breaches.complement_rate as complement_sla_breach_rate,
        sla_breaches.complement_rate_low as complement_sla_breach_rate_low,
        sla_breaches.complement_rate_high as complement_sla_breach_rate_high,
        sla_breaches.eb_rate as shrunken_sla_breach_rate,
        sla_breaches.design_effect as sla_design_effect,
        sla_breaches.family_p_value as sla_family_p_value,
        sla_breaches.p_value as sla_p_value,
        sla_breaches.q_value as sla_q_value,
        sla_breaches.excess_events as excess_sla_breaches,
        sla_breaches.excess_events_low as excess_sla_breaches_low,
        sla_breaches.excess_events_high as excess_sla_breaches_high,
        sla_breaches.verdict as sla_verdict,
        sla_breaches.explained_by as sla_explained_by

    from slices

    inner join verdicts as failures
        on slices.slice = failures.slice and failures.metric = 'failures'

    inner join verdicts as sla_breaches
        on slices.slice = sla_breaches.slice and sla_breaches.metric = 'sla_breaches'

),

priced as (

    select
        * {{ exclude_columns(
            'excess_failures_low, excess_failures_high,'
            ~ ' excess_sla_breaches_low, excess_sla_breaches_high'
        ) }},
        {%- for metric, events, knob_name in [
            ('failure', 'failures', 'failure_event_cost_usd'),
            ('sla', 'sla_breaches', 'sla_breach_penalty_usd'),
        ] %}
        {%- for end in ['', '_low', '_high'] %}
        {{ knob(knob_name) }} * excess_{{ events }}{{ end }}
            as excess_{{ metric }}_usd{{ end }},
        {%- endfor %}
        {%- endfor %}
        {{ student_t_quantile('(session_groups - 1)') }} * sqrt(excess_usd_variance)
            as excess_usd_margin

    from both_metrics

),

scored as (

    select
        * {{ exclude_columns(
            'excess_usd_variance, excess_usd_margin, failure_explained_by,'
            ~ ' sla_explained_by'
        ) }},
        excess_failure_usd + coalesce(excess_sla_usd, 0e0)
        + coalesce(excess_cost_usd, 0e0) as excess_usd,
        excess_usd - excess_usd_margin as excess_usd_low,
        excess_usd + excess_usd_margin as excess_usd_high,
        case
            when 'hotspot' in (failure_verdict, sla_verdict)
                then if(failure_verdict = 'hotspot', excess_failure_usd, 0e0)
                    + if(sla_verdict = 'hotspot', excess_sla_usd, 0e0)
        end as flagged_usd,
        {{ reference_severity('failure_rate', 'sla_breach_rate', 'p95_latency_ms') }}
            as heuristic_risk_score,
        failure_rate > {{ reference_hotspot_rate() }}
        or coalesce(p95_latency_ms > {{ knob('sla_ms') }}, false)
            as is_reference_hotspot,
        -- the more severe of the two, from a finding down to too little data
        case
            {%- for verdict in [
                'hotspot', 'explained', 'same_rows', 'small_effect', 'not_significant',
                'no_heterogeneity', 'insufficient_support',
            ] %}
            when '{{ verdict }}' in (failure_verdict, sla_verdict) then '{{ verdict }}'
            {%- endfor %}
            else failure_verdict
        end as verdict,
        coalesce(failure_explained_by, sla_explained_by) as explained_by

    from priced

),

ranked as (

    select
        * {{ exclude_columns('explained_by') }},
        if(verdict in ('explained', 'same_rows'), explained_by, null) as explained_by,
        {{ reference_bucket('heuristic_risk_score') }} as risk_bucket,
        row_number() over (
            order by
                verdict = 'hotspot' desc, flagged_usd desc nulls last,
                excess_usd desc nulls last, slice asc
        ) as risk_rank

    from scored

)

select * from ranked
