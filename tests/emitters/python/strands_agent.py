"""Agents of Strands with their own telemetry."""

from common import TIMEOUT_S, URL, Case, each, retries, tracing, weather
from strands import Agent, tool
from strands.models.openai import OpenAIModel


def main() -> None:
    """Make every call."""
    provider = tracing()
    each(call)
    provider.shutdown()


@tool
def get_weather(city: str) -> str:
    """Return the weather of a city."""
    return weather(city)


def call(name: str, case: Case) -> None:
    """Run one agent; it always streams, and its reader cannot leave."""
    client = {
        "api_key": "none",
        "base_url": f"{URL}/v1",
        "timeout": TIMEOUT_S,
        "max_retries": retries(name),
    }
    if name == "left":
        return
    model = OpenAIModel(client_args=client, model_id=case["openai"])
    tools = [get_weather] if name == "tool" else []
    agent = Agent(model=model, tools=tools, callback_handler=None, retry_strategy=None)
    agent("How is the weather in Rome?")


main()
