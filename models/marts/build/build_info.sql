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

input_digests as (

    select
        {{ joined_texts(
            "concat_ws('=', table_name, content_sha256)", ' ', 'table_name'
        ) }} as digests

    from inputs

),

knob_settings as (

    select
        {{ joined_texts("concat_ws('=', knob, setting, setting_text)", ' ', 'knob') }}
            as settings

    from knobs

),

versions as (

    select
        health.ends_at as as_of,
        {{ build_versions() }}

    from health

),

-- no clock: the same build has the same id, whenever and wherever it is made
build as (

    select
        {{ sha256_of("concat_ws(' ', " ~ [
            'input_digests.digests',
            content_digest(ref('decision_outcomes')),
            content_digest(ref('int_open_alert_days')),
            'knob_settings.settings',
            'versions.package_version',
            'versions.dbt_version',
            'versions.engine',
            'versions.engine_version',
        ] | join(', ') ~ ')') }} as build_id,
        versions.*,
        {{ build_state() }} as state_sha256

    from versions

    cross join input_digests

    cross join knob_settings

)

select * from build
