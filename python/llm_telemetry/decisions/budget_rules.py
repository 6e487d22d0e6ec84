"""When a budget stops releases, and in words why it does or does not."""

from typing import Any

import pandas as pd

from llm_telemetry.decisions.budget import latest, period_of

# how a budget is called in a sentence
SPOKEN = {"cost": "cost", "failures": "failure", "sla": "SLA"}
# consecutive periods that marts.budget_burn looks at
PERIODS = 3
# why the page's rule has not fired
NO_PAGE = {
    "below_factor": "the {} budget burns too slowly to page",
    "within_own_past": "the {} budget burns at a paging rate, but no faster than usual",
    "one_session": "the {} budget burns at a paging rate, but only in one session",
    "not_significant": "the {} budget burns at a paging rate, but chance explains it",
    "few_events": "too little traffic to say whether the {} budget burns",
    "unmeasured": "whether the {} budget burns is not measured",
}


def stop_ship(
    burn_alerts: pd.DataFrame, budget_burn: pd.DataFrame
) -> list[dict[str, Any]]:
    """Return two rules per budget: a page fires, and the whole budget is spent.

    The second is the error budget policy of Google's Site Reliability Workbook
    (appendix B): no release while the last four weeks spent more than their budget. It
    lifts by itself when they no longer do, and it is waived after three periods in a
    row: then it is the objective that has to change.
    """
    if burn_alerts.empty:
        return []
    alerts, period = latest(burn_alerts), period_of(burn_alerts, budget_burn)
    return [
        *(_page_rule(of_budget) for _, of_budget in alerts.groupby("budget")),
        *(_exhausted_rule(row) for row in period.to_dict("records")),
    ]


def _page_rule(alerts: pd.DataFrame) -> dict[str, Any]:
    fastest = alerts.sort_values(["long_days", "alert"]).to_dict("records")[0]
    budget, reason = fastest["budget"], fastest["reason"]
    pages = alerts["severity"].eq("page") & alerts["status"].eq("firing")
    meaning = "the {} budget burns at a paging rate"
    if not pages.any():
        meaning = NO_PAGE.get(reason, meaning)
    return {
        "rule": f"{budget}_budget_page",
        "fired": bool(pages.any()),
        "value": fastest["long_burn_rate"],
        "limit": fastest["factor"],
        "meaning": meaning.format(SPOKEN[budget]),
    }


def _exhausted_rule(period: dict[Any, Any]) -> dict[str, Any]:
    budget, days = SPOKEN[period["budget"]], period["window_days"]
    is_judged = pd.notna(period["periods_over_budget"])
    periods = int(period["periods_over_budget"]) if is_judged else 0
    if not is_judged:
        needed = f"{days} days of data" if period["measured"] else "a measurement"
        meaning = f"not judged: the {budget} budget of {days} days needs {needed}"
    elif periods == 0:
        meaning = f"the {budget} budget of the last {days} days is not spent"
    elif periods < PERIODS:
        meaning = f"the {budget} budget of the last {days} days is spent"
        meaning += (
            ", and was also overspent in the period before" if periods > 1 else ""
        )
    else:
        meaning = (
            f"the {budget} budget of {days} days is spent for the third period in a "
            "row: a freeze would not help, agree on another objective"
        )
    return {
        "rule": f"{period['budget']}_budget_exhausted",
        "fired": 0 < periods < PERIODS,
        "value": period["burn_rate"],
        "limit": 1.0,
        "meaning": meaning,
    }
