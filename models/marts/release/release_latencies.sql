with

interactions as {{ not_materialized() }}(

    select
        {{ model_latency_ms() }} as latency_ms,
        {{ release_keys() }}

    from {{ ref('interactions') }}

),

release_names as (

    select * from {{ ref('int_release_names') }}

),

{% for pair in released_pairs().split('; ') -%}
{{ pair | replace(', ', '_and_') }}_bins as (

    select
        {{ pair_codes(pair) }},
        slice_code,
        {{ latency_bin('latency_ms') }} as latency_bin,
        count(*) as interactions

    from interactions

    where latency_ms is not null

    group by all

),

{% endfor -%}

bins as (
    {% for pair in released_pairs().split('; ') %}
    select
        {{ version_code(pair) }},
        slice_code,
        latency_bin,
        cast(sum(interactions) as bigint) as interactions

    from {{ pair | replace(', ', '_and_') }}_bins

    group by {{ released_sets(['slice_code', 'latency_bin'], pair, loop.first) }}

    {{ 'union all' if not loop.last }}
    {% endfor %}
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
