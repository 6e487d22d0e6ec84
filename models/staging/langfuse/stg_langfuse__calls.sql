{{ config(enabled=is_source_on(this), materialized='view') }}

with

observations as (

    select * from {{ ref('stg_langfuse__observations') }}

),

wrappers as (

    {{ wrapping_calls('observations') }}

),

calls as (

    select
        observations.* exclude (finish_reason),
        {{ finish_word('observations.finish_reason') }} as finish_reason,
        observations.has_error and observations.is_abandoned is not true as is_failure,
        -- what is known of an error
        case
            when observations.has_error
                then concat_ws(' ', observations.error_type, observations.error_words)
        end as error

    from observations

    anti join wrappers on observations.span_id = wrappers.span_id

    where observations.is_call

)

select * from calls
