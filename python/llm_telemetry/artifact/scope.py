"""What a decision speaks for, until when, and what would stop it."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from llm_telemetry.artifact import bundle
from llm_telemetry.decisions.types import plain

FLAGS = "routing_policy.flagd.json"


def describe(
    windows: pd.DataFrame, health: Mapping[str, Any], valid_days: float
) -> dict[str, Any]:
    """Return what the decisions speak for, from when and until when."""
    as_of = windows["ends_at"].max()
    decided_on = windows["window_name"].isin(["history", "calibration", "evaluation"])
    placed = int(windows.loc[decided_on, "interactions"].sum())
    return {
        "as_of": plain(as_of),
        "valid_until": plain(as_of + pd.Timedelta(days=valid_days)),
        "scope": {
            "starts_at": plain(windows["starts_at"].min()),
            "ends_at": plain(as_of),
            "interactions": health["interactions"],
            "sessions": health["sessions"],
            "filters": [
                {
                    "filter": "outside every decision window",
                    "excluded_interactions": health["interactions"] - placed,
                }
            ],
        },
    }


def policy(
    files: Mapping[str, bytes], routes: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the file that routes, its digest, and that of the routes in it."""
    (written,) = bundle.digests({FLAGS: files[FLAGS]})
    digest = routes[0]["policy_digest"] if routes else None
    return {"file": FLAGS, "sha256": written["sha256"], "policy_digest": digest}


def rollback(
    routes: Sequence[Mapping[str, Any]], rules: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the digest of the policy to come back to, and what brings it back."""
    return {
        "previous_policy_digest": routes[0]["rollback_to"] if routes else None,
        "triggers": [rule["rule"] for rule in rules],
    }


def gates(checks: tuple[dict[str, Any], ...]) -> list[dict[str, Any]]:
    """Return one stop-ship rule per gate with a limit."""
    return [
        {
            "rule": check["check_name"],
            "fired": check["status"] == "failed",
            "value": check["failed_rate"],
            "limit": check["tolerance"],
            "meaning": f"above the limit of missing {check['column_name']} the build "
            "stops and no bundle is written",
        }
        for check in checks
        if check["check_name"] in ("missing_latency", "missing_cost")
    ]
