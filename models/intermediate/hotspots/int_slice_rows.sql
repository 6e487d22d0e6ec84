with

interactions as (

    select * from {{ ref('interactions') }}

),

known_outcomes as (

    select
        -- a value too, so that the slices of a family cover every row
        {% for dimension in slice_dimensions().split(', ') -%}
        coalesce({{ dimension }}, 'unknown') as {{ dimension }},
        {% endfor -%}
        session_id,
        is_failure,
        is_sla_breach,
        {{ model_latency_ms() }} as latency_ms,
        cost_usd

    from interactions

    where is_failure is not null

),

coded as (

    select
        *,
        {{ name_code(slice_dimensions()) }} as combination_code

    from known_outcomes

)

select * from coded
