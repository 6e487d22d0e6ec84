"""Logfire's instrumentation of the OpenAI SDK, exporting over OTLP."""

import logfire
from common import client_options, each, openai_call
from openai import OpenAI


def main() -> None:
    """Make every call."""
    # it exports wherever the standard variables say
    logfire.configure(send_to_logfire=False, console=False)
    logfire.instrument_openai()
    each(lambda name, case: openai_call(OpenAI(**client_options(name)), name, case))
    logfire.shutdown()


main()
