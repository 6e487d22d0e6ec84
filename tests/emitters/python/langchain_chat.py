"""LangChain's chat model under the instrumentation that the first argument names."""

import sys

from common import FEW, TIMEOUT_S, URL, Case, each, retries, tracing, weather


def main(instrumentation: str) -> None:
    """Make every call."""
    provider = tracing()
    if instrumentation == "openinference":
        from openinference.instrumentation.langchain import LangChainInstrumentor

        LangChainInstrumentor().instrument(tracer_provider=provider)
    each(call)
    if instrumentation == "langsmith":
        from langchain_core.tracers.langchain import wait_for_all_tracers

        wait_for_all_tracers()
    provider.shutdown()


def get_weather(city: str) -> str:
    """Return the weather of a city."""
    return weather(city)


def call(name: str, case: Case) -> None:
    """Make one call, and the second one where the model wants a tool."""
    from langchain_core.messages import HumanMessage
    from langchain_core.tools import tool
    from langchain_openai import ChatOpenAI

    chat = ChatOpenAI(
        api_key="none",
        base_url=f"{URL}/v1",
        model=case["openai"],
        timeout=TIMEOUT_S,
        max_retries=retries(name),
        stream_usage=True,
        use_responses_api=False,
    )
    messages = [HumanMessage("How is the weather in Rome?")]
    if case.get("stream"):
        stream = chat.stream(messages)
        for place, _ in enumerate(stream):
            if name == "left" and place == FEW:
                stream.close()
                return
        return
    if name != "tool":
        chat.invoke(messages)
        return
    able = tool(get_weather)
    answer = chat.bind_tools([able]).invoke(messages)
    results = [able.invoke(wanted) for wanted in answer.tool_calls]
    chat.bind_tools([able]).invoke([*messages, answer, *results])


main(sys.argv[1])
