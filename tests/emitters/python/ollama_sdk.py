"""The Ollama SDK, which never tries again, under OpenLLMetry."""

from common import FEW, PARAMETERS, TIMEOUT_S, URL, Case, each, tracing, weather
from ollama import Client
from opentelemetry.instrumentation.ollama import OllamaInstrumentor

FUNCTION = {"name": "get_weather", "parameters": PARAMETERS}


def main() -> None:
    """Make every call."""
    provider = tracing()
    OllamaInstrumentor().instrument(tracer_provider=provider)
    each(call)
    provider.shutdown()


def call(name: str, case: Case) -> None:
    """Make one call, and the second one where the model wants a tool."""
    if name == "filtered":
        # the provider has no filter
        return
    client = Client(host=URL, timeout=TIMEOUT_S)
    question = {"role": "user", "content": "How is the weather in Rome?"}
    options = {"model": case["openai"]}
    if case.get("stream"):
        stream = client.chat(messages=[question], stream=True, **options)
        for place, _ in enumerate(stream):
            if name == "left" and place == FEW:
                stream.close()
                return
        return
    if name == "tool":
        options["tools"] = [{"type": "function", "function": FUNCTION}]
    message = client.chat(messages=[question], **options).message
    for wanted in message.tool_calls or []:
        result = weather(**wanted.function.arguments)
        said = {"role": "tool", "tool_name": "get_weather", "content": result}
        client.chat(messages=[question, message, said], **options)


main()
