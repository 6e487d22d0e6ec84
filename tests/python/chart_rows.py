"""Rows of marts for charts: by the contracts, with any value, name or nothing."""

import itertools
from collections.abc import Callable
from functools import cache
from typing import Any

import workflow_rows
import yaml
from conftest import ROOT

from llm_telemetry.charts import (
    alerts,
    compared,
    costs,
    days,
    failures,
    judged,
    latency,
    live,
    load,
    over_days,
    scatter,
    triage,
)
from llm_telemetry.charts.members import Measure
from llm_telemetry.charts.spec import Chart

Row = dict[str, Any]

HOSTILE = "<script>alert(\"1\")</script><img src=x onerror='y'>&amp;]]>\x00\x0b\ud800"
HOSTILE = (HOSTILE * 5)[:200]
TEXTS = {
    "budget": "failures",
    "driver": "volume",
    "comparison": "history_to_evaluation",
    "window_pair": "history_to_evaluation",
    "verdict": "drift",
    "failure_verdict": "hotspot",
    "sla_verdict": "hotspot",
    "p95_latency_ms_trend": "rising",
}
DAY = "2025-05-01T00:00:00Z"


@cache
def contract(mart: str) -> list[Row]:
    """Return the columns of a mart as its contract has them."""
    (file,) = ROOT.glob(f"models/marts/**/{mart}.yml")
    columns: list[Row] = yaml.safe_load(file.read_text())["models"][0]["columns"]
    return columns


def row(mart: str, **own: Any) -> Row:
    """Return a row whose numbers are 0.25 and up, all different."""
    numbers = itertools.count()
    kinds: dict[str, Callable[[str], Any]] = {
        "varchar": lambda name: TEXTS.get(name, name),
        "double": lambda name: 0.25 + next(numbers) / 1000,
        "bigint": lambda name: 7,
        "date": lambda name: DAY,
        "timestamp": lambda name: DAY,
        "boolean": lambda name: True,
    }
    whole = {
        one["name"]: kinds[one["data_type"]](one["name"]) for one in contract(mart)
    }
    return {**whole, **own}


def nothing(mart: str, **own: Any) -> Row:
    """Return a row that has no value beyond those that its contract demands."""
    needed = {
        one["name"]
        for one in contract(mart)
        if {"type": "not_null"} in one.get("constraints", [])
        or "not_null" in one.get("data_tests", [])
    }
    whole = row(mart)
    return {name: whole[name] if name in needed else None for name in whole} | own


ESTIMATE = {
    "unit_cost_delta": -1.5,
    "unit_cost_delta_low": -2.5,
    "unit_cost_delta_high": -0.5,
}
UNKNOWN = dict.fromkeys(ESTIMATE)


def use_case(name: str, **own: Any) -> Row:
    """Return a row of the routing policy."""
    known = {"requests": 10, "recommendation": "canary", "reasons": ""}
    return {"use_case": name, **known, **ESTIMATE, **own}


def estimator(name: str, **own: Any) -> Row:
    """Return a row of the backtest."""
    return {"policy": "shippable", "estimator": name, **ESTIMATE, **own}


def calibration_bin(rate: float) -> Row:
    """Return a bin of probabilities."""
    ends = {"failure_rate_low": rate / 2, "failure_rate_high": rate * 2}
    return {"expected_rate": rate / 1.5, "failure_rate": rate, **ends}


def threshold(at: float, **own: Any) -> Row:
    """Return a row of the threshold curve."""
    return {"threshold": at, "expected_cost": 900 + at, "feasible": True, **own}


RATE = Measure(
    "rate",
    "failures per call (95 % interval)",
    "rate_low",
    "rate_high",
    ".2%",
    "no call",
)
TOTAL = Measure("total", "calls", missing="no call")
KNOWN = {"rate": 0.25, "rate_low": 0.125, "rate_high": 0.5, "total": 40.0}


def member(name: str, rank: int = 1, **own: Any) -> Row:
    """Return a row of a member on a day."""
    return {
        "interaction_date": DAY,
        "member": name,
        "member_rank": rank,
        **KNOWN,
        **own,
    }


def hour(weekday: int, at: int, **own: Any) -> Row:
    """Return an hour of the week."""
    p95 = {"p95_latency_ms": 900.0}
    ends = {"p95_latency_ms_low": 800.0, "p95_latency_ms_high": 1000.0}
    slot = {"weekday": weekday, "hour_of_day": at, "operations": 50, "why": None}
    return {**slot, **p95, **ends, **own}


def bucket(start: float, operations: int = 5) -> Row:
    """Return a bar of the distribution of latencies."""
    return {"from_ms": start, "to_ms": start * 1.1, "operations": operations}


def member_charts(rows: list[Row]) -> dict[str, Chart]:
    """Return every chart that compares members."""
    return {
        "lines": over_days.lines("Rates", rows, [RATE, TOTAL], "UTC"),
        "stacked": over_days.stacked("Calls", rows, TOTAL, "UTC"),
        "parts": compared.parts("Calls", rows, [TOTAL, RATE], "calls"),
        "forest": compared.forest("Rates", rows, RATE),
        "side_by_side": compared.side_by_side("Metrics", rows, [RATE, TOTAL]),
        "against": scatter.against("Rates", rows, RATE, TOTAL),
    }


def watched_charts(make: Callable[..., Row], names: list[str]) -> dict[str, Chart]:
    """Return every chart of what is watched, and of kinds of failure."""
    windows = [make("recent_windows", model_name=name) for name in names]
    rules = [make("alert_statistics", rule_id=name) for name in names]
    # as the ledger counts them
    labelled = [{**one, "labelled": one["labelled_alerts"]} for one in rules]
    kinds_of = [make("failure_types", failure_type=name) for name in names]
    return {
        "live": live.latencies(windows, "day"),
        "real_shares": alerts.real_shares(labelled),
        "kinds": failures.kinds(kinds_of),
    }


def latency_charts(
    make: Callable[..., Row], names: list[str], quantiles: Row, hours: list[Row]
) -> dict[str, Chart]:
    """Return every chart of latency."""
    by_load = [make("latency_by_load", model_provider=name) for name in names]
    buckets = [bucket(0), bucket(100)] if names else []
    return {
        "distribution": latency.distribution(buckets, quantiles, 2200.0),
        "heat_map": latency.heat_map(hours, "UTC"),
        "load": load.load(by_load),
    }


QUANTILES = {"operations": 10} | {
    f"{name}_latency_ms": value
    for name, value in (("p50", 105.0), ("p95", 107.0), ("p99", 108.0))
}

POLICY = {
    "verdict": "threshold",
    "threshold": {"stream": 0.2},
    "policies": [
        {"policy": "review_all", "expected_cost": 2000.0},
        {"policy": "review_none", "expected_cost": 950.0},
    ],
}


def charts(
    make: Callable[..., Row], names: list[str], estimates: Row
) -> dict[str, Chart]:
    """Return every chart of one row a name; ``make`` makes the rows of marts."""
    week = {"window_days": 7}
    budgets = [make("budget_burn", budget=one, **week) for one in days.BUDGETS]
    drivers = [make("cost_drivers", driver=one) for one in costs.ORDER]
    slices = [make("risk_slices", slice=name) for name in names[:10]]
    routes = [use_case(name, **estimates) for name in names]
    unknown = {} if estimates.get("unit_cost_delta") else dict.fromkeys(KNOWN)
    members = [member(name, rank, **unknown) for rank, name in enumerate(names, 1)]
    hours = [hour(1, 0, **unknown), hour(7, 23, why="3 operations are too few")]
    return {
        **member_charts(members),
        **latency_charts(make, names, QUANTILES, hours),
        "health": days.health([make("health_by_day")], budgets, "UTC"),
        "burn": days.burn(budgets, "UTC"),
        "failures": judged.slices(slices, "failure", len(names)),
        "sla": judged.slices(slices, "sla", len(names)),
        "drift": judged.drift([make("drift", feature=name) for name in names]),
        "drivers": costs.drivers(drivers),
        "forecast": costs.forecast([make("cost_forecast")], "UTC"),
        "estimators": judged.estimators([estimator(n, **estimates) for n in names]),
        "use_cases": judged.use_cases(routes),
        "calibration": triage.calibration([calibration_bin(0.1)]),
        "cost": triage.cost([threshold(0.1)], POLICY),
        **watched_charts(make, names),
        **workflow_rows.charts(make, names, estimates is not UNKNOWN),
    }


def empty() -> dict[str, Chart]:
    """Return every chart of marts without a row."""
    no_quantile = {**dict.fromkeys(QUANTILES), "operations": None}
    return {
        **member_charts([]),
        **latency_charts(row, [], no_quantile, []),
        "health": days.health([], [], "UTC"),
        "burn": days.burn([], "UTC"),
        "failures": judged.slices([], "failure", 0),
        "sla": judged.slices([], "sla", 0),
        "drift": judged.drift([]),
        "drivers": costs.drivers([]),
        "forecast": costs.forecast([], "UTC"),
        "estimators": judged.estimators([]),
        "use_cases": judged.use_cases([]),
        "calibration": triage.calibration([]),
        "cost": triage.cost([], {}),
        **watched_charts(row, []),
        **workflow_rows.empty(),
    }


# what is cut off must not be half of a character
EMOJI = "\U0001f600" * 200
CASES = {
    "one row": lambda: charts(row, ["a"], ESTIMATE),
    "no row": empty,
    "a thousand": lambda: charts(row, [f"model {n}" for n in range(1000)], ESTIMATE),
    "hostile names": lambda: charts(row, [HOSTILE, EMOJI], ESTIMATE),
    "nothing known": lambda: charts(nothing, ["a", "b"], UNKNOWN),
}
