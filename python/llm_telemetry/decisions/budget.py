"""Whether the budgets hold, from the marts of budget."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from llm_telemetry.decisions.types import Basis, Decision, Row, check, point, rows

EVIDENCE = [
    "interaction_date",
    "budget",
    "alert",
    "severity",
    "factor",
    "long_burn_rate",
    "short_burn_rate",
    "own_past_rate",
    "design_effect",
    "tail_probability",
    "status",
    "reason",
    "could_missing_flip_it",
    "proposed_budget_rate",
]
# the gravest word that any budget earns on the last day of the data
WORDS = (
    ("page", "stop releases: a budget burns too fast to wait"),
    ("ticket", "look into the burn within days"),
    ("refuse", "restore the measurement: the verdict depends on the missing values"),
    ("unmeasured", "restore the measurement: whether the budget burns is unknown"),
    ("insufficient_traffic", "wait: there is too little traffic to decide"),
)
INFEASIBLE = "agree on an objective that the service can meet"
FORECAST = "month_end_cost_usd"
OVER_BUDGET = "cost_month_forecast_over_budget"
ASSUMPTIONS = (
    {
        "assumption": "sessions fail independently of each other within a day",
        "status": "untestable",
        "evidence": "an incident affects many sessions at once; the binomial tail only "
        "rules out chance",
    },
    {
        "assumption": "what the service did in its better recent periods is usual",
        "status": "checked",
        "evidence": "a page is compared with own_past_rate, of the last three periods",
    },
    {
        "assumption": "missing values do not change the verdict",
        "status": "checked",
        "evidence": "each alert at both bounds: could_missing_flip_it",
    },
    {
        "assumption": "each weekday continues as in its last weeks, without a trend",
        "status": "untestable",
        "evidence": "compare the forecast with the bill when the month has ended",
    },
)


def decide(
    budget_burn: pd.DataFrame,
    burn_alerts: pd.DataFrame,
    cost_forecast: pd.DataFrame,
    knobs: Mapping[str, float],
) -> Decision:
    """Judge the last day of the data: the gravest alert gives the verdict.

    An alert that the missing values could turn around is a refusal, unless another
    one is sure.
    """
    if burn_alerts.empty:
        advice = dict(WORDS)["unmeasured"]
        return Decision("unmeasured", advice, "no day was measured", ("no_dated_rows",))
    alerts, period = latest(burn_alerts), period_of(burn_alerts, budget_burn)
    forecast = plain_row(cost_forecast)
    is_over = forecast["forecast_low_usd"] > forecast["budget_usd"]
    found = {_word(alert) for alert in alerts.to_dict("records")}
    found |= {"ticket"} if is_over else set()
    verdict, recommendation = next(
        ((word, advice) for word, advice in WORDS if word in found),
        ("within_budget", "nothing to do: no budget burns too fast"),
    )
    if verdict == "ticket" and not is_over and _is_only_infeasible(alerts):
        recommendation = INFEASIBLE
    spoken = [*_spoken_pages(alerts), _spoken_burns(period), *_spoken_proposals(alerts)]
    return Decision(
        verdict=verdict,
        recommendation=recommendation,
        summary="; ".join([*spoken, _spoken_forecast(forecast)]),
        reasons=(*_reasons(alerts), *([OVER_BUDGET] if is_over else [])),
        estimates={**_burns(period), **_proposals(alerts), **_forecasts(forecast)},
        evidence=rows(alerts[EVIDENCE]),
        basis=_basis(period, alerts, forecast, knobs),
    )


def latest(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the last day."""
    last: pd.DataFrame = frame[
        frame["interaction_date"] == frame["interaction_date"].max()
    ]
    return last


def plain_row(cost_forecast: pd.DataFrame) -> dict[str, Any]:
    """Return the one row of the forecast."""
    return {str(name): value for name, value in cost_forecast.iloc[0].items()}


def period_of(burn_alerts: pd.DataFrame, budget_burn: pd.DataFrame) -> pd.DataFrame:
    """Return the last day's burn of each budget over its whole period."""
    today, days = latest(budget_burn), burn_alerts["period_days"].max()
    period: pd.DataFrame = today[today["window_days"] == days].sort_values("budget")
    return period


def _word(alert: dict[Any, Any]) -> str:
    if alert["could_missing_flip_it"]:
        return "refuse"
    if alert["status"] == "firing":
        return str(alert["severity"])
    # where traffic is insufficient the next longer window is judged instead
    is_judged_elsewhere = isinstance(alert["escalates_to"], str)
    return "ok" if is_judged_elsewhere else str(alert["status"])


def _reasons(alerts: pd.DataFrame) -> list[str]:
    return [
        f"{alert['budget']}_{alert['alert']}_{word}"
        for alert in alerts.to_dict("records")
        for word, is_so in (
            (alert["status"], alert["status"] != "ok"),
            (alert["reason"], alert["status"] == "firing"),
            ("missing_could_flip_it", alert["could_missing_flip_it"]),
        )
        if is_so
    ]


def _is_only_infeasible(alerts: pd.DataFrame) -> bool:
    firing = alerts[alerts["status"] == "firing"]
    return bool(firing["reason"].eq("slo_infeasible").all())


def _proposed(alerts: pd.DataFrame) -> dict[str, float]:
    """Return the objective proposed for each budget that cannot be kept."""
    proposed = alerts.dropna(subset="proposed_budget_rate").groupby("budget")
    first = proposed["proposed_budget_rate"].first()
    return {str(budget): float(rate) for budget, rate in first.items()}


def _proposals(alerts: pd.DataFrame) -> dict[str, dict[str, Any]]:
    return {
        f"{budget}_proposed_budget_rate": point(
            rate, "USD per day" if budget == "cost" else "share of operations"
        )
        for budget, rate in _proposed(alerts).items()
    }


def _spoken_proposals(alerts: pd.DataFrame) -> list[str]:
    proposed = ", ".join(
        f"{_label(budget)} {_spoken_rate(budget, rate)}"
        for budget, rate in _proposed(alerts).items()
    )
    return [f"budgets that would have been met: {proposed}"] if proposed else []


def _spoken_pages(alerts: pd.DataFrame) -> list[str]:
    """Return what pages: the shortest window of each budget, and the usual rate."""
    pages = alerts[alerts["severity"].eq("page") & alerts["status"].eq("firing")]
    spoken = []
    for row in (
        pages.sort_values("long_days").drop_duplicates("budget").to_dict("records")
    ):
        days = "the last day" if row["long_days"] == 1 else f"{row['long_days']} days"
        if pd.isna(row["long_burn_rate"]):
            spoken.append(
                f"{_label(row['budget'])} page: not cleared, and nothing measured since"
            )
            continue
        burn = f"{row['long_burn_rate']:.2g}x over {days}"
        paged = f"{_label(row['budget'])} page: {burn}"
        if row["reason"] == "above_own_past" and pd.notna(row["own_past_rate"]):
            usual = _spoken_rate(row["budget"], row["own_past_rate"])
            paged = f"{paged}, usual rate {usual}"
        spoken.append(paged)
    return spoken


def _spoken_rate(budget: str, rate: float) -> str:
    return f"{rate:,.4g} USD per day" if budget == "cost" else f"{rate:.1%}"


def _label(budget: str) -> str:
    return "SLA" if budget == "sla" else budget


def _spoken_burns(period: pd.DataFrame) -> str:
    spoken = [
        f"{_label(row['budget'])} {row['burn_rate']:.2g}x"
        for row in period.dropna(subset="burn_rate").to_dict("records")
    ]
    days = int(period["window_days"].iloc[0])
    burns = ", ".join(spoken) or "unknown"
    return f"{days}-day burn rate (1x = on budget): {burns}"


def _spoken_forecast(forecast: Row) -> str:
    if forecast["status"] != "forecast":
        return "too few weeks to forecast the month's cost"
    return (
        f"forecast for the month: {forecast['forecast_usd']:,.4g} USD "
        f"(90 %: {forecast['forecast_low_usd']:,.4g} to "
        f"{forecast['forecast_high_usd']:,.4g}) of a budget of "
        f"{forecast['budget_usd']:,.6g} USD"
    )


def _burns(period: pd.DataFrame) -> dict[str, dict[str, Any]]:
    return {
        f"{row['budget']}_burn_rate_{row['window_days']}d": point(
            row["burn_rate"], "multiple of the budget", n=int(row["measured"])
        )
        for row in period.to_dict("records")
    }


def _forecasts(forecast: Row) -> dict[str, dict[str, Any]]:
    drawn = point(forecast["forecast_usd"], "USD per month; 90 % interval")
    ends = {"low": forecast["forecast_low_usd"], "high": forecast["forecast_high_usd"]}
    chance = point(forecast["over_budget_probability"], "probability")
    to_date = point(forecast["month_to_date_usd"], "USD")
    return {
        "month_to_date_cost_usd": to_date,
        FORECAST: {**drawn, **ends},
        "month_over_budget_probability": chance,
    }


def _basis(
    period: pd.DataFrame,
    alerts: pd.DataFrame,
    forecast: Row,
    knobs: Mapping[str, float],
) -> Basis:
    bounds = ["budget", "burn_rate_low", "burn_rate", "burn_rate_high"]
    seen = ["budget", "alert", "expected_bad_events"]
    return Basis(
        estimand="bad events (or USD per day) over what the budget allows, over its "
        "rolling period; the cost of the calendar month at its end",
        estimator="counts over known outcomes in a long and a short window, confirmed "
        "by a binomial tail of the counts over the design effect of sessions; "
        "medians of the same weekday with residuals drawn a week at a time",
        diagnostics=tuple(_missing(row, knobs) for row in period.to_dict("records")),
        assumptions=ASSUMPTIONS,
        constraints=(*_holds(period), _forecast_holds(forecast)),
        sensitivity=rows(period.loc[period["budget"] != "cost", bounds]),
        power=rows(alerts.loc[alerts["budget"] != "cost", seen]),
        expires_on=("a later day of data", "another objective or budget"),
    )


def _missing(row: dict[Any, Any], knobs: Mapping[str, float]) -> Row:
    if row["budget"] == "cost":
        complete = row["measured"] / row["window_days"]
        return check("cost_measured_days_share", complete, 1.0, complete >= 1)
    total = row["measured"] + row["missing"]
    rate = row["missing"] / total if total else None
    limit = knobs["missing_budget_share"] * row["budget_rate"]
    is_met = None if rate is None else bool(rate <= limit)
    return check(f"{row['budget']}_missing_rate", rate, limit, is_met)


def _holds(period: pd.DataFrame) -> list[Row]:
    return [
        check(
            f"{row['budget']}_burn_rate",
            row["burn_rate"],
            1.0,
            None if pd.isna(row["burn_rate"]) else bool(row["burn_rate"] <= 1),
        )
        for row in period.to_dict("records")
    ]


def _forecast_holds(forecast: Row) -> Row:
    """Return whether the whole interval is within the budget, beyond it, or neither."""
    low, high = forecast["forecast_low_usd"], forecast["forecast_high_usd"]
    limit = forecast["budget_usd"]
    is_met = True if high <= limit else False if low > limit else None
    return check(FORECAST, forecast["forecast_usd"], limit, is_met)
