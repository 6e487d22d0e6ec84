"""Prices as cells: per model a row for every period, hour and tier that has its own.

genai-prices is asked for the price at the start of every cell, so that its own order
of precedence holds: dates, hours of the day, and variants of a service tier. Before
the first day of a tier the package answers with the standard price; that is the day
on which it learned of the tier, not one on which a provider began to ask for less.
The tier then costs the same part of the standard price as on that day.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import groupby, pairwise
from operator import itemgetter

from genai_prices.types import (
    ConditionalPrice,
    ModelInfo,
    Provider,
    StartDateConstraint,
    TieredPrices,
    TimeOfDateConstraint,
)

PRICES = {
    "input_usd_per_mtok": "input_mtok",
    "cache_read_usd_per_mtok": "cache_read_mtok",
    "cache_write_usd_per_mtok": "cache_write_mtok",
    "output_usd_per_mtok": "output_mtok",
    "reasoning_usd_per_mtok": "output_reasoning_mtok",
    "usd_per_thousand_calls": "requests_kcount",
}
BOUNDS = ("valid_from", "valid_to", "from_minute_utc", "to_minute_utc")
TIERS = ("min_input_tokens", "max_input_tokens")
PRICE_COLUMNS = (
    "provider",
    "model",
    "service_tier",
    *BOUNDS,
    *TIERS,
    *PRICES,
    "source",
)
# contexts of a call that the contract has as service_tier; the others it has not
TIER_CONTEXTS = ("service_tier", "processing", "speed")
OTHER_CONTEXTS = ("route", "search_type")
EVER, NEVER, DAY_MINUTES = date(1970, 1, 1), date(9999, 12, 31), 24 * 60
# both have to be there for a call to cost nothing
FREE = ("input_usd_per_mtok", "output_usd_per_mtok")
Cell = tuple[object, ...]
Context = dict[str, str] | None


def price_rows(providers: list[Provider], source: str) -> Iterator[Cell]:
    """Yield the rows of the price book; a model without a price per token has none."""
    for provider in providers:
        for model in provider.models:
            contexts: list[Context] = [None, *tier_contexts(model)]
            standard = list(model_cells(model, None))
            for context in contexts:
                (tier,) = context.values() if context else ("",)
                cells = list(model_cells(model, context))
                if context and cells == standard:
                    continue
                for cell in cells:
                    yield provider.id, model.id, tier, *cell, source


def tier_contexts(model: ModelInfo) -> list[dict[str, str]]:
    """Return the service tiers that a model has prices of its own for."""
    found: list[dict[str, str]] = []
    for variant in model.price_variants or ():
        (key,) = variant.when
        if key not in TIER_CONTEXTS + OTHER_CONTEXTS:
            raise ValueError(f"{model.id}: a price by {key}, which nothing carries")
        if key in TIER_CONTEXTS and variant.when not in found:
            found.append(variant.when)
    names = [name for context in found for name in context.values()]
    if len(names) != len(set(names)):
        raise ValueError(f"{model.id}: a service tier in two contexts: {names}")
    return found


def model_cells(model: ModelInfo, context: Context) -> Iterator[Cell]:
    """Yield the bounds and prices of a model in one context."""
    days, minutes = breaks(model)
    for start, end in pairwise(minutes):
        hours = ("", "") if end - start == DAY_MINUTES else (start, end)
        moment = time(start // 60, start % 60, tzinfo=UTC)
        priced = [
            (day, tier_prices(model, datetime.combine(day, moment), context))
            for day in days
        ]
        periods = [
            (next(same)[0], rows) for rows, same in groupby(priced, key=itemgetter(1))
        ]
        ends = [*(day for day, _ in periods[1:]), NEVER]
        for (day, rows), until in zip(periods, ends, strict=True):
            period = ("" if day == EVER else day, "" if until == NEVER else until)
            yield from ((*period, *hours, *row) for row in rows)


def tier_prices(model: ModelInfo, moment: datetime, context: Context) -> list[Cell]:
    """Return bounds and prices as `tiers`, for any day on which the model was sold."""
    first = first_known(model, context) if context else None
    if first is None or moment.date() >= first:
        return tiers(model, moment, context)
    known = datetime.combine(first, moment.timetz())
    then, now = tiers(model, moment, None), tiers(model, known, None)
    special = tiers(model, known, context)
    if then == now:
        return special
    size = len(TIERS)
    pairs = {row[:size]: (row, other) for row, other in zip(now, special, strict=False)}
    return [
        (*row[:size], *map(same_part, row[size:], standard[size:], other[size:]))
        for row in then
        # of a prompt that long, or else of the shortest
        for standard, other in [pairs.get(row[:size], (now[0], special[0]))]
    ]


def first_known(model: ModelInfo, context: Context) -> date | None:
    """Return the first day of a tier; None where it is known for all days."""
    variants = [v for v in model.price_variants or () if v.when == context]
    rules = [variant.constraint for variant in variants]
    starts = [r.start_date for r in rules if isinstance(r, StartDateConstraint)]
    return min(starts) if len(starts) == len(rules) else None


def same_part(then: object, now: object, special: object) -> object:
    """Return the price that was the same part of the standard price then as now."""
    if "" in (then, now, special) or Decimal(str(now)) == 0 or then == now:
        return special if then == now else then
    return plain(Decimal(str(then)) * Decimal(str(special)) / Decimal(str(now)))


def breaks(model: ModelInfo) -> tuple[list[date], list[int]]:
    """Return the days and the minutes of the day at which a price may change."""
    days, minutes = {EVER}, {0, DAY_MINUTES}
    for rule in (*conditional(model), *(model.price_variants or ())):
        if isinstance(rule.constraint, StartDateConstraint):
            days.add(rule.constraint.start_date)
        elif isinstance(rule.constraint, TimeOfDateConstraint):
            minutes |= {
                minute_of(rule.constraint.start_time),
                minute_of(rule.constraint.end_time),
            }
        elif rule.constraint is not None:
            raise ValueError(f"{model.id}: no translation for {rule.constraint!r}")
    return sorted(days), sorted(minutes)


def conditional(model: ModelInfo) -> list[ConditionalPrice]:
    """Return the prices that hold under a condition."""
    return model.prices if isinstance(model.prices, list) else []


def minute_of(moment: time) -> int:
    """Return the minute of the UTC day; a part of a minute is an error."""
    if moment.second or moment.microsecond or moment.tzinfo not in (None, UTC):
        raise ValueError(f"not a whole minute of a UTC day: {moment}")
    return moment.hour * 60 + moment.minute


def tiers(model: ModelInfo, moment: datetime, context: Context) -> list[Cell]:
    """Return bounds in input tokens and prices; nothing where no token has a price."""
    price = model.get_prices(moment, context)
    if price.input_mtok is None:
        # the package knows no other sign for a model that costs nothing
        if not set(price.__dict__) and model.id.endswith(":free"):
            return [
                (
                    "",
                    "",
                    *(0 if name in FREE else "" for name in PRICES),
                )
            ]
        return []
    values = [getattr(price, key) for key in PRICES.values()]
    tiered = [value for value in values if isinstance(value, TieredPrices)]
    starts = sorted({tier.start for value in tiered for tier in value.tiers})
    bounds = [None, *starts, None]
    return [
        (
            "" if over is None else over + 1,
            "" if upto is None else upto,
            *(plain(price_in(value, over)) for value in values),
        )
        for over, upto in pairwise(bounds)
    ]


def price_in(value: Decimal | TieredPrices | None, over: int | None) -> Decimal | None:
    """Return the price of a prompt of more than ``over`` tokens."""
    if not isinstance(value, TieredPrices):
        return value
    reached = [
        tier.price for tier in value.tiers if over is not None and over >= tier.start
    ]
    return reached[-1] if reached else value.base


def plain(price: Decimal | None) -> str:
    """Return a price without exponent or trailing zeros."""
    return "" if price is None else f"{price.normalize():f}"
