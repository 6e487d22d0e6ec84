"""The difference of two decisions as one screen of text."""

from collections.abc import Mapping
from typing import Any

Row = dict[str, Any]

SHOWN = 8  # estimates, and changes of one cause


def lines(compared: Row) -> list[str]:
    """Return what difference.compare found, as one screen of text."""
    before, after = compared["before"], compared["after"]
    if compared["is_same_decision"]:
        return [f"the same decision: {before['decision_id'][:12]}"]
    text = [
        f"before  {before['decision_id'][:12]}  as of {before['as_of']}  "
        f"{before['status']}",
        f"after   {after['decision_id'][:12]}  as of {after['as_of']}  "
        f"{after['status']}{_succession(compared)}",
        "",
        *(_spoken_decision(one) for one in compared["decisions"]),
        *(f"stop ship {_spoken(one)}" for one in compared["stop_ship"]),
    ]
    if len(text) == 3:
        text.append("every verdict, recommendation and reason is the same")
    return [
        *text,
        *_spoken_causes(compared["causes"]),
        *_spoken_estimates(compared),
    ]


def changed(changes: Mapping[str, Any]) -> list[str]:
    """Return in short lines what was decided differently, and what moved."""
    status = [changes["status"]] if changes["status"] else []
    verdicts = [
        *map(_spoken, status),
        *map(_spoken_decision, changes["decisions"]),
        *(f"stop ship {_spoken(one)}" for one in changes["stop_ship"]),
    ]
    same = "every verdict, recommendation and reason is the same"
    moved = [
        f"moved beyond error: {_spoken_estimate(row).strip()}"
        for row in changes["estimates"][:SHOWN]
    ]
    return [*(verdicts or [same]), *moved]


def differs(changes: Mapping[str, Any]) -> list[str]:
    """Return in short lines what else differs, and may be the cause."""
    return [
        f"{cause['cause']}: {_spoken(change)}"
        for cause in changes["causes"]
        for change in cause["changes"][:SHOWN]
    ]


def _succession(compared: Row) -> str:
    notes = (
        ("supersedes it" if compared["is_successor"] else None),
        ("after it had expired" if compared["had_expired"] else None),
    )
    return "".join(f", {note}" for note in notes if note)


def _spoken_decision(one: Row) -> str:
    spoken = [_spoken(change) for change in map(_in_a_word, one["changes"]) if change]
    moved = spoken or [f"{one['verdict']} still"]
    reasons = [
        *(f"+{code}" for code in one["reasons_added"]),
        *(f"-{code}" for code in one["reasons_removed"]),
    ]
    return f"{one['decision']:<9} {'; '.join([*moved, *reasons])}"


def _in_a_word(change: Row) -> Row | None:
    """Return a change without explanations, None where only these changed."""
    short = {
        name: value.split(":")[0] if isinstance(value, str) else value
        for name, value in change.items()
    }
    return short if short["before"] != short["after"] else None


def _spoken(change: Row) -> str:
    return f"{change['what']}: {_shown(change['before'])} -> {_shown(change['after'])}"


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, float) and not value.is_integer():
        return f"{value:.4g}"
    return f"{value:,.0f}" if isinstance(value, float) else str(value)


def _spoken_causes(causes: list[Row]) -> list[str]:
    text = ["", "what else differs, likeliest cause first"]
    for cause in causes:
        spoken = [_spoken(change) for change in cause["changes"]]
        text += [f"  {cause['cause']:<9} {line}" for line in spoken[:SHOWN]]
        if len(spoken) > SHOWN:
            text.append(f"  {cause['cause']:<9} and {len(spoken) - SHOWN} more")
    return text if causes else ["", "nothing else differs"]


def _spoken_estimates(compared: Row) -> list[str]:
    """Show what moved beyond error, and whatever moved where a verdict changed."""
    judged = [row for row in compared["estimates"] if row["errors"] is not None]
    turned = {
        one["decision"]
        for one in compared["decisions"]
        if "verdict" in {change["what"] for change in one["changes"]}
    }
    if not judged:
        return ["", "no estimate with an error moved"]
    beyond = [row for row in judged if row["is_beyond_error"]]
    within = [
        row
        for row in judged
        if not row["is_beyond_error"] and row["decision"] in turned
    ]
    text = [
        "",
        f"{len(beyond)} of {len(judged)} estimates moved beyond error "
        "(2 joint standard errors)",
        *map(_spoken_estimate, [*beyond, *within][:SHOWN]),
    ]
    if shared := compared["shared_period"]:
        text.append(
            f"both know {shared[0][:10]} to {shared[1][:10]}: where they share rows "
            "the joint error is too large, and a smaller move may be real"
        )
    return text


def _spoken_estimate(row: Row) -> str:
    return (
        f"  {row['decision']} {row['estimate']}: {_shown(row['before'])} -> "
        f"{_shown(row['after'])} {row['unit']} ({row['errors']:.1f} errors)"
    )
