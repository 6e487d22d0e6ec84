"""Agents of the Microsoft Agent Framework with its own telemetry."""

import asyncio

from agent_framework import Agent
from agent_framework.observability import enable_instrumentation
from agent_framework.openai import OpenAIChatCompletionClient
from common import FEW, Case, client_options, each, tracing, weather
from openai import AsyncOpenAI


def main() -> None:
    """Make every call."""
    provider = tracing()
    enable_instrumentation()
    each(lambda name, case: asyncio.run(call(name, case)))
    provider.shutdown()


def get_weather(city: str) -> str:
    """Return the weather of a city."""
    return weather(city)


async def call(name: str, case: Case) -> None:
    """Run one agent."""
    client = OpenAIChatCompletionClient(
        model=case["openai"], async_client=AsyncOpenAI(**client_options(name))
    )
    tools = [get_weather] if name == "tool" else []
    agent = Agent(client=client, tools=tools)
    question = "How is the weather in Rome?"
    if not case.get("stream"):
        await agent.run(question)
        return
    place = 0
    async for _ in agent.run(question, stream=True):
        place += 1
        if name == "left" and place == FEW:
            return


main()
