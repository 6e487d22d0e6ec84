{{ config(materialized='table') }}

with

interactions as {{ not_materialized() }}(

    select
        *,
        {{ release_keys() }}

    from {{ ref('interactions') }}

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
        cast(null as string) as account_tier

    from interactions

    where {{ 'timestamp_utc' if column == 'week' else column }} is not null

    group by {{ column }}_code

    union all
    {% endfor %}
    select
        'slice' as column_name,
        slice_code as code,
        cast(null as string) as name,
        min(coalesce(use_case, 'unknown')) as use_case,
        min(coalesce(account_tier, 'unknown')) as account_tier

    from interactions

    group by slice_code

    union all

    select
        'all' as column_name,
        0 as code,
        'all' as name,
        cast(null as string) as use_case,
        cast(null as string) as account_tier

)

select * from names
