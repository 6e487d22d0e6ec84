"""The policy as a router takes it: one object, and the flag file made from it."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import rfc8785

from llm_telemetry.decisions.types import plain
from llm_telemetry.routing.estimation.prepared import ARM

SCHEMA = "https://flagd.dev/schema/v0/flags.json"
FLAG_SET = "llm-telemetry-routing"
BASIS_POINTS = 10_000
NONE = "none"
LIMITS = ["policy_mode", "max_failure_rate", "max_p95_latency_ms"]


@dataclass(frozen=True)
class Payload:
    """What is to be routed where, for which share of the sessions, and the rollback.

    ``digest`` is of the arms and shares alone, so that the same policy has the same
    one whenever it was decided; ``rollback_to`` is that of the policy it replaces.
    """

    verdict: str
    routes: tuple[dict[str, Any], ...]  # use_case, the arm, traffic_share, its limits
    digest: str
    rollback_to: str | None
    guardrails: tuple[dict[str, Any], ...]


def payload(
    verdict: str,
    policy: pd.DataFrame,
    constraints: pd.DataFrame,
    earlier: Mapping[str, Any] | None,
) -> Payload:
    """Return the payload of a policy; ``earlier`` holds digest and rollback_to.

    The policy that an equal one replaces is the one before both.
    """
    routes = plain(policy[["use_case", *ARM, "traffic_share"]].to_dict("records"))
    digest = hashlib.sha256(rfc8785.dumps(routes)).hexdigest()
    before = dict(earlier or {})
    is_same = before.get("digest") == digest
    rollback_to = before.get("rollback_to") if is_same else before.get("digest")
    sent = policy[policy["traffic_share"] > 0]
    return Payload(
        verdict=verdict,
        routes=tuple(routes),
        digest=digest,
        rollback_to=rollback_to,
        guardrails=tuple(plain(_guardrails(sent, constraints))),
    )


def _guardrails(sent: pd.DataFrame, constraints: pd.DataFrame) -> list[dict[str, Any]]:
    """Return what the routed sessions must keep, or the earlier policy comes back."""
    limits = constraints.drop_duplicates("policy_mode")
    joined = sent[["use_case", "policy_mode"]].merge(limits[LIMITS], on="policy_mode")
    rails = []
    for row in joined.to_dict("records"):
        metrics = {
            "failure_rate": row["max_failure_rate"],
            "p95_latency_ms": row["max_p95_latency_ms"],
            # the lower end of the 95 % interval of routed minus baseline
            "unit_cost_delta_low": 0.0,
        }
        rails += [
            {"use_case": row["use_case"], "metric": name, "roll_back_above": limit}
            for name, limit in metrics.items()
        ]
    return rails


def flags(shipped: Payload) -> dict[str, Any]:
    """Return a flagd flag file: one flag per use case, the baseline as its default.

    A use case that is not routed has no other variant than the baseline.
    A session draws once, so that all of its calls are routed alike; without a
    session_id in the evaluation context the default holds.
    """
    return {
        "$schema": SCHEMA,
        "metadata": {
            "flagSetId": FLAG_SET,
            "version": shipped.digest,
            "policy_digest": shipped.digest,
            "rollback_to": shipped.rollback_to or NONE,
            "verdict": shipped.verdict,
            "summary": summary(shipped.routes),
        },
        "flags": {
            f"routing.{route['use_case']}": _flag(route, shipped.guardrails)
            for route in shipped.routes
        },
    }


def summary(routes: Iterable[Mapping[str, Any]]) -> str:
    """Say how many use cases are routed, or that none is."""
    shares = [route["traffic_share"] for route in routes]
    sent = sum(share > 0 for share in shares)
    if not sent:
        return "nothing is routed: every flag returns its baseline"
    return f"{sent} of {len(shares)} use cases are routed, in part or as a whole"


def _flag(
    route: Mapping[str, Any], guardrails: tuple[dict[str, Any], ...]
) -> dict[str, Any]:
    share = round(route["traffic_share"] * BASIS_POINTS)
    rails = {
        f"roll_back_above_{rail['metric']}": rail["roll_back_above"]
        for rail in guardrails
        if rail["use_case"] == route["use_case"]
    }
    variants = {"baseline": {"route": "baseline"}}
    if share:
        arm = {name: route[name] for name in ARM}
        variants["policy"] = {"route": "policy", **arm}
    return {
        "state": "ENABLED",
        "variants": variants,
        "defaultVariant": "baseline",
        "targeting": _targeting(share) if share else {},
        "metadata": {"traffic_share": route["traffic_share"], **rails},
    }


def _targeting(share: int) -> dict[str, Any]:
    session = {"var": "session_id"}
    drawn = [["policy", share], ["baseline", BASIS_POINTS - share]]
    # the same draw for every flag: a session is in or out as a whole
    fractional = {"fractional": [{"cat": [FLAG_SET, "/", session]}, *drawn]}
    return {"if": [session, fractional, "baseline"]}
