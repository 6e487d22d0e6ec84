"""DSPy's language model under OpenInference."""

import dspy
from common import TIMEOUT_S, URL, Case, each, retries, tracing
from openinference.instrumentation.dspy import DSPyInstrumentor


def main() -> None:
    """Make every call."""
    provider = tracing()
    DSPyInstrumentor().instrument(tracer_provider=provider)
    each(call)
    provider.shutdown()


def call(name: str, case: Case) -> None:
    """Make one call; streams and tools it has only by prompts of its own."""
    if case.get("stream") or name == "tool":
        return
    model = dspy.LM(
        f"openai/{case['openai']}",
        api_key="none",
        api_base=f"{URL}/v1",
        timeout=TIMEOUT_S,
        num_retries=retries(name),
        cache=False,
    )
    model("How is the weather in Rome?")


main()
