"""The OpenAI SDK under the instrumentation that the first argument names."""

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

TOOLS = [
    {"type": "function", "function": {"name": "get_weather", "parameters": PARAMETERS}}
]


def main(instrumentation: str) -> None:
    """Make every call."""
    provider = tracing()
    if instrumentation == "official":
        from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor
    elif instrumentation == "openinference":
        from openinference.instrumentation.openai import OpenAIInstrumentor
    else:
        from opentelemetry.instrumentation.openai import OpenAIInstrumentor
    OpenAIInstrumentor().instrument(tracer_provider=provider)
    each(call)
    provider.shutdown()


def call(name: str, case: Case) -> None:
    """Make one call, and the second one where the model wants a tool."""
    from openai import OpenAI

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


main(sys.argv[1])
