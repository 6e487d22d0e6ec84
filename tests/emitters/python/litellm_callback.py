"""The LiteLLM SDK with its `otel` callback."""

import os

# the exporter of the callback reads these, not the standard ones
os.environ["OTEL_EXPORTER"] = "otlp_http"
os.environ["OTEL_ENDPOINT"] = os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] + "/v1/traces"
# its prices would be fetched
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import json

import litellm
from common import FEW, PARAMETERS, TIMEOUT_S, URL, Case, each, retries, weather

TOOLS = [
    {"type": "function", "function": {"name": "get_weather", "parameters": PARAMETERS}}
]


def main() -> None:
    """Make every call."""
    litellm.callbacks = ["otel"]
    each(call)
    from opentelemetry import trace

    trace.get_tracer_provider().force_flush()


def call(name: str, case: Case) -> None:
    """Make one call, and the second one where the model wants a tool."""
    question = {"role": "user", "content": "How is the weather in Rome?"}
    options = {
        "model": f"openai/{case['openai']}",
        "api_base": f"{URL}/v1",
        "api_key": "none",
        "timeout": TIMEOUT_S,
        "max_retries": retries(name),
    }
    if case.get("stream"):
        usage = {"include_usage": True}
        stream = litellm.completion(
            messages=[question], stream=True, stream_options=usage, **options
        )
        for place, _ in enumerate(stream):
            if name == "left" and place == FEW:
                return
        return
    if name == "tool":
        options["tools"] = TOOLS
    answer = litellm.completion(messages=[question], **options)
    message = answer.choices[0].message
    for wanted in message.tool_calls or []:
        result = weather(**json.loads(wanted.function.arguments))
        said = {"role": "tool", "tool_call_id": wanted.id, "content": result}
        litellm.completion(messages=[question, message.model_dump(), said], **options)


main()
