"""What the programs of all emitters share: where to export, how to make calls."""

import json
import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

Case = dict[str, Any]
CASES: dict[str, Case] = tomllib.loads(
    Path(__file__).parents[1].joinpath("cases.toml").read_text()
)
URL = os.environ["PROVIDER_URL"]
TIMEOUT_S = 1.0
# read before the reader leaves
FEW = 3
PARAMETERS = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
}


def weather(city: str) -> str:
    """Return the weather of a city, which is what the tool of the cases does."""
    return f"sunny in {city}"


def tracing() -> Any:
    """Set the tracer provider that exports over OTLP, and return it."""
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return provider


def retries(name: str) -> int:
    """Return how often a client may try again."""
    return int(name == "retried")


def each(call: Callable[[str, Case], object]) -> None:
    """Make the call of every case; a case that fails is meant to."""
    for name, case in CASES.items():
        try:
            call(name, case)
        except Exception as error:
            print(f"{name}: {type(error).__name__}: {str(error)[:160]}")


def client_options(name: str) -> dict[str, Any]:
    """Return the options of a client with the interface of the OpenAI SDK."""
    return {
        "api_key": "none",
        "base_url": f"{URL}/v1",
        "timeout": TIMEOUT_S,
        "max_retries": retries(name),
    }


def openai_call(client: Any, name: str, case: Case) -> None:
    """Make one call with such a client, and a second one where it wants a tool."""
    question = {"role": "user", "content": "How is the weather in Rome?"}
    options: dict[str, Any] = {"model": case["openai"]}
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
        tool = {"name": "get_weather", "parameters": PARAMETERS}
        options["tools"] = [{"type": "function", "function": tool}]
    answer = client.chat.completions.create(messages=[question], **options)
    for wanted in answer.choices[0].message.tool_calls or []:
        result = weather(**json.loads(wanted.function.arguments))
        said = {"role": "tool", "tool_call_id": wanted.id, "content": result}
        messages = [question, answer.choices[0].message.model_dump(), said]
        client.chat.completions.create(messages=messages, **options)
