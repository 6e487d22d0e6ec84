{{ config(enabled=is_source_on(this)) }}
{%- set usage = 'log.message.usage.' -%}
{%- set fields = {
    'interaction_id': ['text', 'log.message.id', 'log.uuid'],
    'line_id': ['text', 'log.uuid'],
    'parent_line_id': ['text', 'log.parentUuid'],
    'session_id': ['text', 'log.forkedFrom.sessionId', 'log.sessionId'],
    'agent_id': ['text', 'log.agentId'],
    'channel': ['text', 'log.entrypoint'],
    'client_version': ['text', 'log.version'],
    'model_name': ['text', "nullif(log.message.model, '<synthetic>')"],
    'service_tier': ['text', usage ~ 'service_tier'],
    'stop_reason': ['text', 'log.message.stop_reason'],
    'input_tokens': ['bigint', usage ~ 'input_tokens'],
    'completion_tokens': ['bigint', usage ~ 'output_tokens'],
    'cache_read_tokens': ['bigint', usage ~ 'cache_read_input_tokens'],
    'cache_creation_tokens': ['bigint', usage ~ 'cache_creation_input_tokens'],
    'cache_5m_tokens': ['bigint', usage ~ 'cache_creation.ephemeral_5m_input_tokens'],
    'cache_1h_tokens': ['bigint', usage ~ 'cache_creation.ephemeral_1h_input_tokens'],
    'reasoning_tokens': ['bigint', usage ~ 'output_tokens_details.thinking_tokens'],
    'logged_cost_usd': ['double', 'log.costUSD'],
    'is_sidechain': ['boolean', 'log.isSidechain'],
    'line_at': ['moment', 'log.timestamp'],
} -%}

with

records as (

    select * from {{ ref('stg_claude_code__records') }}

),

answers as (

    select *

    from records

    where kind = 'answer'

),

named_columns as (

    select
        {{ named_fields(fields) }}
        is_error,
        error,
        digest

    from answers

),

typed as (

    {{ cast_fields(fields, 'named_columns') }}

),

-- what the client sent before the answer, or noted in between
earlier_lines as (

    select
        log.uuid as line_id,
        min({{ safe_moment('log.timestamp') }}) as sent_at

    from records

    where kind in ('user', 'other', 'retry') and log.uuid is not null

    group by all

),

interruptions as (

    select distinct log.parentuuid as line_id

    from records

    where is_interruption

),

-- each piece of an answer is a line that repeats the usage so far
last_lines as (

    select
        typed.*,
        min(typed.line_at) over lines_of_answer as first_line_at,
        min(earlier_lines.sent_at) over lines_of_answer as sent_at,
        bool_or(interruptions.line_id is not null) over lines_of_answer
            as is_interrupted,
        {{ rejected_values(field_types(fields)) }} as rejected_values

    from typed

    left join earlier_lines on typed.parent_line_id = earlier_lines.line_id

    left join interruptions on typed.line_id = interruptions.line_id

    window lines_of_answer as (partition by typed.interaction_id)

    qualify
        {{ newest_first(
            'typed.interaction_id', ['typed.line_at', 'typed.completion_tokens']
        ) }}

),

retries as (

    select
        coalesce(log.sessionid, '') as session_key,
        coalesce(log.agentid, '') as agent_key,
        {{ safe_bigint('log.retryAttempt') }} as retry_attempt,
        {{ safe_moment('log.timestamp') }} as failed_at

    from records

    where kind = 'retry'

),

answer_keys as (

    select
        interaction_id,
        first_line_at,
        coalesce(session_id, '') as session_key,
        coalesce(agent_id, '') as agent_key

    from last_lines

),

-- a failed attempt is followed by its call's answer or final error
retry_counts as (

    select
        answer_keys.interaction_id,
        max(retries.retry_attempt) as attempted_retries

    from retries

    asof inner join answer_keys
        on retries.session_key = answer_keys.session_key
            and retries.agent_key = answer_keys.agent_key
            and retries.failed_at <= answer_keys.first_line_at

    group by all

),

calls as (

    select
        last_lines.* exclude (model_name),
        -- an error is written without the model: it is that of the call before
        coalesce(
            last_lines.model_name,
            last_value(last_lines.model_name ignore nulls) over (
                partition by last_lines.session_id, last_lines.agent_id
                order by last_lines.first_line_at, last_lines.interaction_id
                rows between unbounded preceding and current row
            )
        ) as model_name,
        coalesce(last_lines.sent_at, last_lines.first_line_at) as timestamp_utc,
        coalesce(
            last_lines.cache_creation_tokens,
            last_lines.cache_5m_tokens + last_lines.cache_1h_tokens
        ) as cache_write_tokens,
        retry_counts.attempted_retries,
        last_lines.is_error
        and {{ is_claude_code_refusal('last_lines.error') }} as is_refused

    from last_lines

    left join retry_counts on last_lines.interaction_id = retry_counts.interaction_id

)

select * from calls
