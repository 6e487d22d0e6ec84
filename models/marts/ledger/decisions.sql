with

ledger_decisions as (

    select * from {{ ref('stg_decision_ledger__decisions') }}

),

-- `llm-telemetry run` adds those of the bundle that it publishes
earlier_decisions as (

    select
        decision_id,
        decision,
        false as is_published,
        as_of,
        valid_until,
        verdict,
        is_clear,
        recommendation,
        summary,
        reasons,
        bundle_status,
        supersedes

    from ledger_decisions

    -- two ledgers in one file may repeat a line
    qualify row_number() over (partition by decision_id, decision order by as_of) = 1

)

select * from earlier_decisions
