with

interactions as (

    select * from {{ ref('int_release_rows') }}

),

counted as (

    select
        {{ released_version() }},
        any_value(use_case) as use_case,
        any_value(account_tier) as account_tier,
        pow(1.01e0, latency_bin) as latency_from_ms,
        pow(1.01e0, latency_bin + 1) as latency_to_ms,
        count(*) as interactions

    from interactions

    where latency_bin is not null

    group by {{ released_sets(['slice_code', 'latency_bin']) }}

),

known_versions as (

    select * from counted

    where version is not null

)

select * from known_versions
