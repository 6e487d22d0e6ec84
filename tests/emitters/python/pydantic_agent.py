"""Agents of pydantic-ai with its own instrumentation."""

import asyncio

from common import FEW, TIMEOUT_S, URL, Case, each, retries, tracing, weather
from openai import AsyncOpenAI
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider


def main() -> None:
    """Make every call."""
    provider = tracing()
    Agent.instrument_all()
    each(lambda name, case: asyncio.run(call(name, case)))
    provider.shutdown()


def get_weather(city: str) -> str:
    """Return the weather of a city."""
    return weather(city)


async def call(name: str, case: Case) -> None:
    """Run one agent."""
    client = AsyncOpenAI(
        api_key="none",
        base_url=f"{URL}/v1",
        timeout=TIMEOUT_S,
        max_retries=retries(name),
    )
    model = OpenAIChatModel(
        case["openai"], provider=OpenAIProvider(openai_client=client)
    )
    agent = Agent(model, tools=[get_weather] if name == "tool" else [])
    question = "How is the weather in Rome?"
    if not case.get("stream"):
        await agent.run(question)
        return
    async with agent.run_stream(question) as run:
        place = 0
        async for _ in run.stream_text(delta=True, debounce_by=None):
            place += 1
            if name == "left" and place == FEW:
                return


main()
