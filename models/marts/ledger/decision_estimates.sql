with

ledger_estimates as (

    select * from {{ ref('stg_decision_ledger__estimates') }}

),

-- `llm-telemetry run` adds those of the bundle that it publishes
earlier_estimates as (

    select
        decision_id,
        decision,
        estimate,
        false as is_published,
        as_of,
        value,
        se,
        low,
        high,
        n,
        clusters,
        unit

    from ledger_estimates

    -- two ledgers in one file may repeat a line
    qualify
        row_number() over (
            partition by decision_id, decision, estimate order by as_of
        ) = 1

)

select * from earlier_estimates
