"""What changed between two decisions, and what may have caused it."""

from collections.abc import Callable, Iterable, Mapping
from math import sqrt
from typing import Any

Artifact = Mapping[str, Any]
Row = dict[str, Any]

SPOKEN = ("verdict", "is_clear", "recommendation")
CODE_FIELDS = ("version", "git_commit", "is_dirty", "lock_sha256")


def compare(before: Artifact, after: Artifact) -> Row:
    """Return what two artifacts decide differently, and in what else they differ.

    Causes are in the order in which to check them: inputs, windows, knobs, code,
    integrity. An estimate moved beyond error where the change exceeds
    2 sqrt(se_before^2 + se_after^2), which takes the two as independent: where they
    share data the true error is smaller, so that a move within it may be real.
    """
    return {
        "before": _identity(before),
        "after": _identity(after),
        "is_same_decision": before["decision_id"] == after["decision_id"],
        "is_successor": after["supersedes"] == before["decision_id"],
        "had_expired": _is_later(after["as_of"], before["valid_until"]),
        "shared_period": _shared_period(before["scope"], after["scope"]),
        **changes(before, after),
        "estimates": _estimates(before["decisions"], after["decisions"]),
    }


def changes(before: Artifact, after: Artifact) -> Row:
    """Return what differs but for the estimates, of which those moved beyond error.

    Neither artifact needs an id.
    """
    estimates = _estimates(before["decisions"], after["decisions"])
    found = ((name, of(before, after)) for name, of in CAUSES.items())
    return {
        "status": _moved("status", before["status"], after["status"]),
        "decisions": _decisions(before, after),
        "stop_ship": _stop_ship(before, after),
        "causes": [{"cause": name, "changes": of} for name, of in found if of],
        "estimates": [row for row in estimates if row["is_beyond_error"]],
    }


def _identity(artifact: Artifact) -> Row:
    return {name: artifact[name] for name in ("decision_id", "as_of", "status")}


def _is_later(time: str | None, other: str | None) -> bool:
    return time is not None and other is not None and time > other


def _moved(what: str, before: Any, after: Any) -> Row | None:
    return None if before == after else {"what": what, "before": before, "after": after}


def _changes(pairs: Iterable[tuple[str, Any, Any]]) -> list[Row]:
    return [row for pair in pairs if (row := _moved(*pair))]


def _decisions(before: Artifact, after: Artifact) -> list[Row]:
    names = [*before["decisions"], *after["decisions"]]
    changed = []
    for name in dict.fromkeys(names):
        old = before["decisions"].get(name, {})
        new = after["decisions"].get(name, {})
        old_codes, new_codes = old.get("reasons", []), new.get("reasons", [])
        row = {
            "changes": _changes((key, old.get(key), new.get(key)) for key in SPOKEN),
            "reasons_added": [code for code in new_codes if code not in old_codes],
            "reasons_removed": [code for code in old_codes if code not in new_codes],
        }
        if any(row.values()):
            verdict = new.get("verdict", "no longer decided")
            changed.append({"decision": name, "verdict": verdict, **row})
    return changed


def _stop_ship(before: Artifact, after: Artifact) -> list[Row]:
    old, new = (
        {rule["rule"]: rule["fired"] for rule in artifact["stop_ship"]}
        for artifact in (before, after)
    )
    return _by_name(old, new)


def _by_name(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Row]:
    names = dict.fromkeys([*old, *new])
    return _changes((name, old.get(name), new.get(name)) for name in names)


def _inputs(before: Artifact, after: Artifact) -> list[Row]:
    old, new = (
        {table["name"]: table for table in artifact["inputs"]}
        for artifact in (before, after)
    )
    # as many rows, but others, are a change too
    return _by_name(
        {
            name: f"{one['rows']:,} rows {one['sha256'][:8]}"
            for name, one in old.items()
        },
        {
            name: f"{one['rows']:,} rows {one['sha256'][:8]}"
            for name, one in new.items()
        },
    )


def _windows(before: Artifact, after: Artifact) -> list[Row]:
    old, new = (
        {
            window["window_name"]: (
                f"{window['starts_at'][:10]} to {window['ends_at'][:10]}, "
                f"{window['interactions']:,} of {window['window_method']}"
            )
            for window in artifact["windows"]
        }
        for artifact in (before, after)
    )
    return _by_name(old, new)


def _knobs(before: Artifact, after: Artifact) -> list[Row]:
    old, new = (
        {knob["knob"]: knob["setting"] for knob in artifact["knobs"]}
        for artifact in (before, after)
    )
    return _by_name(old, new)


def _code(before: Artifact, after: Artifact) -> list[Row]:
    old, new = (
        {name: artifact["code"][name] for name in CODE_FIELDS}
        | artifact["code"]["libraries"]
        for artifact in (before, after)
    )
    return _by_name(old, new)


def _integrity(before: Artifact, after: Artifact) -> list[Row]:
    old, new = (
        {
            f"{check['check_name']} ({check['table_name']}.{check['column_name']})": (
                check["status"]
            )
            for check in artifact["integrity"]
        }
        for artifact in (before, after)
    )
    return _by_name(old, new)


CAUSES: dict[str, Callable[[Artifact, Artifact], list[Row]]] = {
    "inputs": _inputs,
    "windows": _windows,
    "knobs": _knobs,
    "code": _code,
    "integrity": _integrity,
}


def _estimates(before: Artifact, after: Artifact) -> list[Row]:
    """Return every estimate that both have, the furthest moved first."""
    rows = [
        {"decision": name, "estimate": key}
        | _estimate(before[name]["estimates"][key], estimate)
        for name in after
        if name in before
        for key, estimate in after[name]["estimates"].items()
        if key in before[name]["estimates"]
    ]
    known = [row for row in rows if row["change"]]
    return sorted(
        known,
        key=lambda row: (-(row["errors"] or 0), row["decision"], row["estimate"]),
    )


def _estimate(old: Artifact, new: Artifact) -> Row:
    if old["value"] is None or new["value"] is None:
        change = None
    else:
        change = new["value"] - old["value"]
    if change is None or old["se"] is None or new["se"] is None:
        errors = None
    else:
        joint = sqrt(old["se"] ** 2 + new["se"] ** 2)
        errors = abs(change) / joint if joint > 0 else None
    return {
        "unit": new["unit"],
        "before": old["value"],
        "after": new["value"],
        "change": change,
        "errors": errors,
        "is_beyond_error": None if errors is None else errors > 2,
    }


def _shared_period(before: Artifact, after: Artifact) -> list[str] | None:
    """Return first and last time that both decisions know, or None."""
    if None in (before["starts_at"], after["starts_at"]):
        return None
    starts = max(before["starts_at"], after["starts_at"])
    ends = min(before["ends_at"], after["ends_at"])
    return [starts, ends] if starts <= ends else None
