"""Numbers, shares and tables, as a person reads them."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from math import isfinite
from typing import Any

PRICES = ("failure_event_cost_usd", "sla_breach_penalty_usd")


def number(value: float | None) -> str:
    """Return four significant digits, and thousands whole."""
    if value is None or not isfinite(value):
        return "unknown"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    # a zero has no sign
    short = f"{value + 0.0:.4g}"
    # a small amount is no power of ten; a tail probability of 1e-68 stays one
    return f"{Decimal(short):f}" if abs(value) >= 1e-7 else short


def percent(value: float | None) -> str:
    """Return a share as a percentage."""
    return "unknown" if value is None or not isfinite(value) else f"{value:.1%}"


def points(value: float | None) -> str:
    """Return a difference of shares in percentage points, without the unit."""
    if value is None or not isfinite(value):
        return "unknown"
    return f"{100 * value + 0.0:+.2g}"


def multiple(value: float | None) -> str:
    """Return a ratio: 21.4x."""
    if value is None or not isfinite(value):
        return "unknown"
    return f"{value:,.1f}x" if abs(value) >= 10 else f"{value + 0.0:.3g}x"


def with_interval(
    one: Mapping[str, Any], name: str, spoken: Callable[[float | None], str]
) -> str:
    """Return a value with its interval, where it has one."""
    value = spoken(one[name])
    if one[f"{name}_low"] is None:
        return value
    return f"{value} ({spoken(one[f'{name}_low'])} to {spoken(one[f'{name}_high'])})"


def prices(knobs: Mapping[str, Any]) -> str:
    """Say what a failure and an SLA breach are priced at."""
    failure, breach = (number(float(knobs[name])) for name in PRICES)
    return f"{failure} USD per failure and {breach} USD per SLA breach"


def grid(header: tuple[str, ...], cells: list[tuple[Any, ...]]) -> str:
    """Return a table in Markdown, or nothing where it has no row."""
    if not cells:
        return ""
    ruled = [header, tuple("---" for _ in header), *cells]
    return "\n".join(f"| {' | '.join(map(_cell, row))} |" for row in ruled)


def bullets(lines: Iterable[str]) -> str:
    """Return a list in Markdown."""
    return "\n".join(f"- {line}" for line in lines)


def _cell(value: Any) -> str:
    return str(value).replace("|", r"\|")
