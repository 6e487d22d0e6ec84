with

slices as (

    select * from {{ ref('int_slices_combined') }}

),

judged as (

    select
        * {{ exclude_columns('failure_explained_by, sla_explained_by') }},
        {{ knob('failure_event_cost_usd') }} * excess_failures
        + {{ knob('sla_breach_penalty_usd') }} * coalesce(excess_sla_breaches, 0e0)
        + coalesce(excess_cost_usd, 0e0) as excess_usd,
        {{ reference_severity('failure_rate', 'sla_breach_rate', 'p95_latency_ms') }}
            as heuristic_risk_score,
        failure_rate > {{ reference_hotspot_rate() }}
        or coalesce(p95_latency_ms > {{ knob('sla_ms') }}, false)
            as is_reference_hotspot,
        -- the graver of the two, from a finding to nothing to go by
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

    from slices

),

ranked as (

    select
        * {{ exclude_columns('explained_by') }},
        if(verdict in ('explained', 'same_rows'), explained_by, null) as explained_by,
        {{ reference_bucket('heuristic_risk_score') }} as risk_bucket,
        row_number() over (
            order by verdict = 'hotspot' desc, excess_usd desc nulls last, slice asc
        ) as risk_rank

    from judged

)

select * from ranked
