{% macro langfuse_items(unread) -%}
    {#- one row per trace, observation or score, including those inside a trace -#}
    with records as ({{ read_records('langfuse', unread) }}),

    nested as (
        select file_path, record, json_transform(
            record, '{"trace": {"scores": ["json"]}, "observations": ["json"], "scores": ["json"]}'
        ) as inner_records from records
    ),

    listed as materialized ({{ langfuse_lists() }})

    select file_path, unnest(items) as item from listed
{%- endmacro %}

{% macro langfuse_lists() -%}
    select file_path, case
        when inner_records.observations is null then [record]
        else list_concat(
            [coalesce(record -> '$.trace', record)],
            inner_records.observations,
            inner_records.scores,
            inner_records.trace.scores
        )
    end as items
    from nested
{%- endmacro %}
