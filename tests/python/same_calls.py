"""The same calls as every source of telemetry would have logged them."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

START = datetime(2026, 10, 3, 9, 0, tzinfo=UTC)
PROVIDER, REQUESTED, ANSWERED = "openai", "gpt-4o", "gpt-4o-2024-08-06"

Row = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """One attempt; a failed one has no tokens."""

    number: int
    trace: int
    session: str
    user: str
    started: datetime
    latency_ms: int
    is_failure: bool
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    reasoning_tokens: int

    @property
    def ended(self) -> datetime:
        return self.started + timedelta(milliseconds=self.latency_ms)

    @property
    def trace_id(self) -> str:
        return f"{self.trace + 1:032x}"

    @property
    def span_id(self) -> str:
        return f"{self.number + 1:016x}"

    @property
    def parent_id(self) -> str:
        return f"{self.trace + 1_000_000:016x}"

    @property
    def response_id(self) -> str:
        return f"chatcmpl-{self.number:04d}"


def calls(operations: int = 60) -> list[Call]:
    """Return calls of three days; every ninth operation fails once, then works."""
    return list(_numbered(operations))


def _numbered(operations: int) -> Iterator[Call]:
    number = 0
    for trace in range(operations):
        outcomes = [True, False] if trace % 9 == 4 else [False]
        for attempt, is_failure in enumerate(outcomes):
            answered = not is_failure
            yield Call(
                number=number,
                trace=trace,
                session=f"s{trace // 3}",
                user=f"u{trace // 6}",
                started=START + timedelta(hours=trace, seconds=30 * attempt),
                latency_ms=400 + 37 * number,
                is_failure=is_failure,
                input_tokens=answered * (100 + number),
                cached_tokens=answered * (number % 4) * 16,
                output_tokens=answered * (50 + number),
                reasoning_tokens=answered * (number % 3) * 8,
            )
            number += 1


def attributes(named: Mapping[str, object]) -> list[Row]:
    """Return attributes as OTLP/JSON spells them; what is None is not there."""
    kinds: list[tuple[type, str, Callable[[Any], object]]] = [
        (bool, "boolValue", bool),
        (int, "intValue", str),
        (float, "doubleValue", float),
        (str, "stringValue", str),
    ]
    return [
        {
            "key": key,
            "value": next({k: f(value)} for t, k, f in kinds if type(value) is t),
        }
        for key, value in named.items()
        if value is not None
    ]


def span(call: Call, kind: int, named: Mapping[str, object]) -> Row:
    """Return the span of one call."""
    nanoseconds = [
        round(at.timestamp() * 1e6) * 1000 for at in (call.started, call.ended)
    ]
    return {
        "traceId": call.trace_id,
        "spanId": call.span_id,
        "parentSpanId": call.parent_id,
        "name": f"chat {REQUESTED}",
        "kind": kind,
        "startTimeUnixNano": str(nanoseconds[0]),
        "endTimeUnixNano": str(nanoseconds[1]),
        "attributes": attributes(named),
        "status": {"code": 2} if call.is_failure else {},
    }


def known(call: Call, value: int) -> int | None:
    """Return a count of tokens; of a failed call there is none."""
    return None if call.is_failure else value


def genai(call: Call) -> Row:
    """Return the span of the official instrumentation."""
    return span(
        call,
        3,
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": PROVIDER,
            "gen_ai.request.model": REQUESTED,
            "gen_ai.response.model": ANSWERED,
            "gen_ai.response.id": None if call.is_failure else call.response_id,
            "gen_ai.usage.input_tokens": known(call, call.input_tokens),
            "gen_ai.usage.cache_read.input_tokens": known(call, call.cached_tokens),
            "gen_ai.usage.output_tokens": known(call, call.output_tokens),
            "gen_ai.usage.reasoning.output_tokens": known(call, call.reasoning_tokens),
            "gen_ai.conversation.id": call.session,
            "user.id": call.user,
            "error.type": "openai.RateLimitError" if call.is_failure else None,
        },
    )


def openinference(call: Call) -> Row:
    """Return the span of OpenInference."""
    return span(
        call,
        1,
        {
            "openinference.span.kind": "LLM",
            "llm.provider": PROVIDER,
            "llm.model_name": ANSWERED,
            "llm.invocation_parameters": json.dumps({"model": REQUESTED}),
            "llm.token_count.prompt": known(call, call.input_tokens),
            "llm.token_count.prompt_details.cache_read": known(
                call, call.cached_tokens
            ),
            "llm.token_count.completion": known(call, call.output_tokens),
            "llm.token_count.completion_details.reasoning": known(
                call, call.reasoning_tokens
            ),
            "session.id": call.session,
            "user.id": call.user,
        },
    ) | (
        {"events": [exception(call, "openai.RateLimitError")]}
        if call.is_failure
        else {}
    )


def exception(call: Call, name: str) -> Row:
    """Return the event that instrumentations record of an error."""
    return {
        "name": "exception",
        "timeUnixNano": str(round(call.ended.timestamp() * 1e6) * 1000),
        "attributes": attributes({"exception.type": name}),
    }


def openllmetry(call: Call) -> Row:
    """Return the span of OpenLLMetry."""
    own = "traceloop.association.properties"
    return span(
        call,
        3,
        {
            "llm.request.type": "chat",
            "gen_ai.system": "OpenAI",
            "gen_ai.request.model": REQUESTED,
            "gen_ai.response.model": ANSWERED,
            "gen_ai.response.id": None if call.is_failure else call.response_id,
            "gen_ai.usage.prompt_tokens": known(call, call.input_tokens),
            "gen_ai.usage.cache_read_input_tokens": known(call, call.cached_tokens),
            "gen_ai.usage.completion_tokens": known(call, call.output_tokens),
            "gen_ai.usage.reasoning_tokens": known(call, call.reasoning_tokens),
            f"{own}.session_id": call.session,
            f"{own}.user_id": call.user,
            "error.type": "RateLimitError" if call.is_failure else None,
        },
    )


def litellm(call: Call) -> Row:
    """Return the row of LiteLLM's spend log; its zeros say nothing was counted."""
    told = {"error_class": "RateLimitError", "error_code": "429"}
    usage = {
        "prompt_tokens_details": {"cached_tokens": call.cached_tokens},
        "completion_tokens_details": {"reasoning_tokens": call.reasoning_tokens},
    }
    return {
        "request_id": call.span_id if call.is_failure else call.response_id,
        "call_type": "acompletion",
        "session_id": call.session,
        "trace_id": call.trace_id,
        "end_user": call.user,
        "custom_llm_provider": PROVIDER,
        "model": ANSWERED,
        "model_group": REQUESTED,
        "startTime": call.started.isoformat(),
        "endTime": call.ended.isoformat(),
        "prompt_tokens": call.input_tokens,
        "completion_tokens": call.output_tokens,
        "total_tokens": call.input_tokens + call.output_tokens,
        "spend": 0,
        "cache_hit": "False",
        "status": "failure" if call.is_failure else "success",
        "metadata": json.dumps(
            {"error_information": told} if call.is_failure else {"usage_object": usage}
        ),
    }


def langfuse(call: Call) -> Row:
    """Return the observation of Langfuse, whose buckets of tokens are disjoint."""
    usage = {
        "input": call.input_tokens - call.cached_tokens,
        "input_cached_tokens": call.cached_tokens,
        "output": call.output_tokens - call.reasoning_tokens,
        "output_reasoning_tokens": call.reasoning_tokens,
    }
    return {
        "id": call.span_id,
        "trace_id": call.trace_id,
        "parent_observation_id": call.parent_id,
        "type": "GENERATION",
        "start_time": call.started.isoformat(),
        "end_time": call.ended.isoformat(),
        "session_id": call.session,
        "user_id": call.user,
        "provided_model_name": ANSWERED,
        "level": "ERROR" if call.is_failure else "DEFAULT",
        "status_message": "RateLimitError: 429" if call.is_failure else None,
        "usage_details": {} if call.is_failure else usage,
    }


def phoenix(call: Call) -> Row:
    """Return the row of Phoenix's span table, a column for every attribute."""
    counts = {
        "prompt": call.input_tokens,
        "prompt_details.cache_read": call.cached_tokens,
        "completion": call.output_tokens,
        "completion_details.reasoning": call.reasoning_tokens,
    }
    return {
        "context.trace_id": call.trace_id,
        "context.span_id": call.span_id,
        "parent_id": call.parent_id,
        "name": "ChatCompletion",
        "span_kind": "LLM",
        "start_time": call.started,
        "end_time": call.ended,
        "status_code": "ERROR" if call.is_failure else "OK",
        "status_message": "RateLimitError: 429" if call.is_failure else "",
        "attributes.llm.provider": PROVIDER,
        "attributes.llm.model_name": ANSWERED,
        "attributes.llm.invocation_parameters": json.dumps({"model": REQUESTED}),
        "attributes.session.id": call.session,
        "attributes.user.id": call.user,
    } | {
        f"attributes.llm.token_count.{name}": known(call, count)
        for name, count in counts.items()
    }


def mlflow(call: Call) -> Row:
    """Return the trace of MLflow, whose attributes are JSON in strings."""
    nanoseconds = [
        round(at.timestamp() * 1e6) * 1000 for at in (call.started, call.ended)
    ]
    usage = {
        "input_tokens": call.input_tokens,
        "output_tokens": call.output_tokens,
        "total_tokens": call.input_tokens + call.output_tokens,
        "cache_read_input_tokens": call.cached_tokens,
    }
    details = {"completion_tokens_details": {"reasoning_tokens": call.reasoning_tokens}}
    told = {
        "mlflow.spanType": "CHAT_MODEL",
        "mlflow.llm.model": ANSWERED,
        "mlflow.llm.provider": PROVIDER,
        "mlflow.spanInputs": {"model": REQUESTED},
        "mlflow.spanOutputs": None if call.is_failure else {"usage": details},
        "mlflow.chat.tokenUsage": None if call.is_failure else usage,
    }
    ids = {"span_id": call.span_id, "parent_span_id": call.parent_id}
    span = {
        "start_time_unix_nano": nanoseconds[0],
        "end_time_unix_nano": nanoseconds[1],
        "status": {"code": "STATUS_CODE_OK"}
        if not call.is_failure
        else {"code": "STATUS_CODE_ERROR", "message": "RateLimitError: 429"},
        "attributes": {
            name: json.dumps(value) for name, value in told.items() if value is not None
        },
    } | {
        name: base64.b64encode(bytes.fromhex(key)).decode() for name, key in ids.items()
    }
    owner = {"mlflow.trace.session": call.session, "mlflow.trace.user": call.user}
    info = {"trace_id": f"tr-{call.trace_id}", "trace_metadata": owner}
    return {"info": info, "data": {"spans": [span]}}


def write_spans(folder: Path, dialect: Callable[[Call], Row]) -> None:
    """Write the calls as OTLP/JSON lines, sixteen spans a line."""
    spans = [dialect(call) for call in calls()]
    lines = [
        {"resourceSpans": [{"scopeSpans": [{"spans": spans[at : at + 16]}]}]}
        for at in range(0, len(spans), 16)
    ]
    write_lines(folder / "spans.jsonl", lines)


def write_lines(file: Path, rows: list[Row]) -> None:
    """Write JSON lines."""
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
