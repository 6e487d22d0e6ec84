"""smolagents under OpenInference: its model, and its agent where a tool is wanted."""

from common import FEW, Case, client_options, each, tracing, weather
from openinference.instrumentation.smolagents import SmolagentsInstrumentor
from smolagents import OpenAIModel, ToolCallingAgent, tool


def main() -> None:
    """Make every call."""
    provider = tracing()
    SmolagentsInstrumentor().instrument(tracer_provider=provider)
    each(call)
    provider.shutdown()


@tool
def get_weather(city: str) -> str:
    """Return the weather of a city.

    Args:
        city: its name
    """
    return weather(city)


def call(name: str, case: Case) -> None:
    """Make one call, or let an agent make two."""
    options = client_options(name)
    limits = {key: options[key] for key in ("timeout", "max_retries")}
    model = OpenAIModel(
        model_id=case["openai"],
        api_base=options["base_url"],
        api_key=options["api_key"],
        client_kwargs=limits,
        retry=False,
    )
    question = "How is the weather in Rome?"
    messages = [{"role": "user", "content": [{"type": "text", "text": question}]}]
    if name == "tool":
        ToolCallingAgent(tools=[get_weather], model=model, max_steps=1).run(question)
    elif case.get("stream"):
        stream = model.generate_stream(messages)
        for place, _ in enumerate(stream):
            if name == "left" and place == FEW:
                stream.close()
                return
    else:
        model.generate(messages)


main()
