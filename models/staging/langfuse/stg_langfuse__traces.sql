{{ config(enabled=is_source_on(this), materialized='view') }}

with

records as (

    select * from {{ ref('stg_langfuse__records') }}

    where kind = 'trace'

),

traces as (

    select
        item.id as trace_id,
        user_id,
        {{ first_text(langfuse_field('session_id') + ['attributes."session.id"']) }}
            as session_id,
        {{ first_text(['item.name']) }} as trace_name,
        {{ first_text(['item.environment']) }} as environment,
        {{ first_text(['item.version']) }} as version,
        {{ label_columns('item.tags', ['details'], business_labels()[:5]) }}
        {{ safe_moment(first_text(langfuse_field('updated_at'))) }} as updated_at,
        digest

    from records

),

newest_traces as (

    select * exclude (digest, updated_at)

    from traces

    qualify {{ newest_first('trace_id', ['updated_at']) }}

)

select * from newest_traces
