"""Measures that several pages draw, with their units and what may be missing."""

from collections.abc import Sequence

from llm_telemetry.charts.members import Measure

INTERVAL = " (95 % interval)"
UNIT_COST_CAVEATS = (
    "An operation is a request with its retries; it costs too little here where calls "
    "have no known cost. The cost of an attempt counts for its own model, an operation "
    "for the model of its final attempt: a model from which others take over seems too "
    "expensive, one that takes over too cheap."
)

UNPRICED = "no call with a known cost"
UNTIMED = "no operation with a measured latency"
UNTOKENED = "no call with known tokens"


def share(column: str, title: str, missing: str) -> Measure:
    """Return a share with its interval."""
    return with_interval(column, title, missing, ".2%")


def with_interval(
    column: str, title: str, missing: str, form: str = ",.4~r"
) -> Measure:
    """Return a measure with its interval."""
    words = f"{title}{INTERVAL}"
    return Measure(column, words, f"{column}_low", f"{column}_high", form, missing)


def labels(by: str, drawn: Sequence[Measure]) -> dict[str, str]:
    """Return what the columns of a table of members are called."""
    titles = {one.column: one.title.removesuffix(INTERVAL) for one in drawn}
    return {"member": by, **titles}


SUCCESSES = share(
    "success_rate", "operations that succeed, of known ones", "no known outcome"
)
FAILURES = share(
    "failure_rate", "operations that fail, of known ones", "no known outcome"
)
BREACHES = share("sla_breach_rate", "operations that breach the SLA", UNTIMED)
HALLUCINATIONS = share(
    "hallucination_rate",
    "answers flagged as hallucination (raw), of those with a flag",
    "fewer than 30 answers with a flag",
)
FEEDBACK = with_interval(
    "average_feedback_score",
    "mean feedback of the rated answers",
    "fewer than 30 ratings",
)
QUANTILES = [
    with_interval(f"{name}_latency_ms", f"{name} latency of operations, ms", UNTIMED)
    for name in ("p50", "p95", "p99")
]
USD_PER_OPERATIONS = Measure(
    "usd_per_1000_operations", "USD per 1,000 operations", missing=UNPRICED
)
USD_PER_TOKENS = Measure(
    "usd_per_million_tokens", "USD per million tokens", missing=UNPRICED
)
TOKENS = Measure("tokens_per_call", "tokens per call (attempt)", missing=UNTOKENED)
CALLS = Measure("calls_per_operation", "calls per operation", missing="no operation")
TOKEN_PARTS = [
    Measure("prompt_tokens_per_call", "prompt", missing=UNTOKENED),
    Measure("completion_tokens_per_call", "completion", missing=UNTOKENED),
]
