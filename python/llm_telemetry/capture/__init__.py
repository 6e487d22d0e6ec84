"""Capture telemetry inside an app; needs the extra ``capture``.

docs/guides/capture.md shows how.
"""

from llm_telemetry.capture.context import call_context
from llm_telemetry.capture.events import (
    record_branch,
    record_evaluation,
    record_feedback,
    tool_call,
    workflow,
)
from llm_telemetry.capture.instrumentation import (
    flush,
    instrument,
    metrics_url,
    track_calls,
)

__all__ = [
    "call_context",
    "flush",
    "instrument",
    "metrics_url",
    "record_branch",
    "record_evaluation",
    "record_feedback",
    "tool_call",
    "track_calls",
    "workflow",
]
