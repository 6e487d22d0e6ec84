with

drift_rows as (

    select * from {{ ref('int_drift_rows') }}

),

cells as (

    select
        window_pair,
        use_case,
        account_tier,
        model_provider,
        model_name,
        count(*) filter (where not is_current) as earlier_rows,
        count(*) filter (where is_current) as later_rows,
        count(*) filter (where not is_current and is_failure) as earlier_failures,
        count(*) filter (where is_current and is_failure) as later_failures

    from drift_rows

    where is_failure is not null

    group by all

),

rates as (

    select
        *,
        earlier_rows / cast(sum(earlier_rows) over pairs as double) as earlier_share,
        later_rows / cast(sum(later_rows) over pairs as double) as later_share,
        -- a cell that one side lacks came or went: all of that is mix
        coalesce(
            earlier_failures / nullif(earlier_rows, 0), later_failures / later_rows
        ) as earlier_rate,
        coalesce(
            later_failures / nullif(later_rows, 0), earlier_failures / earlier_rows
        ) as later_rate

    from cells

    window pairs as (partition by window_pair)

    -- two sides, or nothing to compare
    qualify sum(earlier_rows) over pairs > 0 and sum(later_rows) over pairs > 0

),

changes as (

    select
        window_pair,
        cast(sum(earlier_rows) as bigint) as earlier_outcomes,
        cast(sum(later_rows) as bigint) as later_outcomes,
        count(*) as cells,
        sum(earlier_failures) / cast(sum(earlier_rows) as double)
            as earlier_failure_rate,
        sum(later_failures) / cast(sum(later_rows) as double) as later_failure_rate,
        {{ exact_sum('
            (later_share - earlier_share) * (earlier_rate + later_rate) / 2
        ') }} as mix_change,
        {{ exact_sum('
            (later_rate - earlier_rate) * (earlier_share + later_share) / 2
        ') }} as rate_change

    from rates

    group by window_pair

),

drivers as (

    select
        *,
        later_failure_rate - earlier_failure_rate as change

    from changes

)

select * from drivers
