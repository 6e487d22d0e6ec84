"""Metrics of calls in OpenTelemetry, named by the conventions where those have a name.

The conventions have the histograms of duration, tokens and the first chunk, with these
bounds; counts by status, cost and the parts of tokens are the project's own. All are
computed from calls alone: what an instrumentation measures itself is not read.
"""

from opentelemetry.metrics import Meter

from llm_telemetry.capture.calls import Call
from llm_telemetry.capture.label_values import LabelValues

SECONDS = (
    *(0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64),
    *(1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92),
)
TOKENS = tuple(4**power for power in range(14))
SCOPE = "llm_telemetry.capture"
MAX_KNOWN = 1000
Labels = dict[str, str]


class CallMetrics:
    """Records calls with the instruments of one meter; one thread at a time."""

    def __init__(self, meter: Meter) -> None:
        self._labels = LabelValues()
        self._known: dict[tuple[str | None, ...], Labels] = {}
        self._duration = meter.create_histogram(
            "gen_ai.client.operation.duration",
            unit="s",
            description="Duration of a call to a model, with the client's own retries.",
            explicit_bucket_boundaries_advisory=SECONDS,
        )
        self._first_chunk = meter.create_histogram(
            "gen_ai.client.operation.time_to_first_chunk",
            unit="s",
            description="Time from the request to the first chunk of a stream.",
            explicit_bucket_boundaries_advisory=SECONDS,
        )
        self._tokens = meter.create_histogram(
            "gen_ai.client.token.usage",
            unit="{token}",
            description="Tokens of a call: input with cached, output with reasoning.",
            explicit_bucket_boundaries_advisory=TOKENS,
        )
        self._requests = meter.create_counter(
            "llm_telemetry.client.requests",
            description="Calls to a model, by how they ended.",
        )
        self._errors = meter.create_counter(
            "llm_telemetry.client.errors",
            description="Calls that failed; those that the caller left are none.",
        )
        self._token_parts = meter.create_counter(
            "llm_telemetry.client.token.parts",
            description="Tokens that input or output contains: cached and reasoning.",
        )
        self._cost = meter.create_counter(
            "llm_telemetry.client.cost.usd",
            description="Cost in USD as the span states it, else by the price book.",
        )
        self._unpriced = meter.create_counter(
            "llm_telemetry.client.unpriced.requests",
            description="Calls whose cost is unknown: no price, or no tokens.",
        )

    def record(self, call: Call) -> None:
        """Record a call."""
        labels = self._of(call)
        self._requests.add(1, labels)
        self._duration.record(call.duration_s, labels)
        if call.first_chunk_s is not None:
            self._first_chunk.record(call.first_chunk_s, labels)
        if call.status == "error":
            self._errors.add(1, labels)
        if call.cost_usd is not None:
            self._cost.add(call.cost_usd, labels)
        elif call.is_unpriced:
            self._unpriced.add(1, labels)
        self._record_tokens(call, labels)

    def _record_tokens(self, call: Call, labels: Labels) -> None:
        usage = call.usage
        counts = {"input": usage.input_tokens, "output": usage.output_tokens}
        for kind, count in counts.items():
            if count is not None:
                self._tokens.record(count, {**labels, "gen_ai.token.type": kind})
        parts = {
            "cache_read": usage.cache_read_tokens,
            "cache_write": usage.cache_write_tokens,
            "reasoning": usage.reasoning_tokens,
        }
        for kind, count in parts.items():
            if count:
                self._token_parts.add(count, {**labels, "gen_ai.token.type": kind})

    def _of(self, call: Call) -> Labels:
        """Return the labels of a call; an absent value is no label."""
        values = {
            "gen_ai.operation.name": call.operation,
            "gen_ai.provider.name": call.provider,
            "gen_ai.request.model": call.request_model,
            "gen_ai.response.model": call.response_model,
            "gen_ai.prompt.version": call.prompt_version,
            "error.type": call.error_type,
        }
        key = (*values.values(), call.status)
        if key not in self._known:
            if len(self._known) >= MAX_KNOWN:
                self._known.clear()
            present = {label: value for label, value in values.items() if value}
            self._known[key] = self._labels.combined(present, call.status)
        return self._known[key]
