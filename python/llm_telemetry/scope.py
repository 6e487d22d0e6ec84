"""What a decision speaks for, until when, and what would stop it."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from llm_telemetry import bundle
from llm_telemetry.decision import plain


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


def policy(files: Mapping[str, bytes]) -> dict[str, Any]:
    """Return the name and the digest of the routing policy that ships."""
    name = "routing_policy_use_case.csv"
    (digest,) = bundle.digests({name: files[name]})
    return {"file": name, "sha256": digest["sha256"]}


def gates(checks: tuple[dict[str, Any], ...]) -> list[dict[str, Any]]:
    """Return one stop-ship rule per gate with a limit that somebody chose."""
    return [
        {
            "rule": check["check_name"],
            "fired": check["status"] == "failed",
            "value": check["failed_rate"],
            "limit": check["tolerance"],
            "meaning": f"too much of {check['column_name']} is missing; it would have "
            "stopped the build, so that no bundle has it fired",
        }
        for check in checks
        if check["check_name"] in ("missing_latency", "missing_cost")
    ]
