{{ config(enabled=is_source_on(this)) }}

with

-- old versions passed on Anthropic's counts, with the cached tokens beside the input
calls as (

    {{ whole_prompts(ref('stg_mlflow__calls')) }}

),

tool_counts as (

    {{ tool_call_counts(ref('stg_mlflow__tool_calls')) }}

),

interactions as (

    select
        calls.span_key as interaction_id,
        coalesce(calls.session_id, calls.trace_id, calls.span_id) as session_id,
        calls.user_id,
        calls.trace_id,
        calls.span_id,
        calls.parent_span_id,
        calls.response_id,
        coalesce(calls.use_case, calls.trace_name) as use_case,
        {%- set own = ['use_case', 'prompt_version'] -%}
        {%- for label in business_labels() if label not in own %}
        calls.{{ label }},
        {%- endfor %}
        coalesce(calls.model_provider, {{ provider_of_model('calls.model_name') }})
            as model_provider,
        {{ unprefixed('calls.model_name', 'calls.model_provider') }} as model_name,
        {{ unprefixed('calls.request_model', 'calls.model_provider') }}
            as request_model,
        calls.service_tier,
        calls.prompt_name,
        coalesce(calls.linked_prompt_version, calls.prompt_version) as prompt_version,
        calls.session_id is null as session_is_inferred,
        {{ span_call_facts() }}

    from calls

    left join tool_counts on calls.span_key = tool_counts.interaction_id

)

select * from interactions
