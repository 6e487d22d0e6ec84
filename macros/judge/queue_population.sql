{#- a CTE body: when each session of `interactions` started, where there are batches to compare -#}
{% macro session_starts(batches) -%}
    select
        session_id,
        min(timestamp_utc) as started_at

    from interactions

    where exists (select 1 from {{ batches }})

    group by session_id
{%- endmacro %}

{#- whether a batch could draw a call: it is of the period that the batch covers, and its session
    started in the evaluation window, of which a queue is -#}
{% macro could_draw(batches) -%}
    interactions.timestamp_utc > {{ batches }}.covers_after
    and interactions.timestamp_utc <= {{ batches }}.covers_until
    and session_starts.started_at
    >= coalesce({{ batches }}.sessions_from, session_starts.started_at)
{%- endmacro %}
