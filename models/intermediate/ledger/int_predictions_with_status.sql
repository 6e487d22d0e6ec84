{%- set first_day = 'first_date' -%}
{%- if first_retained_day() -%}
    {%- set first_day =
        "if(prediction = 'routing_gap' or " ~ is_quality_prediction('prediction') ~ ', '
        ~ first_retained_day() ~ ', first_date)' -%}
{%- endif -%}
with

predictions as (

    select * from {{ ref('stg_decision_ledger__predictions') }}

),

health_by_day as (

    select * from {{ ref('health_by_day') }}

),

knobs as (

    select * from {{ ref('knobs') }}

),

bounds as (

    select
        min(interaction_date) as first_date,
        max(interaction_date) as last_date

    from health_by_day

),

settings as (

    select
        any_value(setting) filter (where knob = 'sla_ms') as sla_ms,
        any_value(setting) filter (where knob = 'failure_event_cost_usd')
            as failure_event_cost_usd,
        any_value(setting) filter (where knob = 'sla_breach_penalty_usd')
            as sla_breach_penalty_usd

    from knobs

),

-- two ledgers in one file may contain the same prediction twice
distinct_predictions as (

    select * from predictions

    qualify row_number() over (
            partition by decision_id, prediction, use_case
            order by predicted_value, predicted_se
        ) = 1

),

predictions_with_bounds as (

    select
        distinct_predictions.*,
        bounds.first_date,
        bounds.last_date,
        distinct_predictions.sla_ms <> settings.sla_ms as is_sla_changed,
        (
            distinct_predictions.failure_event_cost_usd,
            distinct_predictions.sla_breach_penalty_usd
        ) <> (settings.failure_event_cost_usd, settings.sla_breach_penalty_usd)
            as is_price_changed

    from distinct_predictions

    cross join bounds

    cross join settings

),

predictions_with_status as (

    select
        * {{ exclude_columns(
            'first_date, last_date, is_sla_changed, is_price_changed'
        ) }},
        {{ days_between('starts_on', 'ends_on') }} + 1 as period_days,
        case
            when last_date is null or ends_on >= last_date then 'pending'
            -- gaps and quality are computed from calls, which rollups do not contain
            when starts_on < {{ first_day }} then 'not_covered'
            when
                is_sla_changed
                and prediction in ('sla_breach_rate', 'unit_cost', 'routing_gap')
                then 'not_comparable'
            when is_price_changed and prediction in ('unit_cost', 'routing_gap')
                then 'not_comparable'
            else 'covered'
        end as status

    from predictions_with_bounds

)

select * from predictions_with_status
