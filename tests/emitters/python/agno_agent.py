"""Agents of Agno under OpenInference."""

from agno.agent import Agent
from agno.models.openai import OpenAIChat
from common import FEW, Case, client_options, each, tracing, weather
from openinference.instrumentation.agno import AgnoInstrumentor


def main() -> None:
    """Make every call."""
    provider = tracing()
    AgnoInstrumentor().instrument(tracer_provider=provider)
    each(call)
    provider.shutdown()


def get_weather(city: str) -> str:
    """Return the weather of a city."""
    return weather(city)


def call(name: str, case: Case) -> None:
    """Run one agent."""
    model = OpenAIChat(id=case["openai"], **client_options(name))
    tools = [get_weather] if name == "tool" else []
    agent = Agent(model=model, tools=tools, telemetry=False)
    question = "How is the weather in Rome?"
    if not case.get("stream"):
        agent.run(question, user_id="user", session_id="session")
        return
    stream = agent.run(question, stream=True, user_id="user", session_id="session")
    for place, _ in enumerate(stream):
        if name == "left" and place == FEW:
            stream.close()
            return


main()
