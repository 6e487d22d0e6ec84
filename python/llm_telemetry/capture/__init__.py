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
from llm_telemetry.capture.instrumentation import flush, instrument

__all__ = [
    "call_context",
    "flush",
    "instrument",
    "record_branch",
    "record_evaluation",
    "record_feedback",
    "tool_call",
    "workflow",
]
