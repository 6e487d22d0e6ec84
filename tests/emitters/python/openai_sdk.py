"""The OpenAI SDK under the instrumentation that the first argument names."""

import sys

from common import client_options, each, openai_call, tracing


def main(instrumentation: str) -> None:
    """Make every call."""
    provider = tracing()
    if instrumentation == "official":
        from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor
    elif instrumentation == "openinference":
        from openinference.instrumentation.openai import OpenAIInstrumentor
    else:
        from opentelemetry.instrumentation.openai import OpenAIInstrumentor
    OpenAIInstrumentor().instrument(tracer_provider=provider)
    from openai import OpenAI

    each(lambda name, case: openai_call(OpenAI(**client_options(name)), name, case))
    provider.shutdown()


main(sys.argv[1])
