"""One operation and the trace around it, as SQL with the parameter ``operation_id``."""

# one operation of an agent may be a day of work
MOST_STEPS = 1000

OF_A_CALL = "select operation_id from marts.interactions where interaction_id = $id"
ATTEMPTS = (
    "select * from marts.interactions where operation_id = $operation_id"
    " order by attempt_index, timestamp_utc, interaction_id"
)
CONTENTS = (
    "select interaction_id, prompt_text, response_text from marts.contents"
    " where interaction_id in (select interaction_id from marts.interactions"
    " where operation_id = $operation_id) order by interaction_id"
)
OUTCOME = (
    "case {failed} when true then 'failed' when false then 'succeeded'"
    " else 'unknown outcome' end"
)
LASTED = "format('{:,} ms', cast(round(latency_ms) as bigint))"

# what is in the same trace belongs to the operation's work; without a trace, only the
# tool calls that name one of its attempts do
STEPS = f"""
with

attempts as (
    select * from marts.interactions where operation_id = $operation_id
),

traces as (
    select distinct source, trace_id from attempts where trace_id is not null
),

calls as (
    select * from marts.interactions
    where
        operation_id = $operation_id
        or (source, trace_id) in (select (source, trace_id) from traces)
),

call_steps as (
    select
        timestamp_utc,
        1 as kind,
        interaction_id as id,
        coalesce(model_name, 'unknown') || if(
            operation_id = $operation_id,
            ' (attempt ' || attempt_index || ')',
            ' (another operation)'
        ) as named,
        latency_ms,
        {OUTCOME.format(failed="is_failure")} as outcome,
        concat_ws(
            ', ', {LASTED}, nullif(lower(failure_type), 'none'), error_type
        ) as detail
    from calls
),

tool_steps as (
    select
        timestamp_utc,
        2 as kind,
        span_id as id,
        coalesce(tool_name, 'unknown') || ' (tool)' as named,
        latency_ms,
        {OUTCOME.format(failed="is_failure")} as outcome,
        concat_ws(', ', {LASTED}, error_type) as detail
    from marts.tool_calls
    where
        (source, trace_id) in (select (source, trace_id) from traces)
        or interaction_id in (select interaction_id from attempts)
),

branch_steps as (
    select
        timestamp_utc,
        3 as kind,
        span_id as id,
        coalesce(from_node, 'unknown') || ' > ' || coalesce(to_node, 'unknown')
            as named,
        cast(null as double) as latency_ms,
        case is_taken
            when true then 'branch taken'
            when false then 'branch not taken'
            else 'unknown outcome'
        end as outcome,
        coalesce(condition_text, '') as detail
    from marts.branch_decisions
    inner join traces using (source, trace_id)
),

steps as (
    select * from call_steps
    union all
    select * from tool_steps
    union all
    select * from branch_steps
)

select
    row_number() over in_order || '. ' || named as step,
    date_diff('us', min(timestamp_utc) over (), timestamp_utc) / 1e3 as starts_ms,
    starts_ms + latency_ms as ends_ms,
    outcome,
    detail,
    count(*) over () as steps
from steps
window in_order as (order by timestamp_utc nulls last, kind, id, named, detail)
order by timestamp_utc nulls last, kind, id, named, detail
limit {MOST_STEPS}
"""
