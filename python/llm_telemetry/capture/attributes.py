"""The attributes that are landed: those that a run reads, and those of the app itself.

They are names of ``seeds/otel_attribute_aliases.csv``, which an app that captures does
not have at hand; a test checks that none is missing that clients write by themselves.
"""

# attributes that the app itself sets
OWN = "app."
KEPT = frozenset(
    {
        "anthropic.message.stop_reason",
        "anthropic.response.service_tier",
        "deployment.environment",
        "deployment.environment.name",
        "duration",
        "enduser.id",
        "error.type",
        "event.name",
        "exception.type",
        "gen_ai.client.operation.time_to_first_chunk",
        "gen_ai.conversation.id",
        "gen_ai.evaluation.name",
        "gen_ai.evaluation.score.label",
        "gen_ai.evaluation.score.value",
        "gen_ai.is_streaming",
        "gen_ai.openai.response.service_tier",
        "gen_ai.operation.name",
        "gen_ai.prompt.name",
        "gen_ai.prompt.version",
        "gen_ai.provider.name",
        "gen_ai.request.max_tokens",
        "gen_ai.request.model",
        "gen_ai.request.stream",
        "gen_ai.request.temperature",
        "gen_ai.request.top_p",
        "gen_ai.response.finish_reason",
        "gen_ai.response.finish_reasons",
        "gen_ai.response.id",
        "gen_ai.response.model",
        "gen_ai.response.service_tier",
        "gen_ai.response.time_to_first_chunk",
        "gen_ai.system",
        "gen_ai.tool.name",
        "gen_ai.usage.cache_creation.input_tokens",
        "gen_ai.usage.cache_creation_input_tokens",
        "gen_ai.usage.cache_read.input_tokens",
        "gen_ai.usage.cache_read_input_tokens",
        "gen_ai.usage.cache_write.input_tokens",
        "gen_ai.usage.completion_tokens",
        "gen_ai.usage.cost",
        "gen_ai.usage.details.cache_creation_input_tokens",
        "gen_ai.usage.details.cache_read_input_tokens",
        "gen_ai.usage.details.cache_read_tokens",
        "gen_ai.usage.details.cache_write_tokens",
        "gen_ai.usage.details.cached_content_tokens",
        "gen_ai.usage.details.cached_tokens",
        "gen_ai.usage.details.reasoning_tokens",
        "gen_ai.usage.details.thoughts_tokens",
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.output_tokens",
        "gen_ai.usage.prompt_tokens",
        "gen_ai.usage.reasoning.output_tokens",
        "gen_ai.usage.reasoning_tokens",
        "gen_ai.user",
        "gen_ai.workflow.name",
        "http.request.resend_count",
        "http.response.status_code",
        "http.route",
        "http.status_code",
        "langfuse.environment",
        "langfuse.observation.model.name",
        "langfuse.observation.prompt.name",
        "langfuse.observation.prompt.version",
        "langfuse.observation.type",
        "langfuse.session.id",
        "langfuse.trace.name",
        "langfuse.user.id",
        "llm.cost.total",
        "llm.finish_reason",
        "llm.invocation_parameters",
        "llm.is_streaming",
        "llm.model_name",
        "llm.prompt_template.version",
        "llm.provider",
        "llm.request.model_name",
        "llm.request.type",
        "llm.response.model_name",
        "llm.system",
        "llm.token_count.completion",
        "llm.token_count.completion_details.reasoning",
        "llm.token_count.prompt",
        "llm.token_count.prompt_details.cache_read",
        "llm.token_count.prompt_details.cache_write",
        "llm.usage.completion_tokens",
        "llm.usage.prompt_tokens",
        "llm.usage.reasoning_tokens",
        "llm.user",
        "net.peer.name",
        "openai.response.service_tier",
        "openinference.span.kind",
        "operation.cost",
        "prompt.id",
        "retry_attempts",
        "server.address",
        "service.name",
        "session.id",
        "tool.name",
        "traceloop.association.properties.session_id",
        "traceloop.association.properties.user_id",
        "traceloop.entity.name",
        "traceloop.prompt.key",
        "traceloop.prompt.version",
        "traceloop.span.kind",
        "traceloop.workflow.name",
        "user.id",
    }
)

# JSON text, which may contain tools and a system prompt: only these keys are read
PARAMETERS = "llm.invocation_parameters"
KEPT_PARAMETERS = frozenset(
    {
        "max_completion_tokens",
        "max_output_tokens",
        "max_tokens",
        "model",
        "stream",
        "temperature",
        "top_p",
    }
)

# of the events of a span, beside those of the app
KEPT_EVENTS = frozenset(
    {"First Token Stream Event", "exception", "gen_ai.evaluation.result"}
)

# what a span is called: what it does, and to what, as the conventions name spans
OPERATIONS = (
    "gen_ai.operation.name",
    "openinference.span.kind",
    "llm.request.type",
    "traceloop.span.kind",
    "langfuse.observation.type",
)
SUBJECTS = (
    "gen_ai.tool.name",
    "tool.name",
    "gen_ai.workflow.name",
    "gen_ai.request.model",
    "llm.model_name",
)
