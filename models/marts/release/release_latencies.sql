with

release_rows as (

    select * from {{ ref('int_release_rows') }}

),

release_names as (

    select * from {{ ref('int_release_names') }}

),

bins as (

    select
        {{ version_code() }},
        slice_code,
        latency_bin,
        count(*) as interactions

    from release_rows

    where latency_bin is not null

    group by {{ released_sets(['slice_code', 'latency_bin']) }}

),

named as (

    select
        bins.version_column,
        versions.name as version,
        slices.use_case,
        slices.account_tier,
        {{ latency_bin_start('bins.latency_bin') }} as latency_from_ms,
        {{ latency_bin_start('bins.latency_bin + 1') }} as latency_to_ms,
        bins.interactions

    from bins

    inner join release_names as versions
        on
            bins.version_column = versions.column_name
            and bins.version_code = versions.code

    inner join release_names as slices
        on slices.column_name = 'slice' and bins.slice_code = slices.code

)

select * from named
