"""The report: one page of HTML without scripts, to look at before reading.

It does not name the decision's id, which digests the page.
"""

from collections.abc import Mapping
from importlib import resources
from typing import Any

from llm_telemetry.artifact import approval, labels
from llm_telemetry.artifact.markup import Html, bullets, element, table, with_code
from llm_telemetry.artifact.page_cards import cards, changed
from llm_telemetry.artifact.readme import of_rule
from llm_telemetry.artifact.report import headline
from llm_telemetry.artifact.wording import number, percent, with_interval
from llm_telemetry.charts.drawing import standalone
from llm_telemetry.charts.figures import FOLDER
from llm_telemetry.charts.spec import Chart
from llm_telemetry.charts.theme import dark_style
from llm_telemetry.reasons import explained

PAGE = "report.html"
Row = Mapping[str, Any]
Drawn = Mapping[str, tuple[Chart, str]]

# the sections, with the figures of each
FIGURES: dict[str, tuple[str, tuple[str, ...]]] = {
    "health": ("Health by day", ("health_by_day",)),
    "budget": ("Budgets and how fast they are spent", ("budget_burn",)),
    "hotspots": ("Where it breaks", ("slices_failures", "slices_sla")),
    "routing": ("Routing", ("routing_estimators", "routing_use_cases")),
    "triage": ("Review", ("triage_calibration", "triage_cost")),
    "quality": ("Quality of the answers", ()),
    "drift": ("Drift", ("drift",)),
    "cost": ("Cost", ("cost_drivers", "cost_forecast")),
}
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)


def figure_files(drawn: Drawn) -> dict[str, bytes]:
    """Return the charts as files beside the page."""
    return {f"{FOLDER}/{name}.svg": standalone(svg) for name, (_, svg) in drawn.items()}


def files(artifact: Row, *, health: Row, drawn: Drawn) -> dict[str, bytes]:
    """Return the page of an artifact by its name; it needs neither id nor files."""
    return {PAGE: page(artifact, health, drawn)}


def page(artifact: Row, health: Row, drawn: Drawn) -> bytes:
    """Return the page of an artifact."""
    body = element(
        "body",
        _header(artifact, health),
        element(
            "main",
            cards(artifact["decisions"]),
            changed(artifact),
            *(_section(name, artifact, drawn) for name in FIGURES),
            _stop_ship(artifact["stop_ship"]),
            _integrity(artifact["integrity"]),
            _knobs(artifact["knobs"]),
        ),
    )
    title = f"Decisions as of {_moment(artifact['as_of'])}"
    head = element(
        "head",
        Html('<meta charset="utf-8">'),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'),
        Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        element("title", title),
        element("style", Html(_style())),
    )
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n".encode()


def _style() -> str:
    file = resources.files("llm_telemetry.artifact") / "page.css"
    dark = dark_style("figure svg ")
    media = "@media screen and (prefers-color-scheme:dark)"
    return f"{file.read_text(encoding='utf-8')}{media}{{{dark}}}"


def _moment(written: str | None) -> str:
    return f"{written[:10]} {written[11:16]} UTC" if written else "no call"


def _header(artifact: Row, health: Row) -> Html:
    status = artifact["status"]
    badge = element("span", status.replace("_", " "), class_=f"badge {status}")
    holds = (
        f"As of {_moment(artifact['as_of'])}, valid until "
        f"{_moment(artifact['valid_until'])}."
    )
    places = {name: title for name, (title, _) in FIGURES.items()}
    places |= {"stop": "Stop-ship", "integrity": "Integrity", "knobs": "Knobs"}
    links = [element("a", title, href=f"#{name}") for name, title in places.items()]
    return element(
        "header",
        element("h1", "Decisions ", badge),
        element("p", f"{labels.MEANINGS[status]} {holds} {headline(health)} of cash."),
        element("nav", *links, aria_label="Sections"),
    )


def _section(name: str, artifact: Row, drawn: Drawn) -> Html:
    title, figures = FIGURES[name]
    decision = artifact["decisions"].get(name)
    verdict = f": {decision['verdict'].replace('_', ' ')}" if decision else ""
    return element(
        "section",
        element("h2", f"{title}{verdict}"),
        *([_said(name, decision, artifact)] if decision else []),
        *(_figure(drawn[figure]) for figure in figures if figure in drawn),
        *([_numbers(name, decision)] if decision else []),
        id=name,
    )


def _said(name: str, decision: Row, artifact: Row) -> Html:
    summary = str(decision["summary"])
    parts = [
        element("p", with_code(f"{summary[:1].upper()}{summary[1:]}.")),
        bullets(with_code(explained(one, name)) for one in decision["reasons"]),
    ]
    if name == "routing":
        ship = artifact["policy"]["file"]
        stages = [one["stage"] for one in artifact["rollout"] if one["is_earned"]]
        earned = ", ".join(stages).replace("_", " ") or "none"
        parts.append(element("p", f"Stages earned: {earned}. Policy: {ship}."))
    return Html("".join(parts))


def _figure(drawn: tuple[Chart, str]) -> Html:
    chart, svg = drawn
    caption = element("figcaption", element("strong", chart.title), f" {chart.alt}")
    return element("figure", Html(svg), caption)


def _numbers(name: str, decision: Row) -> Html:
    """Return the estimates that have words, and the findings, as tables."""
    header = ("estimate", "value (95 % interval)")
    found = [
        (
            f"{one['metric'].replace('_', ' ')} where {one['slice']}",
            one["label"],
            with_interval(one, "rate", percent),
            percent(one["complement_rate"]),
            with_interval(one, "net_usd", number),
        )
        for one in (decision["evidence"] if name == "hotspots" else [])
    ]
    slices = ("finding", "label", "rate (95 %)", "elsewhere", "net USD (95 %)")
    numbers = table(header, labels.named(name, decision["estimates"]))
    return Html(f"{table(slices, found)}{numbers}")


def _stop_ship(rules: list[Row]) -> Html:
    rows = [
        (
            rule["rule"],
            "yes" if rule["fired"] else "no",
            of_rule(rule["rule"], rule["value"]),
            of_rule(rule["rule"], rule["limit"]),
            rule["meaning"],
        )
        for rule in rules
    ]
    header = ("rule", "fired", "value", "limit", "meaning")
    title = element("h2", "Stop-ship rules")
    return element("section", title, table(header, rows), id="stop")


def _integrity(checks: list[Row]) -> Html:
    """Return the checks that did not pass; those that did are counted."""
    wrong = [check for check in checks if check["status"] != "ok"]
    rows = [
        (
            f"{check['table_name']}.{check['column_name']}",
            check["check_name"].replace("_", " "),
            check["status"].replace("_", " "),
            f"{check['failed_rows']:,} of {check['checked_rows']:,}",
            check["remedy"],
        )
        for check in wrong
    ]
    passed = f"{len(checks) - len(wrong)} of {len(checks)} checks passed."
    header = ("what", "check", "status", "rows", "what to do")
    parts = (element("h2", "Integrity of the input"), element("p", passed))
    return element("section", *parts, table(header, rows), id="integrity")


def _knobs(knobs: list[Row]) -> Html:
    """Return what a team agrees on, and every knob that is not at its default."""
    shown = [
        knob
        for knob in knobs
        if knob["knob"] in approval.LIMITS or knob["set_by"] != "project"
    ]
    rows = [
        (
            approval.LIMITS.get(knob["knob"], ""),
            knob["knob"],
            approval.setting(knob),
            knob["set_by"].replace("project", "default"),
        )
        for knob in shown
    ]
    rest = (
        f"The other {len(knobs) - len(shown)} are at their defaults; all are in "
        "decision_artifact.json, and `llm-telemetry knobs` explains them."
    )
    header = ("limit or price", "knob", "value", "set by")
    parts = (element("h2", "Knobs"), table(header, rows), element("p", with_code(rest)))
    return element("section", *parts, id="knobs")
