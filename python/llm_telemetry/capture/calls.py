"""What a finished span says of a call to a model: numbers and names, never content.

The rules are those by which a run reads landed spans; a test compares the two.
"""

from dataclasses import dataclass
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan

from llm_telemetry.capture.attributes import PARAMETERS
from llm_telemetry.capture.call_status import error_type_of, status_of
from llm_telemetry.capture.prices import PriceBook, Usage
from llm_telemetry.capture.providers import Providers
from llm_telemetry.capture.seeds import aliases, like, rows
from llm_telemetry.capture.span_fields import (
    Fields,
    attributes_of,
    count,
    number,
    parameters,
    text,
)
from llm_telemetry.capture.span_kinds import kind_of

FIRST_TOKEN = "First Token Stream Event"
# an instrumentation that ends the span before its stream repeats its end as first token
MIN_STREAM_S = 0.002
# the fields that are of interest here
READ = {
    *("observation_type", "operation", "openinference_kind", "request_type"),
    *("traceloop_kind", "error_type", "status_code", "finish_reason", "response_id"),
    *("prompt_tokens", "completion_tokens", "cache_read_tokens", "cache_write_tokens"),
    *("reasoning_tokens", "total_tokens", "cost_usd", "ttft_s", "is_streaming"),
    *("request_model", "response_model", "model_provider", "called_host", "route"),
    *("service_tier", "prompt_version", "invocation_parameters"),
}


TOKENS = {name for name in READ if name.endswith("_tokens")}


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a model; ``status`` is ok, error, abandoned or unknown.

    ``latency_s`` is the duration of its span, None where that ended before its stream.
    """

    operation: str
    provider: str | None
    request_model: str | None
    response_model: str | None
    prompt_version: str | None
    status: str
    error_type: str | None
    duration_s: float
    latency_s: float | None
    first_chunk_s: float | None
    usage: Usage
    cost_usd: float | None

    @property
    def model(self) -> str | None:
        """Return the model that answered, else the one that was asked."""
        return self.response_model or self.request_model

    @property
    def is_unpriced(self) -> bool:
        """Return whether its cost is unknown; a failure without tokens is free."""
        is_charged = self.status != "error" or self.usage.input_tokens is not None
        return self.cost_usd is None and is_charged


class CallReader:
    """Reads calls from spans, by the names that a run knows, with the price book."""

    def __init__(self) -> None:
        known = aliases().items()
        self._aliases = {key: of for key, of in known if of[0] in READ}
        self._providers = Providers()
        self._prices = PriceBook()
        self._without = {
            what: [
                like(row["scope_pattern"])
                for row in rows("instrumentations")
                if row[what] == "true"
            ]
            for what in ("omits_cached_input", "omits_error_status")
        }

    def kind(self, span: ReadableSpan) -> str:
        """Return call, tool, agent or step."""
        return kind_of(self._fields(span), span)

    def call(self, span: ReadableSpan) -> Call | None:
        """Return the call that a span is, null where it is none."""
        fields = self._fields(span)
        if span.start_time is None or kind_of(fields, span) != "call":
            return None
        fields = _without_zeros(fields)
        duration_s = ((span.end_time or span.start_time) - span.start_time) / 1e9
        request, response = (
            text(fields, "request_model"),
            text(fields, "response_model"),
        )
        model = response or request
        provider = self._providers.of(
            text(fields, "called_host"), text(fields, "model_provider"), model
        )
        usage = _usage(fields, self._omits(span, "omits_cached_input"))
        cost = number(fields, "cost_usd") or None
        if cost is None and model:
            tier = text(fields, "service_tier")
            cost = self._prices.usd(provider, model, tier, usage, span.start_time)
        first_s = _first_chunk_s(fields, span)
        is_unset_failed = self._omits(span, "omits_error_status")
        status = status_of(fields, span, first_s is not None, is_unset_failed)
        return Call(
            text(fields, "operation") or "chat",
            provider,
            request,
            response,
            text(fields, "prompt_version"),
            status,
            error_type_of(fields, span) if status == "error" else None,
            duration_s,
            None if (first_s or 0) - duration_s > MIN_STREAM_S else duration_s,
            _shown_first_chunk(first_s, duration_s),
            usage,
            cost,
        )

    def _omits(self, span: ReadableSpan, what: str) -> bool:
        """Return whether the instrumentation leaves this out of all its spans."""
        scope = span.instrumentation_scope
        name = scope.name if scope else ""
        return any(pattern.match(name) for pattern in self._without[what])

    def _fields(self, span: ReadableSpan) -> Fields:
        """Return the fields of a span, each from its attribute of the first rank."""
        found: dict[str, Any] = {}
        ranks: dict[str, int] = {}
        attributes = attributes_of(span)
        for key, value in attributes.items():
            if known := self._aliases.get(key):
                field, rank = known
                if rank < ranks.get(field, rank + 1):
                    found[field], ranks[field] = value, rank
        if PARAMETERS in attributes:
            found |= parameters(str(found["invocation_parameters"]))
        return found


def _without_zeros(fields: Fields) -> Fields:
    """Return the fields; no model answers nothing to nothing: zeros are no counts."""
    if count(fields, "prompt_tokens") or count(fields, "completion_tokens"):
        return fields
    return {key: fields[key] for key in fields.keys() - TOKENS}


def _usage(fields: Fields, omits_cached: bool) -> Usage:
    inputs = count(fields, "prompt_tokens")
    read, written = (
        count(fields, name) for name in ("cache_read_tokens", "cache_write_tokens")
    )
    cached = (read or 0) + (written or 0)
    outputs, total = count(fields, "completion_tokens"), count(fields, "total_tokens")
    # more cached tokens than input show that the input is without them, or the total
    if inputs is not None and (
        omits_cached or cached > inputs or total == inputs + cached + (outputs or 0)
    ):
        inputs += cached
    return Usage(
        inputs,
        outputs,
        read,
        written,
        count(fields, "reasoning_tokens"),
    )


def _first_chunk_s(fields: Fields, span: ReadableSpan) -> float | None:
    stated = number(fields, "ttft_s")
    if stated is not None:
        return stated
    for event in span.events:
        if event.name == FIRST_TOKEN and span.start_time is not None:
            return (event.timestamp - span.start_time) / 1e9
    return None


def _shown_first_chunk(first_s: float | None, duration_s: float) -> float | None:
    if first_s is None or first_s < 0 or duration_s - first_s < MIN_STREAM_S:
        return None
    return first_s
