"""How a call ended, as ``otlp_is_failure`` and the outcomes of a run say."""

import re

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import StatusCode

from llm_telemetry.capture.content import ABANDONED
from llm_telemetry.capture.span_fields import (
    Fields,
    count,
    error_code,
    exceptions,
    finish_reason,
    is_true,
)

CALLER_GONE = re.compile(
    r"generator.?exit|abort.?error|client.?(?:has.)?disconnect|client.?abort"
    r"|broken.?pipe|keyboard.?interrupt|response.?aborted|cancell?ed|\b499\b",
    re.I,
)
FAILED_REASONS = ("error", "failed")


def status_of(
    fields: Fields, span: ReadableSpan, has_first_chunk: bool, is_unset_failed: bool
) -> str:
    """Return ok, error, abandoned or unknown.

    ``is_unset_failed`` says that a failed call of this instrumentation has no status.
    """
    reason, output = finish_reason(fields), count(fields, "completion_tokens")
    is_answered = bool(output) or bool(reason and reason not in FAILED_REASONS)
    has_error = span.status.status_code is StatusCode.ERROR
    has_ok = span.status.status_code is StatusCode.OK
    code, raised = error_code(fields), any(exceptions(span))
    is_failed = (
        reason in FAILED_REASONS
        or (has_error and (not is_answered or raised or code is not None))
        or (code is not None and not (is_answered and has_ok))
        or (raised and not is_answered)
        or (
            is_unset_failed and not (is_answered or has_ok or fields.get("response_id"))
        )
    )
    if is_failed:
        words = " ".join([code or "", *exceptions(span)])
        is_gone = span.status.description == ABANDONED or CALLER_GONE.search(words)
        return "abandoned" if is_gone else "error"
    is_streaming = is_true(fields.get("is_streaming")) or has_first_chunk
    has_input = not is_streaming and count(fields, "prompt_tokens") is not None
    if reason or output is not None or has_input:
        return "ok"
    if is_streaming:
        return "abandoned"
    if fields.get("response_id"):
        return "ok"
    return "unknown" if has_ok else "abandoned"


def error_type_of(fields: Fields, span: ReadableSpan) -> str:
    """Return what names the error of a failed call."""
    return error_code(fields) or next(exceptions(span), "") or "_OTHER"
