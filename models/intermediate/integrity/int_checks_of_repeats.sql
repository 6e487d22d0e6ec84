with

interactions as (

    select * from {{ ref('int_interactions_unioned') }}

),

answered as (

    select
        source,
        response_id,
        timestamp_utc

    from interactions

    -- one source alone is not even read
    where {{ sources_on() | length > 1 }} and response_id is not null

),

-- ids of answers repeat on small servers, but not at once
repeated as (

    select distinct
        answered.source,
        answered.response_id

    from answered

    inner join answered as others
        on
            answered.response_id = others.response_id
            and answered.source > others.source
            and abs({{ milliseconds_between('others.timestamp_utc', 'answered.timestamp_utc') }})
            <= {{ knob('max_retry_gap_s') }} * 1e3

),

every_check as (

    select
        answered.source as table_name,
        'response_id' as column_name,
        {% call rows_of_checks() -%}
            {{ check(
                'logged_twice', 'repeated.response_id is not null',
                'answered.response_id'
            ) }}
        {%- endcall %}

    from answered

    left join repeated
        on
            answered.source = repeated.source
            and answered.response_id = repeated.response_id

    group by answered.source

)

select * from every_check
