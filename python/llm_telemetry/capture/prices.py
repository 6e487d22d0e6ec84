"""What a call costs by the price book of a run, computed inside the app.

The price is the one that is valid for the call's time, service tier and prompt length,
a negotiated one first, as in ``int_prices_applicable`` and ``int_interactions_priced``;
a test compares the two.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from llm_telemetry.capture.price_matches import Match, PriceMatches
from llm_telemetry.capture.seeds import Row, rows

# negotiated prices go first
BOOKS = ("price_overrides", "model_prices")
# names of models come from outside: an app may invent one per call
MAX_MODELS = 1000
PER_MILLION = 1e-6
UNBOUNDED = 1 << 63


@dataclass(frozen=True, slots=True)
class Usage:
    """The tokens of a call; input contains cached ones, output those of reasoning."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None


@dataclass(frozen=True)
class Price:
    """A price with its bounds; USD per token, and per call."""

    is_override: bool
    provider: str
    model: str
    service_tier: str
    valid_from: str
    valid_to: str
    minutes: range
    input_tokens: range
    input: float | None
    cache_read: float | None
    cache_write: float | None
    output: float | None
    reasoning: float | None
    call: float

    def usd(self, usage: Usage) -> float | None:
        """Return what a call costs, null where a rate or a count is missing."""
        inputs, output = self._input_usd(usage), self._output_usd(usage)
        if inputs is None or output is None:
            return None
        return inputs + output + self.call

    def _input_usd(self, usage: Usage) -> float | None:
        read, written = usage.cache_read_tokens or 0, usage.cache_write_tokens or 0
        rates = (self.input, self.cache_read, self.cache_write)
        if usage.input_tokens is None or None in rates:
            return None
        counts = (max(usage.input_tokens - read - written, 0), read, written)
        return sum(n * (rate or 0) for n, rate in zip(counts, rates, strict=True))

    def _output_usd(self, usage: Usage) -> float | None:
        if self.output is None:
            # an embedding has no output
            return None if usage.output_tokens else 0.0
        if usage.output_tokens is None or self.reasoning is None:
            return None
        reasoning = min(usage.reasoning_tokens or 0, usage.output_tokens)
        more = reasoning * (self.reasoning - self.output)
        return usage.output_tokens * self.output + more


class PriceBook:
    """List prices and negotiated prices, looked up by the names of the telemetry."""

    def __init__(self) -> None:
        self._matches = PriceMatches()
        self._by_model: dict[str, list[Price]] = defaultdict(list)
        for book in BOOKS:
            for row in rows(book):
                price = _price(row, book == "price_overrides")
                self._by_model[price.model].append(price)
        self._known: dict[tuple[str | None, str, str], list[Price]] = {}

    def usd(
        self,
        provider: str | None,
        model: str,
        service_tier: str | None,
        usage: Usage,
        started_ns: int,
    ) -> float | None:
        """Return what a call costs, null where its price or its tokens are unknown."""
        if usage.input_tokens is None:
            return None
        at = datetime.fromtimestamp(started_ns // 1_000_000_000, UTC)
        day, minute = at.date().isoformat(), at.hour * 60 + at.minute
        for price in self._of(provider, model, (service_tier or "").lower()):
            if (
                price.valid_from <= day < price.valid_to
                and minute in price.minutes
                and usage.input_tokens in price.input_tokens
            ):
                return price.usd(usage)
        return None

    def _of(self, provider: str | None, model: str, tier: str) -> list[Price]:
        """Return the prices that may apply to a model, negotiated ones first."""
        key = (provider, model, tier)
        if key not in self._known:
            if len(self._known) >= MAX_MODELS:
                self._known.clear()
            match = self._matches.match(provider, model)
            self._known[key] = [
                price
                for is_override in (True, False)
                for price in _narrowest(self._candidates(match, is_override), tier)
            ]
        return self._known[key]

    def _candidates(
        self, match: Match, is_override: bool
    ) -> Iterator[tuple[tuple[int, int], Price]]:
        """Yield prices with their rank: by the most specific names goes first."""
        models = (match.model, match.reference_name, match.price_model)
        providers = (
            *(match.provider, match.provider_name),
            *(match.seller, match.price_provider),
        )
        for model in dict.fromkeys(models):
            for price in self._by_model.get(model or "", ()):
                if price.is_override != is_override:
                    continue
                if price.provider and price.provider not in providers:
                    continue
                is_matched = (price.provider, price.model) == (
                    match.price_provider,
                    match.price_model,
                )
                if is_override or is_matched:
                    place = models.index(model) if is_override else 0
                    owner = (*providers, "").index(price.provider)
                    yield (place, owner), price


def _narrowest(
    ranked: Iterator[tuple[tuple[int, int], Price]], tier: str
) -> list[Price]:
    """Return the prices of the first rank, of the call's tier where it has its own."""
    found = list(ranked)
    best = min((rank for rank, _ in found), default=None)
    prices = [price for rank, price in found if rank == best]
    of_tier = [price for price in prices if price.service_tier == tier]
    return of_tier or [price for price in prices if not price.service_tier]


def _price(row: Row, is_override: bool) -> Price:
    inputs, outputs = _rate(row, "input"), _rate(row, "output")
    read, written = _rate(row, "cache_read"), _rate(row, "cache_write")
    reasoning = _rate(row, "reasoning")
    most = int(row.get("max_input_tokens") or UNBOUNDED)
    return Price(
        is_override,
        row.get("provider", "").lower(),
        row["model"].lower(),
        row.get("service_tier", "").lower(),
        row.get("valid_from") or "0001-01-01",
        row.get("valid_to") or "9999-12-31",
        range(
            int(row.get("from_minute_utc") or 0), int(row.get("to_minute_utc") or 1440)
        ),
        range(int(row.get("min_input_tokens") or 0), most + 1),
        inputs,
        inputs if read is None else read,
        inputs if written is None else written,
        outputs,
        outputs if reasoning is None else reasoning,
        float(row.get("usd_per_thousand_calls") or 0) / 1e3,
    )


def _rate(row: Row, kind: str) -> float | None:
    text = row.get(f"{kind}_usd_per_mtok")
    return float(text) * PER_MILLION if text else None
