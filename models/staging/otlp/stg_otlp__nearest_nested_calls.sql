{{ config(enabled=is_source_on(this)) }}

with recursive

spans as not materialized (

    select
        trace_id,
        span_id,
        parent_span_id,
        coalesce(kind, 'span') as kind

    from {{ ref('stg_otlp__spans') }}

),

parents as (

    select
        trace_id,
        parent_span_id as span_id

    from spans

    where parent_span_id is not null

),

tops as (

    select
        spans.trace_id,
        spans.span_id as outer_span_id,
        spans.span_id,
        spans.kind,
        false as is_asked_by_tool,
        false as is_below_unknown,
        0 as depth

    from spans

    semi join parents using (trace_id, span_id)

    where spans.kind = 'call'

),

-- down to the first calls below; what a tool asks on the way is a call of its own
descents as (

    select * from tops

    union

    select
        descents.trace_id,
        descents.outer_span_id,
        spans.span_id,
        spans.kind,
        descents.is_asked_by_tool or descents.kind in ('tool', 'agent') as is_asked_by_tool,
        descents.is_below_unknown or descents.kind = 'span' as is_below_unknown,
        1 as depth

    from descents

    inner join spans
        on descents.trace_id = spans.trace_id
            and descents.span_id = spans.parent_span_id

    where descents.depth = 0 or descents.kind != 'call'

),

met as (

    select
        trace_id,
        outer_span_id,
        span_id as inner_span_id,
        is_asked_by_tool,
        is_below_unknown

    from descents

    where kind = 'call' and depth > 0 and outer_span_id != span_id

)

select * from met
