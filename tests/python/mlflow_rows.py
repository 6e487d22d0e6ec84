"""Traces as MLflow exports them: a span for every rule of the adapter."""

import base64
import json

from staged_sources import Row

TRACE = "tr-8834b7c5f68a6b3d2207e942294bbbe9"
START = 1_795_978_466_000_000_000
MS = 1_000_000
ASKED = {"model": "gpt-4o", "temperature": 0.5, "max_tokens": 64, "messages": "SECRET"}


def number(name: str) -> str:
    """Return the id of a span in hexadecimal digits."""
    return f"{sum(ord(letter) * 257**at for at, letter in enumerate(name)):016x}"[-16:]


def encoded(name: str) -> str:
    return base64.b64encode(bytes.fromhex(number(name))).decode()


def told(attributes: Row) -> Row:
    """Return attributes as MLflow writes them: every value as JSON in a string."""
    return {f"mlflow.{name}": json.dumps(value) for name, value in attributes.items()}


def span(
    name: str, kind: str, parent: str | None = None, ms: int = 800, **attributes: object
) -> Row:
    """Return one span of a trace as MLflow 3 writes it."""
    return {
        "trace_id": "iDS3xfaKaz0iB+lCKUu76Q==",
        "span_id": encoded(name),
        "parent_span_id": encoded(parent) if parent else None,
        "name": name,
        "start_time_unix_nano": START,
        "end_time_unix_nano": START + ms * MS,
        "events": [],
        "status": {"code": "STATUS_CODE_OK", "message": ""},
        "attributes": told({"spanType": kind, "traceRequestId": TRACE} | attributes),
    }


def called(name: str, parent: str | None = "root", **attributes: object) -> Row:
    """Return a call that was answered."""
    own = {
        "llm.model": "gpt-4o-2024-08-06",
        "llm.provider": "openai",
        "spanInputs": ASKED,
        "spanOutputs": {"id": name, "choices": [{"finish_reason": "stop"}]},
        "chat.tokenUsage": used(100, 20),
    }
    return span(name, "CHAT_MODEL", parent, **(own | attributes))


def used(prompt: int, completion: int, total: int | None = None, **parts: int) -> Row:
    named = {"input_tokens": prompt, "output_tokens": completion}
    parts = {f"{name}_input_tokens": count for name, count in parts.items()}
    return named | {"total_tokens": total or prompt + completion} | parts


def wrong(name: str, error: str, message: str) -> Row:
    """Return a call that failed, as the exception left it."""
    raised = {"exception.type": error, "exception.message": message}
    return span(name, "CHAT_MODEL", "root", spanInputs=ASKED) | {
        "status": {"code": "STATUS_CODE_ERROR", "message": f"{error}: {message}"},
        "events": [
            {"name": "exception", "time_unix_nano": START, "attributes": raised}
        ],
    }


def chunk(place: int, ms: int) -> Row:
    return {
        "name": f"mlflow.chunk.item.{place}",
        "time_unix_nano": START + ms * MS,
        "attributes": {"mlflow.chunk.value": "SECRET"},
    }


def judged(key: str, value: object, **fields: object) -> Row:
    return {
        "assessment_id": key,
        "assessment_name": key,
        "trace_id": TRACE,
        "source": {"source_type": "HUMAN", "source_id": "ann@example.com"},
        "create_time": "2026-11-29T18:54:35.424Z",
        "last_update_time": "2026-11-29T18:54:35.424Z",
        "feedback": {"value": value},
        "rationale": "SECRET",
        "valid": True,
    } | fields


LANGCHAIN = {
    "generations": [
        [
            {
                "generation_info": {"finish_reason": "length"},
                "message": {
                    "usage_metadata": {"output_token_details": {"reasoning": 7}}
                },
            }
        ]
    ]
}
RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "status": "completed",
    "usage": {"output_tokens_details": {"reasoning_tokens": 15}},
}
SPANS = [
    span("root", "AGENT", spanInputs={"q": "SECRET"}),
    called("plain"),
    span(
        "outer",
        "CHAT_MODEL",
        "root",
        **{"chat.tokenUsage": used(50, 5)},
        invocation_params={"model": "gpt-4o"},
    ),
    span("chain", "CHAIN", "outer"),
    called("inner", "chain", **{"chat.tokenUsage": used(50, 5)}),
    called(
        "cached",
        **{"chat.tokenUsage": used(7050, 30, cache_read=6000, cache_creation=1000)},
    ),
    called("net", **{"chat.tokenUsage": used(50, 30, cache_read=6000)}),
    called("paid", **{"llm.cost": {"input_cost": 0.25, "total_cost": 0.5}}),
    called("streamed", spanInputs=ASKED | {"stream": True})
    | {"events": [chunk(0, 250), chunk(1, 400)]},
    called("responded", spanOutputs=RESPONSE),
    called("chained", spanInputs=[["SECRET"]], spanOutputs=LANGCHAIN),
    called("blocked", spanOutputs={"choices": [{"finish_reason": "content_filter"}]}),
    called("odd", **{"chat.tokenUsage": {"input_tokens": "many"}}),
    called("silent", **{"chat.tokenUsage": used(0, 0)}),
    wrong("limited", "RateLimitError", "Error code: 429 SECRET"),
    wrong("late", "APITimeoutError", "Request timed out. SECRET"),
    wrong("down", "InternalServerError", "Error code: 500 SECRET"),
    called("asker"),
    span("find", "TOOL", "asker", 40),
    span("embedded", "EMBEDDING", "root", **{"chat.tokenUsage": used(9, 0)}),
    called("last") | {"start_time_unix_nano": START + 5 * MS},
]
INFO = {
    "trace_id": TRACE,
    "request_time": "2026-11-29T18:54:26.656Z",
    "state": "ERROR",
    "trace_metadata": {
        "mlflow.trace.user": "ann@example.com",
        "mlflow.trace.session": "s1",
        "mlflow.user": "root",
        "mlflow.traceInputs": "SECRET",
        "region": "eu",
    },
    "tags": {
        "mlflow.traceName": "agent",
        "mlflow.linkedPrompts": '[{"name": "greet", "version": "3"}]',
        "segment": "smb",
    },
    "assessments": [
        judged("correct", True),
        judged("score", 0.75, span_id=number("plain")),
        judged("tone", "polite"),
        judged("old", 0.1, valid=False),
        judged("right", None, feedback=None, expectation={"value": "SECRET"}),
    ],
    "request_preview": "SECRET",
}
TRACED = {"info": INFO, "data": {"spans": SPANS}}
OLD = {
    "info": {
        "request_id": "tr-old",
        "timestamp_ms": START // MS,
        "request_metadata": {"mlflow.trace.session": "s2"},
        "tags": {"mlflow.traceName": "bot", "use_case": "faq"},
    },
    "data": {
        "spans": [
            {
                "name": "ChatOpenAI",
                "context": {"span_id": f"0x{number('old')}", "trace_id": "0x12"},
                "parent_id": None,
                "start_time": START,
                "end_time": START + 90 * MS,
                "status_code": "ERROR",
                "status_message": "Error code: 429",
                "attributes": told(
                    {
                        "traceRequestId": "tr-old",
                        "spanType": "CHAT_MODEL",
                        "spanInputs": {"model": "claude-3"},
                    }
                ),
                "events": [],
            }
        ],
    },
}
ROW = {
    "trace_id": "tr-table",
    "span_id": number("row"),
    "type": "LLM",
    "start_time_unix_nano": START,
    "total_cost": 0.125,
    "session_id": "s3",
    "content": json.dumps(
        called("row", None, traceRequestId="tr-table", **{"llm.model": "openai/gpt-4o"})
    ),
}
