"""The Anthropic SDK, which writes spans by itself, alone or instrumented."""

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

TOOLS = [{"name": "get_weather", "input_schema": PARAMETERS}]


def main(instrumentation: str) -> None:
    """Make every call."""
    provider = tracing()
    if instrumentation == "openllmetry":
        from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor

        AnthropicInstrumentor().instrument(tracer_provider=provider)
    each(call)
    provider.shutdown()


def call(name: str, case: Case) -> None:
    """Make one call, and the second one where the model wants a tool."""
    from anthropic import Anthropic

    client = Anthropic(
        api_key="none", base_url=URL, timeout=TIMEOUT_S, max_retries=retries(name)
    )
    question = {"role": "user", "content": "How is the weather in Rome?"}
    options = {"model": case["anthropic"], "max_tokens": 500}
    if case.get("stream"):
        stream = client.messages.create(messages=[question], stream=True, **options)
        for place, _ in enumerate(stream):
            if name == "left" and place == FEW:
                stream.close()
                return
        return
    if name == "tool":
        options["tools"] = TOOLS
    answer = client.messages.create(messages=[question], **options)
    for block in answer.content:
        if block.type == "tool_use":
            said = {
                "type": "tool_result",
                "tool_use_id": block.id,
                "content": weather(**block.input),
            }
            said = {"role": "user", "content": [said]}
            asked = {"role": "assistant", "content": [block.model_dump()]}
            client.messages.create(messages=[question, asked, said], **options)


main(sys.argv[1])
