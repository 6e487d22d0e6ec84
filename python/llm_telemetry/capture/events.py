"""Record what no instrumentation sees: branches, tools, evaluations, feedback."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from opentelemetry import trace
from opentelemetry._logs import LogRecord, SeverityNumber, get_logger
from opentelemetry.util.genai.handler import TelemetryHandler
from opentelemetry.util.types import AnyValue

SCOPE = "llm_telemetry.capture"
FEEDBACK = "user_feedback"


@contextmanager
def workflow(name: str) -> Iterator[None]:
    """Make the calls inside one trace, named after what the app does in them."""
    with _handler().workflow(name):
        yield


@contextmanager
def tool_call(name: str) -> Iterator[None]:
    """Time what runs inside as a tool; an exception passes through as its failure."""
    with _handler().tool(name):
        yield


def record_branch(from_node: str, to_node: str, condition: str, taken: bool) -> None:
    """Record that a workflow decided whether to go from one node to another.

    ``condition`` is the rule by its name, such as ``is_billing``: not the text it read.
    """
    attributes: dict[str, AnyValue] = {
        "app.branch.from": from_node,
        "app.branch.to": to_node,
        "app.branch.condition": condition,
        "app.branch.result": taken,
    }
    span = trace.get_current_span()
    if span.is_recording():
        span.add_event("app.branch.decision", attributes)
        return
    # outside of any span the decision would be lost
    with trace.get_tracer(SCOPE).start_as_current_span("branch") as own:
        own.add_event("app.branch.decision", attributes)


def record_evaluation(
    name: str,
    score: float | None = None,
    label: str | None = None,
    *,
    response_id: str | None = None,
    evaluator: str | None = None,
) -> None:
    """Record the result of an evaluation, of a response or of the current span.

    ``response_id`` is the ``id`` of the provider's response, which still names the call
    when the span is long over.
    """
    attributes = {
        "gen_ai.evaluation.name": name,
        # a score is a double by the conventions, but no telemetry is worth an exception
        "gen_ai.evaluation.score.value": (
            float(score) if isinstance(score, int) else score
        ),
        "gen_ai.evaluation.score.label": label,
        "gen_ai.response.id": response_id,
        "app.evaluator": evaluator,
    }
    get_logger(SCOPE).emit(
        LogRecord(
            timestamp=time.time_ns(),
            severity_number=SeverityNumber.INFO,
            event_name="gen_ai.evaluation.result",
            attributes={k: v for k, v in attributes.items() if v is not None},
        )
    )


def record_feedback(
    score: float | None = None,
    label: str | None = None,
    *,
    response_id: str | None = None,
) -> None:
    """Record what the user thought of a response."""
    record_evaluation(FEEDBACK, score, label, response_id=response_id, evaluator="user")


@cache
def _handler() -> TelemetryHandler:
    return TelemetryHandler(instrumentation_scope_name=SCOPE)
