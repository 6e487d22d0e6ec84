"""Charts of slices: which are worse than all other calls, and what explains them."""

from llm_telemetry.charts.forest import Forest
from llm_telemetry.charts.judged import METRICS, NOT_JUDGED, of_rates
from llm_telemetry.charts.spec import Chart, Row, Rows, counted, nothing, spoken, top

# verdicts of a slice that is no finding of its own, in words
NO_FINDING = {
    **NOT_JUDGED,
    "small_effect": "significant, but a small difference",
    "not_significant": "not significant",
    "no_heterogeneity": "no difference within its family",
}
MODEL = "model"


def verdicts(ranked: Rows, metric: str, total: int) -> Chart:
    """Return the rate of slices; blue are hotspots, grey has why it is none.

    ``ranked`` are the first rows of risk_slices by rank, ``total`` is how many there
    are; ``metric`` is failure or sla.
    """
    _, _, title = METRICS[metric]
    if not ranked:
        return nothing(title, "No slice has a call with a known outcome yet.")
    others = _others(total - len(ranked))
    return _rates(
        ranked, metric, "slice", others, f"{len(ranked)} of {counted(total, 'slice')}"
    )


def _others(count: int) -> str:
    return f"{counted(count, 'other')}: see the table" if count else ""


def models(rows: Rows, metric: str) -> Chart:
    """Return the rate of each model, as ``verdicts`` does; rows of model_hotspots."""
    _, _, title = METRICS[metric]
    title = title.replace("slices", "models")
    if not rows:
        return nothing(title, "No model has a call with a known outcome yet.")
    named = [
        {**row, MODEL: f"{row['model_name']} ({row['model_provider']})"} for row in rows
    ]
    chosen, left = top(named, by="interactions")
    what = f"{len(chosen)} of {counted(len(named), 'model')}"
    chart = _rates(chosen, metric, MODEL, _others(left), what)
    return Chart(title, chart.alt, chart.body)


def _rates(rows: Rows, metric: str, label: str, others: str, what: str) -> Chart:
    _, events, title = METRICS[metric]
    shown: list[Row] = [{**row, "why": _why(row, metric)} for row in rows]
    found = [row[label] for row in shown if row["why"] is None]
    alt = (
        f"{what} with their {events} per interaction, 95 % intervals, and the rate of "
        "all other calls. "
        + (f"Hotspots: {', '.join(found)}." if found else "None is a hotspot.")
    )
    return Chart(title, alt, of_rates(label, metric).layers(shown, others=others))


def _why(row: Row, metric: str) -> str | None:
    """Return why a slice is no finding of its own, None where it is one."""
    verdict, explained_by = row[f"{metric}_verdict"], row.get("explained_by")
    if row[METRICS[metric][0]] is None:
        return NOT_JUDGED["unmeasured"]
    if verdict == "hotspot":
        return None
    if verdict in ("explained", "same_rows"):
        words = "explained by" if verdict == "explained" else "the same calls as"
        # the mart names the other slice of the more severe verdict only
        return f"{words} {explained_by or 'another slice'}"
    return NO_FINDING[verdict]


def losses(ranked: Rows, total: int) -> Chart:
    """Return what slices lose against all other calls, with the interval.

    ``ranked`` are the first rows of risk_slices by rank, ``total`` is how many there
    are.
    """
    title = "What slices lose against all other calls"
    if not ranked:
        return nothing(title, "No slice has a call with a known outcome yet.")
    shown: list[Row] = [
        {**row, "why": None if row["excess_usd"] is not None else _no_loss(row)}
        for row in ranked
    ]
    plot = Forest(
        "slice",
        "excess_usd",
        "failures, SLA breaches and cash, USD (95 % interval)",
    )
    if all(row["why"] for row in shown):
        return nothing(title, "No slice has other calls to compare with.")
    body = plot.layers(shown, others=_others(total - len(ranked)))
    first = shown[0]
    said = (
        "" if first["excess_usd"] is None else f", {spoken(first['excess_usd'], 4)} USD"
    )
    alt = (
        f"{len(shown)} of {counted(total, 'slice')} with what they lose against all "
        f"other calls, with 95 % intervals. First: {first['slice']}{said}."
    )
    return Chart(title, alt, body)


def _no_loss(row: Row) -> str:
    return NOT_JUDGED.get(row["verdict"], "no other calls to compare with")
