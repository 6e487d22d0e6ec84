"""Langfuse's drop-in client for OpenAI, exporting over OTLP."""

import os

# its exporter sends to the host's own path
os.environ["LANGFUSE_BASE_URL"] = os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"]
os.environ["LANGFUSE_HOST"] = os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"]
os.environ["LANGFUSE_PUBLIC_KEY"] = os.environ["LANGFUSE_SECRET_KEY"] = "none"

from common import client_options, each, openai_call
from langfuse import get_client
from langfuse.openai import OpenAI


def main() -> None:
    """Make every call."""
    each(lambda name, case: openai_call(OpenAI(**client_options(name)), name, case))
    get_client().shutdown()


main()
