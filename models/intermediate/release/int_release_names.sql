{{ config(materialized='table') }}

with

interactions as (

    select * from {{ ref('interactions') }}

),

combinations as (

    select
        prompt_version,
        model_name,
        model_provider,
        date_trunc('week', timestamp_utc) as week_start,
        coalesce(use_case, 'unknown') as use_case,
        coalesce(account_tier, 'unknown') as account_tier,
        min(timestamp_utc) as timestamp_utc,
        max(timestamp_utc) as ends_at

    from interactions

    group by all

),

coded_combinations as (

    select
        *,
        {{ release_keys() }}

    from combinations

),

names as (
    {% for column in released_columns().split(', ') %}
    select
        '{{ column }}' as column_name,
        {{ column }}_code as code,
        {% if column == 'week' -%}
        {{ iso_week('min(timestamp_utc)') }} as name,
        {%- else -%}
        min({{ column }}) as name,
        {%- endif %}
        cast(null as string) as use_case,
        cast(null as string) as account_tier,
        min(timestamp_utc) as starts_at,
        max(ends_at) as ends_at

    from coded_combinations

    where {{ 'timestamp_utc' if column == 'week' else column }} is not null

    group by {{ column }}_code

    union all
    {% endfor %}
    select
        'slice' as column_name,
        slice_code as code,
        cast(null as string) as name,
        min(use_case) as use_case,
        min(account_tier) as account_tier,
        min(timestamp_utc) as starts_at,
        max(ends_at) as ends_at

    from coded_combinations

    group by slice_code

    union all

    select
        'all' as column_name,
        0 as code,
        'all' as name,
        cast(null as string) as use_case,
        cast(null as string) as account_tier,
        min(timestamp_utc) as starts_at,
        max(ends_at) as ends_at

    from coded_combinations

)

select * from names
