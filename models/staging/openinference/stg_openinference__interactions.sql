{{ config(enabled=is_source_on(this)) }}

with

calls as (

    {{ whole_prompts(ref('stg_openinference__calls')) }}

),

traces as (

    select * from {{ ref('stg_openinference__traces') }}

),

tool_counts as (

    {{ tool_call_counts(ref('stg_openinference__tool_calls')) }}

),

interactions as (

    select
        calls.span_key as interaction_id,
        coalesce(calls.session_id, traces.session_id, calls.trace_id, calls.span_id)
            as session_id,
        coalesce(calls.user_id, traces.user_id, 'unknown') as user_id,
        calls.trace_id,
        calls.span_id,
        calls.parent_span_id,
        calls.response_id,
        {%- for label in business_labels() if label != 'prompt_version' %}
        coalesce(
            calls.{{ label }}, {{ tag_value('calls.tags', label) }}, traces.{{ label }}
        ) as {{ label }},
        {%- endfor %}
        coalesce(calls.model_provider, {{ provider_of_model('calls.model_name') }})
            as model_provider,
        calls.model_name,
        calls.request_model,
        calls.service_tier,
        calls.prompt_name,
        coalesce(calls.template_version, calls.prompt_version, traces.prompt_version)
            as prompt_version,
        coalesce(calls.session_id, traces.session_id) is null as session_is_inferred,
        {{ span_call_facts() }}

    from calls

    left join traces on calls.trace_id = traces.trace_id

    left join tool_counts on calls.span_key = tool_counts.interaction_id

)

select * from interactions
