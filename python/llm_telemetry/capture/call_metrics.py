"""Metrics of calls in OpenTelemetry, named by the conventions where those have a name.

The conventions have the histograms of duration, tokens and the first chunk, with these
bounds; counts by status, cost and the parts of tokens are the project's own. All are
computed from calls alone: what an instrumentation measures itself is not read.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from opentelemetry.metrics import CallbackOptions, Meter, Observation

from llm_telemetry.capture.calls import Call
from llm_telemetry.capture.label_values import LabelValues

SECONDS = (
    *(0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64),
    *(1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92),
)
TOKENS = tuple(4**power for power in range(14))
SCOPE = "llm_telemetry.capture"
TOKEN_TYPE = "gen_ai.token.type"
MAX_KNOWN = 1000
Labels = dict[str, str]


@dataclass
class _Series:
    """The counts of one combination of labels, read when metrics are collected."""

    labels: Labels
    input_labels: Labels = field(init=False)
    output_labels: Labels = field(init=False)
    requests: int = 0
    errors: int = 0
    cost_usd: float | None = None
    unpriced: int = 0
    token_parts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.input_labels = {**self.labels, TOKEN_TYPE: "input"}
        self.output_labels = {**self.labels, TOKEN_TYPE: "output"}

    def add(self, call: Call) -> None:
        self.requests += 1
        self.errors += call.status == "error"
        self.unpriced += call.is_unpriced
        if call.cost_usd is not None:
            self.cost_usd = (self.cost_usd or 0.0) + call.cost_usd
        for kind, tokens in (
            ("cache_read", call.usage.cache_read_tokens),
            ("cache_write", call.usage.cache_write_tokens),
            ("reasoning", call.usage.reasoning_tokens),
        ):
            if tokens:
                self.token_parts[kind] = self.token_parts.get(kind, 0) + tokens


class CallMetrics:
    """Records calls with the instruments of one meter; one thread at a time."""

    def __init__(self, meter: Meter) -> None:
        self._labels = LabelValues()
        self._series: dict[tuple[tuple[str, str], ...], _Series] = {}
        self._known: dict[tuple[str | None, ...], _Series] = {}
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
        for name, read, description in OBSERVED:
            meter.create_observable_counter(
                f"llm_telemetry.client.{name}",
                [self._observing(read)],
                description=description,
            )

    def record(self, call: Call) -> None:
        """Record a call."""
        series, usage = self._of(call), call.usage
        series.add(call)
        self._duration.record(call.duration_s, series.labels)
        if call.first_chunk_s is not None:
            self._first_chunk.record(call.first_chunk_s, series.labels)
        if usage.input_tokens is not None:
            self._tokens.record(usage.input_tokens, series.input_labels)
        if usage.output_tokens is not None:
            self._tokens.record(usage.output_tokens, series.output_labels)

    def _observing(
        self, read: Callable[[_Series], Iterable[Observation]]
    ) -> Callable[[CallbackOptions], Iterable[Observation]]:
        def observed(options: CallbackOptions) -> Sequence[Observation]:
            return [one for series in [*self._series.values()] for one in read(series)]

        return observed

    def _of(self, call: Call) -> _Series:
        """Return the series of a call; an absent value is no label."""
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
            labels = self._labels.combined(present, call.status)
            self._known[key] = self._series.setdefault(
                tuple(labels.items()), _Series(labels)
            )
        return self._known[key]


def _requests(series: _Series) -> Iterable[Observation]:
    yield Observation(series.requests, series.labels)


def _errors(series: _Series) -> Iterable[Observation]:
    if series.errors:
        yield Observation(series.errors, series.labels)


def _cost_usd(series: _Series) -> Iterable[Observation]:
    if series.cost_usd is not None:
        yield Observation(series.cost_usd, series.labels)


def _unpriced(series: _Series) -> Iterable[Observation]:
    if series.unpriced:
        yield Observation(series.unpriced, series.labels)


def _token_parts(series: _Series) -> Iterable[Observation]:
    for kind, tokens in [*series.token_parts.items()]:
        yield Observation(tokens, {**series.labels, TOKEN_TYPE: kind})


# the name behind llm_telemetry.client., what is read, and what it says
OBSERVED = (
    ("requests", _requests, "Calls to a model, by how they ended."),
    ("errors", _errors, "Calls that failed; those that the caller left are not."),
    ("cost.usd", _cost_usd, "Cost as the span states it, else by the price book."),
    ("unpriced.requests", _unpriced, "Calls of unknown cost: no price, or no tokens."),
    ("token.parts", _token_parts, "Cached tokens of the input, reasoning of output."),
)
