"""Whether the error budgets hold, from the marts budget_burn and burn_alerts."""

from typing import Any

import pandas as pd

from llm_telemetry.decision import Decision, point, rows

PERIOD_DAYS = 28
EVIDENCE = [
    "interaction_date",
    "budget",
    "alert",
    "severity",
    "factor",
    "long_burn_rate",
    "short_burn_rate",
    "tail_probability",
    "status",
    "proposed_budget_rate",
]
# the gravest word that any budget earns on the last day of the data
WORDS = (
    ("page", "stop releases: a budget burns too fast to wait"),
    ("ticket", "look into the burn within days"),
    ("slo_infeasible", "agree on an objective that the service can keep"),
    ("unmeasured", "restore the measurement: nobody knows whether the budget burns"),
    ("insufficient_traffic", "wait: too little traffic to tell"),
)


def decide(budget_burn: pd.DataFrame, burn_alerts: pd.DataFrame) -> Decision:
    """Judge the last day of the data: the gravest alert gives the verdict."""
    if burn_alerts.empty:
        advice = dict(WORDS)["unmeasured"]
        return Decision("unmeasured", advice, "no day was measured", ("no_dated_rows",))
    today = latest(burn_alerts)
    found = {_word(alert) for alert in today.to_dict("records")}
    verdict, recommendation = next(
        ((word, advice) for word, advice in WORDS if word in found),
        ("within_budget", "nothing to do: every budget holds"),
    )
    standing = today[today["status"] != "ok"]
    burns = _burns(latest(budget_burn))
    return Decision(
        verdict=verdict,
        recommendation=recommendation,
        summary=_summary(burns),
        reasons=tuple(_reason(alert) for alert in standing.to_dict("records")),
        estimates=burns,
        evidence=rows(today[EVIDENCE]),
    )


def latest(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the last day."""
    last: pd.DataFrame = frame[
        frame["interaction_date"] == frame["interaction_date"].max()
    ]
    return last


def stop_ship(burn_alerts: pd.DataFrame) -> list[dict[str, Any]]:
    """Return one rule per paging alert: it blocks while it fires."""
    if burn_alerts.empty:
        return []
    paging = latest(burn_alerts).query("severity == 'page'")
    return [
        {
            "rule": f"{alert['budget']}_budget_page",
            "fired": alert["status"] == "firing",
            "value": alert["long_burn_rate"],
            "limit": alert["factor"],
            "meaning": f"the {alert['budget']} budget burns at a paging rate",
        }
        for alert in paging.to_dict("records")
    ]


def _word(alert: dict[Any, Any]) -> str:
    firing = alert["status"] == "firing"
    return str(alert["severity"] if firing else alert["status"])


def _reason(alert: dict[Any, Any]) -> str:
    return f"{alert['budget']}_{alert['alert']}_{alert['status']}"


def _summary(burns: dict[str, dict[str, Any]]) -> str:
    spoken = [
        f"{name.split('_')[0]} {burn['value']:.2g}x"
        for name, burn in burns.items()
        if burn["value"] is not None and not pd.isna(burn["value"])
    ]
    return f"{PERIOD_DAYS}-day burn of the budgets: {', '.join(spoken) or 'unknown'}"


def _burns(today: pd.DataFrame) -> dict[str, dict[str, Any]]:
    month = today[today["window_days"] == PERIOD_DAYS].sort_values("budget")
    return {
        f"{row['budget']}_burn_rate_{PERIOD_DAYS}d": point(
            row["burn_rate"], "multiple of the budget", n=int(row["measured"])
        )
        for row in month.to_dict("records")
    }
