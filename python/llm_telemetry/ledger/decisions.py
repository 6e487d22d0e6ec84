"""The decisions of a bundle as flat rows, for the ledger and for the marts."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

Row = dict[str, Any]

TIMES = ("as_of", "valid_until")
COUNTS = ("n", "clusters")


def ledger_lines(artifact: Mapping[str, Any]) -> list[Row]:
    """Return the ledger's lines on the decisions of an artifact."""
    return [*decision_rows(artifact), *estimate_rows(artifact)]


def marts_of(artifact: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """Return the rows of an artifact for each mart of decisions."""
    return {
        "decisions": as_published(decision_rows(artifact)),
        "decision_estimates": as_published(estimate_rows(artifact)),
    }


def decision_rows(artifact: Mapping[str, Any]) -> list[Row]:
    """Return one row per decision of an artifact, as the mart ``decisions``."""
    copied = ("verdict", "is_clear", "recommendation", "summary")
    return [
        {
            **_signed(artifact, name),
            "valid_until": artifact["valid_until"],
            **{field: decision[field] for field in copied},
            "reasons": "; ".join(decision["reasons"]),
            "bundle_status": artifact["status"],
            "supersedes": artifact["supersedes"],
        }
        for name, decision in artifact["decisions"].items()
    ]


def estimate_rows(artifact: Mapping[str, Any]) -> list[Row]:
    """Return one row per estimate, as the mart ``decision_estimates``."""
    return [
        {**_signed(artifact, name), "estimate": estimate, **numbers}
        for name, decision in artifact["decisions"].items()
        for estimate, numbers in decision["estimates"].items()
    ]


def as_published(rows: Sequence[Row]) -> pd.DataFrame:
    """Return rows with the types of their mart, as those of the published bundle."""
    frame = pd.DataFrame(rows, columns=None if rows else ["decision_id"])
    for name in frame.columns.intersection([*TIMES]):
        frame[name] = pd.to_datetime(frame[name], utc=True).dt.tz_localize(None)
    for name in frame.columns.intersection([*COUNTS]):
        frame[name] = frame[name].astype("Int64")
    return frame.assign(is_published=True)


def _signed(artifact: Mapping[str, Any], name: str) -> Row:
    return {
        "decision_id": artifact["decision_id"],
        "as_of": artifact["as_of"],
        "decision": name,
    }
