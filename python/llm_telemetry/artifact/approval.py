"""What a person approves: the decision, what it would change, and how to undo it."""

from collections.abc import Mapping
from typing import Any

from llm_telemetry import reasons
from llm_telemetry.artifact.wording import (
    bullets,
    grid,
    number,
    percent,
    prices,
    with_interval,
)

Row = Mapping[str, Any]

KEPT = "keep_baseline"
CALLS = 1000
ROUTES = (
    *("use case", "model today", "proposed", "share of traffic"),
    f"cash saved, USD per {CALLS:,} calls (95 %)",
    f"failures avoided per {CALLS:,} calls (95 %)",
    "why",
)
# what a team agrees on, and the verdicts turn on
LIMITS = {
    "fail_budget": "failures allowed",
    "sla_ms": "latency that breaches the SLA",
    "sla_budget": "SLA breaches allowed",
    "daily_cost_budget_usd": "cost allowed",
    "failure_event_cost_usd": "price of a failure",
    "sla_breach_penalty_usd": "price of an SLA breach",
    "review_cost": "price of a review",
}
SIGN = """\
| decision | approve or reject | name | date |
| --- | --- | --- | --- |
| `{id}` | | | |"""


def facts(artifact: Row, place: str) -> str:
    """Return which decision it is, until when it holds, and what it was made from."""
    inputs = ", ".join(
        f"{table['name']} {table['rows']:,}" for table in artifact["inputs"]
    )
    first, last = (_moment(artifact["scope"][end]) for end in ("starts_at", "ends_at"))
    return grid(
        ("this decision", ""),
        [
            ("decision_id", f"`{artifact['decision_id']}`"),
            ("as_of", _moment(artifact["as_of"])),
            ("valid_until", _moment(artifact["valid_until"])),
            ("supersedes", _id(artifact["supersedes"], "no earlier decision")),
            ("read", place or "see inputs in the artifact"),
            ("rows", inputs),
            ("calls", f"{first} to {last}"),
        ],
    )


def limits(knobs: list[Row]) -> str:
    """Return the limits and prices that the verdicts depend on, and who set them."""
    chosen = {row["knob"]: row for row in knobs}
    cells = [
        (
            f"{name} (`{knob}`)",
            setting(chosen[knob]),
            chosen[knob]["set_by"].replace("project", "default"),
        )
        for knob, name in LIMITS.items()
        if knob in chosen
    ]
    untouched = sum(set_by == "default" for *_, set_by in cells)
    shown = grid(("limit or price", "value", "set by"), cells)
    if not untouched:
        return shown
    counted = "All" if untouched == len(cells) else f"{untouched} of {len(cells)}"
    confirm = "Confirm that they suit you: another limit may change a verdict."
    return f"{shown}\n\n{counted} are defaults of the project. {confirm}"


def routes(evidence: list[Row], knobs: Row) -> str:
    """Return per use case what is proposed, what it would change, and why."""
    cells = [_route(row) for row in evidence]
    priced = (
        "Cash is what providers bill; failures avoided are not part of it. The verdict "
        f"weighs both, at {prices(knobs)} (knobs). The model today is the one that "
        "served most of the use case's calls."
    )
    return f"{grid(ROUTES, cells)}\n\n{priced}" if cells else ""


def way_back(artifact: Row, routed: str) -> str:
    """Say which file ships the policy, when to roll it back, and how.

    ``routed`` says how many use cases it routes.
    """
    policy, back = artifact["policy"], artifact["rollback"]
    before = back["previous_policy_digest"]
    how = (
        f"load the flags of policy `{before}` again, from the bundle of the decision "
        "that shipped it"
        if before
        else "switch the flags off: there is no earlier policy, and their default "
        "variant is the baseline"
    )
    # a bundle is only written where the gates hold
    fires = [name for name in back["triggers"] if not name.startswith("missing_")]
    triggers = ", ".join(f"`{name}`" for name in fires)
    flags = f"`{policy['file']}`, policy {_id(policy['policy_digest'], 'none')}; "
    is_blocked = artifact["status"] == "blocked"
    return bullets(
        [
            "Ship: nothing while a stop-ship rule fires."
            if is_blocked
            else f"Ship: {flags}{routed}.",
            "Review: `triage_threshold_policy.json`; its queue is in "
            "`triage_actions_preview.csv`.",
            f"Roll back: {how}.",
            "Roll back when a limit in the metadata of a flag is exceeded, or when one "
            f"of these stop-ship rules fires in a later run: {triggers}.",
        ]
    )


def signature(artifact: Row) -> str:
    """Return the place to sign, for this decision and no other."""
    return SIGN.format(id=artifact["decision_id"])


def setting(row: Row) -> str:
    """Return the value of a knob with its unit."""
    unit = str(row["unit"]).split(";")[0]
    value = row["setting"]
    if isinstance(value, str):
        return value
    return percent(value) if unit == "rate" else f"{number(value)} {unit}"


def _route(row: Row) -> tuple[str, ...]:
    today = _arm(row["baseline_model_provider"], row["baseline_model_name"])
    if row["recommendation"] == KEPT:
        return (row["use_case"], today, "no change", "0%", "0", "0", _why(row))
    proposed = _arm(row["model_provider"], row["model_name"])
    is_shadow = row["recommendation"] == "shadow"
    return (
        row["use_case"],
        today,
        f"{proposed} (shadow)" if is_shadow else proposed,
        percent(row["traffic_share"]),
        _gain(row, "cash_delta"),
        _gain(row, "failure_rate_delta"),
        _why(row),
    )


def _gain(row: Row, name: str) -> str:
    """Return what is saved or avoided by many calls: a negative change of one."""
    value, low, high = (row[f"{name}{end}"] for end in ("", "_low", "_high"))

    def many(change: float | None) -> float | None:
        return None if change is None else -CALLS * change

    gained = {"gain": many(value), "gain_low": many(high), "gain_high": many(low)}
    return with_interval(gained, "gain", number)


def _why(row: Row) -> str:
    code = row["reasons"]
    if code:
        return f"{code}: {reasons.words(code, 'routing')}"
    return f"costs less within its limits, which are {row['constraint_status']}"


def _arm(provider: str | None, model: str | None) -> str:
    return f"{provider}/{model}" if provider and model else model or "unknown"


def _id(digest: str | None, otherwise: str) -> str:
    return f"`{digest}`" if digest else otherwise


def _moment(written: str | None) -> str:
    return f"{written[:10]} {written[11:16]} UTC" if written else "unknown"
