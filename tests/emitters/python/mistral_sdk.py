"""The Mistral SDK with its own spans, or under OpenInference."""

import json
import sys

from common import (
    FEW,
    PARAMETERS,
    TIMEOUT_S,
    URL,
    Case,
    each,
    retries,
    tracing,
    weather,
)
from mistralai.client import Mistral
from mistralai.client.utils import BackoffStrategy, RetryConfig

FUNCTION = {"name": "get_weather", "parameters": PARAMETERS}


def main(instrumentation: str) -> None:
    """Make every call."""
    provider = tracing()
    if instrumentation == "openinference":
        from openinference.instrumentation.mistralai import MistralAIInstrumentor

        MistralAIInstrumentor().instrument(tracer_provider=provider)
    each(lambda name, case: call(client(name, instrumentation), name, case))
    provider.shutdown()


def client(name: str, instrumentation: str) -> Mistral:
    """Return a client, which traces itself if it is told to."""
    backoff = RetryConfig("backoff", BackoffStrategy(10, 100, 1.0, 2000), True)
    made = Mistral(
        api_key="none",
        server_url=f"{URL}/mistral",
        timeout_ms=int(TIMEOUT_S * 1000),
        retry_config=backoff if retries(name) else None,
    )
    if instrumentation == "own":
        from mistralai.extra.observability.telemetry import configure_telemetry

        configure_telemetry(made, provider="global")
    return made


def call(client: Mistral, name: str, case: Case) -> None:
    """Make one call, and the second one where the model wants a tool."""
    if name == "filtered":
        # the provider has no filter
        return
    question = {"role": "user", "content": "How is the weather in Rome?"}
    options = {"model": case["openai"]}
    if case.get("stream"):
        with client.chat.stream(messages=[question], **options) as stream:
            for place, _ in enumerate(stream):
                if name == "left" and place == FEW:
                    return
        return
    if name == "tool":
        options["tools"] = [{"type": "function", "function": FUNCTION}]
    answer = client.chat.complete(messages=[question], **options)
    message = answer.choices[0].message
    for wanted in message.tool_calls or []:
        result = weather(**json.loads(wanted.function.arguments))
        said = {"role": "tool", "tool_call_id": wanted.id, "content": result}
        client.chat.complete(messages=[question, message, said], **options)


main(sys.argv[1])
