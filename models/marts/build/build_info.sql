-- a build whose invoices fail a gate is not complete
-- depends_on: {{ ref('integrity_checks') }}
with

inputs as (

    select * from {{ ref('inputs') }}

),

knobs as (

    select * from {{ ref('knobs') }}

),

health as (

    select * from {{ ref('health') }}

),

read_inputs as (

    select
        {{ joined_texts(
            "concat_ws('=', table_name, content_sha256)", ' ', 'table_name'
        ) }} as digests

    from inputs

),

set_knobs as (

    select
        {{ joined_texts("concat_ws('=', knob, setting, setting_text)", ' ', 'knob') }}
            as settings

    from knobs

),

versioned as (

    select
        health.ends_at as as_of,
        {{ build_versions() }}

    from health

),

-- no clock: the same build has the same id, whenever and wherever it is made
identified as (

    select
        {{ sha256_of("concat_ws(' ', " ~ [
            'read_inputs.digests',
            content_digest(ref('decision_outcomes')),
            'set_knobs.settings',
            'versioned.package_version',
            'versioned.dbt_version',
            'versioned.engine',
            'versioned.engine_version',
        ] | join(', ') ~ ')') }} as build_id,
        versioned.*,
        {{ build_state() }} as state_sha256

    from versioned

    cross join read_inputs

    cross join set_knobs

)

select * from identified
