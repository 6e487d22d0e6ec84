"""The first screen of the report: a card for each decision, and what changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from llm_telemetry.artifact import diff_text, labels
from llm_telemetry.artifact.markup import Html, bullets, element, wrapping
from llm_telemetry.artifact.wording import multiple, number, percent, with_interval

Row = Mapping[str, Any]
State = Literal["clear", "unclear", "refused"]

# the estimate that decides, by decision
DECIDING = {
    "routing": "shippable.doubly_robust.unit_cost_delta",
    "triage": "cost_minus_best_trivial_usd",
    "drift": "observed_over_expected",
}
SHORT = {
    "routing": "change in cost of the proposed policy",
    "triage": "cost of the best rule, less that of the cheaper of all and none",
    "drift": "failures observed, as a multiple of those expected",
}
TITLES = {
    "routing": "Routing",
    "triage": "Review",
    "drift": "Drift",
    "budget": "Budgets",
    "hotspots": "Where it breaks",
    "quality": "Quality",
}
REASONS, LINES = 3, 5
REVIEW = "to be reviewed by a person"
# marked as a refusal is in a chart
REFUSED = "\u00d7 not enough evidence to decide"


@dataclass(frozen=True)
class Card:
    """What the card of a decision says, in words.

    ``doubt`` says what the state means; ``figure`` is the number that decides, with its
    interval, and ``words`` what it is.
    """

    name: str
    title: str
    verdict: str
    state: State
    doubt: str
    advice: str
    figure: str
    words: str
    reasons: tuple[str, ...]


def card(name: str, decision: Row) -> Card:
    """Return the card of a decision."""
    figure, words = _figure(name, decision)
    reasons = [_short(code) for code in decision["reasons"]]
    more = len(reasons) - REASONS
    advice = decision["recommendation"].replace("keep_baseline", "keep the baseline")
    return Card(
        name,
        TITLES.get(name, name),
        _short(decision["verdict"]),
        *_state(decision),
        f"{advice[:1].upper()}{advice[1:]}.",
        figure,
        words,
        (*reasons[:REASONS], *([f"and {more} more"] if more > 0 else [])),
    )


def _state(decision: Row) -> tuple[State, str]:
    """Return how sure a decision is, and whether a person has to look at it."""
    is_clear = decision["is_clear"]
    if decision["verdict"] == "refuse":
        return "refused", REFUSED if is_clear else f"{REFUSED}, {REVIEW}"
    return ("clear", "clear") if is_clear else ("unclear", REVIEW)


def cards(decisions: Mapping[str, Row]) -> Html:
    """Return a card for each decision."""
    shown = [_card(card(name, decision)) for name, decision in decisions.items()]
    return element("section", *shown, class_="cards", aria_label="Decisions")


def _card(one: Card) -> Html:
    return element(
        "article",
        element("h2", element("a", one.title, href=f"#{one.name}")),
        element("p", one.verdict, class_="verdict"),
        element("p", one.doubt, class_="doubt"),
        element("p", wrapping(one.advice), class_="advice"),
        element(
            "p",
            element("strong", one.figure),
            element("small", wrapping(one.words)),
            class_="sure",
        ),
        bullets(one.reasons),
        class_=f"card {one.state}",
    )


def _short(code: str) -> str:
    return code.split(" (")[0].replace("_", " ")


def _figure(name: str, decision: Row) -> tuple[str, str]:
    """Return the number that decides with its interval, and what it is."""
    if name == "budget":
        return _burning(decision)
    if name == "hotspots":
        return _finding(decision)
    if name == "quality":
        return _bad_answers(decision)
    key = DECIDING.get(name, "")
    estimate = decision["estimates"].get(key)
    if estimate is None or estimate["value"] is None:
        return "no estimate", SHORT.get(name, "")
    return labels.spoken(key, estimate), SHORT[name]


def _burning(decision: Row) -> tuple[str, str]:
    """Return the alert that fires, the most severe first, or the fastest burn."""
    firing = [row for row in decision["evidence"] if row["status"] == "firing"]
    if firing:
        worst = min(firing, key=lambda row: row["severity"] != "page")
        rate, limit = multiple(worst["long_burn_rate"]), multiple(worst["factor"])
        words = f"the {worst['budget']} budget over {worst['alert']}; fires at {limit}"
        return rate, words
    burns = {
        key: one
        for key, one in decision["estimates"].items()
        if "_burn_rate_" in key and one["value"] is not None
    }
    if not burns:
        return "unmeasured", "how fast the budgets are spent"
    key = max(burns, key=lambda name: burns[name]["value"])
    return labels.spoken(key, burns[key]), labels.words("budget", key)


def _finding(decision: Row) -> tuple[str, str]:
    """Return the rate of the finding that leads."""
    if not decision["evidence"]:
        return "none", "slices that are significantly worse than the rest"
    # the headline names the finding that the recommendation is about
    advice = decision["recommendation"]
    named = [row for row in decision["evidence"] if row["slice"] in advice]
    lead = (named or decision["evidence"])[0]
    what = "fail" if lead["metric"] == "failure_rate" else "breach the SLA"
    words = (
        f"of {lead['slice']} {what}, elsewhere {percent(lead['complement_rate'])}; "
        f"net {with_interval(lead, 'net_usd', number)} USD"
    )
    return with_interval(lead, "rate", percent), words


def _bad_answers(decision: Row) -> tuple[str, str]:
    """Return the first rate of bad answers that is stated."""
    for key, estimate in decision["estimates"].items():
        if estimate["value"] is not None:
            dimension, _, scope = key.partition(".")
            return labels.spoken(key, estimate), f"of answers, {dimension}: {scope}"
    return "no rate", "bad answers, by random reviews"


def changed(artifact: Row) -> Html:
    """Return what was decided differently from the decision before."""
    changes = artifact["changes"]
    if changes is None:
        lines = ["This is the first decision in this folder: nothing to compare with."]
    else:
        lines = diff_text.changed(changes)
    return element(
        "section",
        element("h2", "What changed since the last decision"),
        bullets(lines[:LINES]),
        _more(lines[LINES:], changes),
        class_="changed",
        id="changed",
    )


def _more(lines: list[str], changes: Row | None) -> Html:
    """Return the other changes, and what may have caused them, behind a heading."""
    causes = diff_text.differs(changes) if changes else []
    if not lines and not causes:
        return Html("")
    title = f"{len(lines)} more changes, and {len(causes)} possible causes"
    summary = element("summary", title)
    return element("details", summary, bullets([*lines, *causes]))
