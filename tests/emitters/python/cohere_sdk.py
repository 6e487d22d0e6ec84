"""The Cohere SDK under OpenLLMetry."""

import json

from cohere import ClientV2
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
from opentelemetry.instrumentation.cohere import CohereInstrumentor

FUNCTION = {"name": "get_weather", "parameters": PARAMETERS}


def main() -> None:
    """Make every call."""
    provider = tracing()
    CohereInstrumentor().instrument(tracer_provider=provider)
    each(call)
    provider.shutdown()


def call(name: str, case: Case) -> None:
    """Make one call, and the second one where the model wants a tool."""
    client = ClientV2(api_key="none", base_url=URL, timeout=TIMEOUT_S)
    question = {"role": "user", "content": "How is the weather in Rome?"}
    options = {"model": case["openai"]}
    options["request_options"] = {"max_retries": retries(name)}
    if case.get("stream"):
        stream = client.chat_stream(messages=[question], **options)
        for place, _ in enumerate(stream):
            if name == "left" and place == FEW:
                stream.close()
                return
        return
    if name == "tool":
        options["tools"] = [{"type": "function", "function": FUNCTION}]
    message = client.chat(messages=[question], **options).message
    for wanted in message.tool_calls or []:
        result = weather(**json.loads(wanted.function.arguments))
        said = {"role": "tool", "tool_call_id": wanted.id, "content": result}
        client.chat(messages=[question, message, said], **options)


main()
