"""Langfuse's drop-in client for OpenAI, exporting over OTLP."""

import json
import os

# its exporter sends to the host's own path
os.environ["LANGFUSE_BASE_URL"] = os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"]
os.environ["LANGFUSE_HOST"] = os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"]
os.environ["LANGFUSE_PUBLIC_KEY"] = os.environ["LANGFUSE_SECRET_KEY"] = "none"

from common import FEW, PARAMETERS, TIMEOUT_S, URL, Case, each, retries, weather
from langfuse import get_client
from langfuse.openai import OpenAI

TOOLS = [
    {"type": "function", "function": {"name": "get_weather", "parameters": PARAMETERS}}
]


def main() -> None:
    """Make every call."""
    each(call)
    get_client().shutdown()


def call(name: str, case: Case) -> None:
    """Make one call, and the second one where the model wants a tool."""
    client = OpenAI(
        api_key="none",
        base_url=f"{URL}/v1",
        timeout=TIMEOUT_S,
        max_retries=retries(name),
    )
    question = {"role": "user", "content": "How is the weather in Rome?"}
    options = {"model": case["openai"]}
    if case.get("stream"):
        usage = {"include_usage": True}
        stream = client.chat.completions.create(
            messages=[question], stream=True, stream_options=usage, **options
        )
        for place, _ in enumerate(stream):
            if name == "left" and place == FEW:
                stream.close()
                return
        return
    if name == "tool":
        options["tools"] = TOOLS
    answer = client.chat.completions.create(messages=[question], **options)
    for wanted in answer.choices[0].message.tool_calls or []:
        result = weather(**json.loads(wanted.function.arguments))
        said = {"role": "tool", "tool_call_id": wanted.id, "content": result}
        messages = [question, answer.choices[0].message.model_dump(), said]
        client.chat.completions.create(messages=messages, **options)


main()
