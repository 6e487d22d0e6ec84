"""Haystack's generator in a pipeline, and its agent, under OpenInference."""

from common import PARAMETERS, Case, client_options, each, tracing, weather
from haystack import Pipeline
from haystack.components.agents import Agent
from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.dataclasses import ChatMessage
from haystack.tools import Tool
from haystack.utils import Secret
from openinference.instrumentation.haystack import HaystackInstrumentor


def main() -> None:
    """Make every call."""
    provider = tracing()
    HaystackInstrumentor().instrument(tracer_provider=provider)
    each(call)
    provider.shutdown()


def print_nothing(chunk: object) -> None:
    """Take a piece of a stream."""


def call(name: str, case: Case) -> None:
    """Run one pipeline; the reader of its stream cannot leave."""
    if name == "left":
        return
    options = client_options(name)
    generator = OpenAIChatGenerator(
        api_key=Secret.from_token(options["api_key"]),
        api_base_url=options["base_url"],
        model=case["openai"],
        timeout=options["timeout"],
        max_retries=options["max_retries"],
        streaming_callback=print_nothing if case.get("stream") else None,
        generation_kwargs={"stream_options": {"include_usage": True}}
        if case.get("stream")
        else None,
    )
    component = generator
    if name == "tool":
        tool = Tool("get_weather", "The weather of a city", PARAMETERS, weather)
        component = Agent(chat_generator=generator, tools=[tool])
    pipeline = Pipeline()
    pipeline.add_component("answer", component)
    messages = [ChatMessage.from_user("How is the weather in Rome?")]
    pipeline.run({"answer": {"messages": messages}})


main()
