"""Where the calls of a failing provider could go, in words."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from llm_telemetry.artifact.wording import grid, number, percent

Row = Mapping[str, Any]

HEADER = (
    *("use case", "failing", "calls to move", "failed", "arm that could take over"),
    *("limits", "failed there (at most)", "p95, ms", "USD per day (change)"),
    "busiest hour carried, to carry",
)
NO_ARM = "no_arm"
MEANING = (
    "Nothing was routed: a person decides. An arm is judged by its calls for the use "
    "case within `failover_days`: `certified` on a step of the ladder where the whole "
    "interval of both rates is within the limits, `plausible` where only the rates "
    "are. Where the hour to carry is larger than the busiest that it carried, it has "
    "not shown that it can; several use cases add up. `marts.failover_arms` has the "
    "other arms."
)


def section(arms: Iterable[Row]) -> str:
    """Return the first arm of each use case as a table, or nothing."""
    cells = [_cells(arm) for arm in arms]
    return f"## Failover\n\n{grid(HEADER, cells)}\n\n{MEANING}" if cells else ""


def lines(arms: Iterable[Row]) -> list[str]:
    """Return a line per failing provider, and below it one per use case."""
    spoken = []
    for provider, own in groupby(arms, key=lambda arm: str(arm["failing_provider"])):
        rows = list(own)
        first = rows[0]
        spoken.append(
            f"{provider} failed {percent(first['provider_failure_rate'])} of its calls "
            f"(usually {percent(first['usual_failure_rate'])}), since "
            f"{_day(first['failing_since'])}; arms that could take over:"
        )
        spoken += [f"  {row['use_case']}: {_take_over(row)}" for row in rows]
    return spoken


def _take_over(arm: Row) -> str:
    """Say which arm, how sure it is, what it costs and how much more it would carry."""
    if arm["constraint_status"] == NO_ARM:
        return "none: no other arm served it lately"
    if arm["constraint_status"] == "violated":
        return f"none within limits; the nearest is {_name(arm)}, {_evidence(arm)}"
    return (
        f"{_name(arm)} ({_limits(arm)}), {_evidence(arm)}, "
        f"{number(arm['cost_usd_per_day'])} USD per day "
        f"({_signed(arm['extra_cost_usd_per_day'])}), "
        f"busiest hour {_hours(arm)} calls"
    )


def _evidence(arm: Row) -> str:
    return (
        f"{percent(arm['failure_rate'])} of {arm['interactions']:,} failed, "
        f"p95 {number(arm['p95_latency_ms'])} ms"
    )


def _cells(arm: Row) -> tuple[str, ...]:
    failing = (
        arm["use_case"],
        f"{arm['failing_provider']} since {_day(arm['failing_since'])}",
        f"{arm['interactions_to_move']:,}",
        percent(arm["failing_failure_rate"]),
    )
    if arm["constraint_status"] == NO_ARM:
        return (*failing, "none", *["" for _ in range(len(HEADER) - len(failing) - 1)])
    failed, bound = percent(arm["failure_rate"]), percent(arm["failure_rate_bound"])
    price, change = arm["cost_usd_per_day"], arm["extra_cost_usd_per_day"]
    return (
        *failing,
        _name(arm),
        _limits(arm),
        f"{failed} ({bound})",
        number(arm["p95_latency_ms"]),
        f"{number(price)} ({_signed(change)})",
        _hours(arm),
    )


def _limits(arm: Row) -> str:
    return f"{arm['constraint_status']}, {arm['policy_mode']}"


def _name(arm: Row) -> str:
    return f"{arm['model_provider']}/{arm['model_name']}"


def _hours(arm: Row) -> str:
    carried, to_carry = arm["busiest_hour_carried"], arm["busiest_hour_to_carry"]
    return f"{number(carried)} of {number(to_carry)}"


def _signed(value: float | None) -> str:
    spoken = number(value)
    return spoken if spoken.startswith("-") or spoken == "unknown" else f"+{spoken}"


def _day(moment: Any) -> str:
    return str(moment)[:10]
