"""LlamaIndex's model, and its agent where a tool is wanted, under OpenInference."""

import asyncio

from common import FEW, Case, client_options, each, tracing, weather
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.llms import ChatMessage
from llama_index.llms.openai import OpenAI
from openinference.instrumentation.llama_index import LlamaIndexInstrumentor

QUESTION = "How is the weather in Rome?"


def main() -> None:
    """Make every call."""
    provider = tracing()
    LlamaIndexInstrumentor().instrument(tracer_provider=provider)
    each(call)
    provider.shutdown()


def get_weather(city: str) -> str:
    """Return the weather of a city."""
    return weather(city)


def call(name: str, case: Case) -> None:
    """Make one call, or run the agent."""
    options = client_options(name)
    model = OpenAI(
        model=case["openai"],
        api_key=options["api_key"],
        api_base=options["base_url"],
        timeout=options["timeout"],
        max_retries=options["max_retries"],
        additional_kwargs={"stream_options": {"include_usage": True}}
        if case.get("stream")
        else {},
    )
    if name == "tool":
        asyncio.run(answered(model))
    elif case.get("stream"):
        stream = model.stream_chat([ChatMessage(QUESTION)])
        for place, _ in enumerate(stream):
            if name == "left" and place == FEW:
                stream.close()
                return
    else:
        model.chat([ChatMessage(QUESTION)])


async def answered(model: OpenAI) -> None:
    """Let an agent use the tool; it does not stream."""
    agent = FunctionAgent(llm=model, tools=[get_weather], streaming=False)
    await agent.run(QUESTION)


main()
