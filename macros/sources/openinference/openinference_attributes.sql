{% macro openinference_attributes() -%}
    {{ return([
        'openinference.span.kind', 'session.id', 'user.id', 'metadata', 'tag.tags', 'tool.name',
        'prompt.id', 'llm.model_name', 'llm.provider', 'llm.system', 'llm.finish_reason',
        'llm.invocation_parameters', 'llm.prompt_template.version', 'llm.token_count.prompt',
        'llm.token_count.completion', 'llm.token_count.total',
        'llm.token_count.prompt_details.cache_read', 'llm.token_count.prompt_details.cache_write',
        'llm.token_count.completion_details.reasoning', 'llm.cost.total', 'exception.type',
        'error.type', 'llm.request.model_name', 'llm.response.id', 'gen_ai.request.model',
        'gen_ai.response.id', 'gen_ai.usage.cache_read.input_tokens',
        'gen_ai.usage.cache_write.input_tokens', 'gen_ai.usage.cache_creation.input_tokens',
        'gen_ai.response.finish_reasons', 'anthropic.message.stop_reason',
    ]) }}
{%- endmacro %}

{% macro flat_labels() -%}
    {#- the API of Phoenix writes each key of the metadata as an attribute of its own -#}
    {%- set names = [] -%}
    {%- for label in business_labels() -%}
        {%- do names.append('metadata.' ~ label) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{% macro openinference_columns() -%}
    {#- of a span or of an annotation -#}
    {%- set names = [
        'name', 'span_kind', 'trace_id', 'span_id', 'context.trace_id', 'context.span_id',
        'parent_id', 'start_time', 'end_time', 'status_code', 'status_message', 'events',
        'attributes', 'id', 'annotation_name', 'annotator_kind', 'result.label', 'result.score',
        'label', 'score', 'created_at', 'updated_at',
    ] -%}
    {%- for path in openinference_attributes() + flat_labels() -%}
        {%- do names.append('attributes.' ~ path) -%}
    {%- endfor -%}
    {{ return({'': names, 'context': ['trace_id', 'span_id'], 'result': ['label', 'score']}) }}
{%- endmacro %}

{% macro openinference_kind() -%}
    case
        when {{ first_text(span_keys('span_id')) }} is null then null
        when span.start_time is not null then 'span'
        when coalesce(
            span."result.score", span.result.score, span.score,
            span."result.label", span.result.label, span.label
        ) is not null then 'annotation'
    end
{%- endmacro %}

{% macro openinference_content() -%}
    {{ return(
        '^attributes[.](input|output|retrieval|embedding|reranker|llm[.](input_messages'
        ~ '|output_messages|prompts|tools|prompt_template[.](template|variables)))|explanation'
    ) }}
{%- endmacro %}
