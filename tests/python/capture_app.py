"""An app that captures everything there is; tests run it and read what it landed.

It records content on purpose, for an exporter of its own: none of it may be landed.
It prints what that exporter saw, what the server received and what was switched on.
"""

import asyncio
import gc
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))
os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "SPAN_AND_EVENT"

import openai
from local_server import serving
from openai.types.chat import ChatCompletionMessageParam
from opentelemetry import propagate, trace
from opentelemetry._logs import LogRecord, get_logger
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from llm_telemetry.capture import (
    call_context,
    instrument,
    record_branch,
    record_evaluation,
    record_feedback,
    tool_call,
    workflow,
)

MARKER = "xyzzy-4711"
MESSAGES: list[ChatCompletionMessageParam] = [
    {"role": "user", "content": f"What is {MARKER}?"}
]


def main(landing: str) -> None:
    """Capture, call, and print what is needed to judge what was landed."""
    own = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(own))
    trace.set_tracer_provider(provider)
    switched_on = instrument(landing)
    again = instrument(landing)
    with serving() as (url, headers):
        with openai.OpenAI(base_url=url, api_key="none", max_retries=0) as client:
            nested(client)
            threads(client)
            refused(client)
            abandoned(client)
            response_id = steps(client)
        asyncio.run(tasks(url))
    injected: dict[str, str] = {}
    with call_context(user_id="user-of-the-header"), workflow("outgoing"):
        propagate.inject(injected)
    report = {
        "switched_on": switched_on,
        "again": again,
        "headers": headers,
        "injected": injected,
        "response_id": response_id,
        "seen_by_the_app": [span.to_json() for span in own.get_finished_spans()],
    }
    print(json.dumps(report))


def ask(client: openai.OpenAI, wanted: str = "") -> str:
    """Ask for the answer to the marker; return the id of the response."""
    return client.chat.completions.create(
        model="gpt-5", messages=MESSAGES, extra_headers={"X-Answer": wanted}
    ).id


def nested(client: openai.OpenAI) -> None:
    """Call in a block, in a block inside of it, and after that."""
    with call_context(session_id="nested", use_case="outer", propensity=0.25):
        # a type that attributes do not take
        prompt: Any = UUID(int=7)
        with call_context(use_case="inner", retry_index=1, prompt_id=prompt):
            ask(client)
        ask(client)
    ask(client)


def threads(client: openai.OpenAI) -> None:
    """Call in a thread and in a pool whose workers serve two sessions."""
    with call_context(session_id="thread"):
        thread = Thread(target=ask, args=[client])
        thread.start()
        thread.join()
    with ThreadPoolExecutor(1) as pool:
        for session in ("pool-1", "pool-2"):
            with call_context(session_id=session):
                pool.submit(ask, client).result()


async def tasks(url: str) -> None:
    """Call in tasks that run at the same time."""
    async with openai.AsyncOpenAI(base_url=url, api_key="none") as client:

        async def serve(session: str) -> None:
            with call_context(session_id=session):
                await asyncio.sleep(0)
                await client.chat.completions.create(model="gpt-5", messages=MESSAGES)

        await asyncio.gather(serve("task-1"), serve("task-2"))


def refused(client: openai.OpenAI) -> None:
    """Be refused by the provider, which quotes the prompt, and be over the limit."""
    with call_context(session_id="filtered"), suppress(openai.BadRequestError):
        ask(client, "filtered")
    with call_context(session_id="limited"), suppress(openai.RateLimitError):
        ask(client, "limited")


def abandoned(client: openai.OpenAI) -> None:
    """Read one piece of a stream and forget about it."""
    with call_context(session_id="abandoned"):
        stream = client.chat.completions.create(
            model="gpt-5", messages=MESSAGES, stream=True
        )
        next(iter(stream))
        del stream
        gc.collect()


def steps(client: openai.OpenAI) -> str:
    """Decide, fail in a tool, evaluate; some of it outside of any span."""
    with call_context(session_id="steps"), workflow("support"):
        response_id = ask(client)
        record_branch("classify", "look_up", "is_billing", True)
        with suppress(LookupError), tool_call("find_invoice"):
            raise LookupError(f"no invoice {MARKER}")
        with tool_call("send_mail"):
            pass
        record_evaluation("toxicity", 0, "pass", evaluator="judge-1")
    record_branch("look_up", "answer", "is_found", False)
    # an event of the app is landed without its text, what it logs is not landed at all
    for name in ("app.note", None):
        get_logger("app").emit(LogRecord(event_name=name, body=MARKER))
    record_feedback(-1, "thumbs_down", response_id=response_id)
    return response_id


if __name__ == "__main__":
    main(sys.argv[1])
