"""The DecisionArtifact: one JSON that says what was decided, on what, and why."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from importlib import resources
from typing import Any

import rfc8785

from llm_telemetry.artifact import diff, provenance
from llm_telemetry.decisions.types import Decision, plain

SCHEMA_VERSION = "1.0"
Pages = Callable[[Mapping[str, Any]], list[dict[str, Any]]]

# what each decision says when there is nothing for a person to look at
CLEAR_VERDICTS = {
    "routing": {"keep_baseline", "canary", "roll_out"},
    "triage": {"review_all", "review_none", "threshold", "topk"},
    "drift": {"stable"},
    "budget": {"within_budget"},
    "hotspots": {"none"},
    # that nobody has reviewed answers yet blocks nothing
    "quality": {"rates", "refuse"},
}


# what the ledger says of a prediction that cannot be trusted
UNRELIABLE = {"biased", "too_narrow"}
# what a routing policy has to show before it serves more of the traffic
ROLLOUT = (
    ("shadow", "the policy beats the baseline significantly on the log"),
    ("canary", "and holds against hidden confounding, with its constraints certified"),
    ("roll_out", "and wins on randomised canary traffic with logged propensities"),
)
EXPIRES_ON = (
    "valid_until has passed",
    "a later decision supersedes it",
    "a knob, the code or an input behind it changes",
    "a stop-ship rule fires",
)


def assemble(
    decisions: Mapping[str, Decision],
    stop_ship: list[dict[str, Any]],
    context: Mapping[str, Any],
    files: list[dict[str, Any]],
    *,
    earlier: Mapping[str, Any] | None = None,
    pages: Pages = lambda content: [],
) -> dict[str, Any]:
    """Return the artifact; ``earlier`` is the one whose place it takes.

    ``pages`` returns the digests of the files that are made from the artifact without
    its id, and say what changed since the earlier one.

    ``context`` holds what no decision made: as_of, valid_until, scope, inputs, knobs,
    windows, integrity, policy, failover, track_record. The decision_id is the SHA-256
    of everything else in RFC 8785 canonical form, so that the same decision on the same
    data, after the same one before it, has the same id everywhere.
    """
    degraded = _degraded(context["integrity"])
    written = {
        name: _describe(name, decision, degraded.get(name, []))
        for name, decision in decisions.items()
    }
    content = plain(
        {
            "schema_version": SCHEMA_VERSION,
            **_status(written, stop_ship, context["track_record"]),
            **context,
            "expires_on": [*EXPIRES_ON, *_expiries(written)],
            "stop_ship": stop_ship,
            "decisions": written,
            "rollout": _rollout(written["routing"]["verdict"]),
            "files": files,
            "code": provenance.code(),
        }
    )
    return _add_id(content, earlier, pages)


def _add_id(
    content: Mapping[str, Any], earlier: Mapping[str, Any] | None, pages: Pages
) -> dict[str, Any]:
    """Return the content with its id, after ``earlier``; a repetition is the same."""

    def after(
        supersedes: str | None, changes: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        whole = {**content, "supersedes": supersedes, "changes": changes}
        files = [*content["files"], *pages(whole)]
        whole["files"] = sorted(files, key=lambda file: file["name"])
        return {"decision_id": decision_id(whole), **whole}

    if earlier is None:
        return after(None, None)
    # a repetition no longer has what its first one was compared with
    again = after(earlier["supersedes"], earlier.get("changes"))
    if again["decision_id"] == earlier["decision_id"]:
        return again
    return after(earlier["decision_id"], plain(diff.changes(earlier, content)))


def decision_id(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the canonical content (RFC 8785) without its own id."""
    unnamed = {key: value for key, value in content.items() if key != "decision_id"}
    return hashlib.sha256(rfc8785.dumps(unnamed)).hexdigest()


def schema() -> dict[str, Any]:
    """Return the published JSON Schema of the artifact."""
    file = resources.files("llm_telemetry.artifact") / "decision_artifact.schema.json"
    loaded: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return loaded


def faults(content: Any) -> list[str]:
    """Return one line per breach of the schema, or of the id it claims."""
    # slow to import, and only an artifact that was read needs it
    import jsonschema

    validator = jsonschema.Draft202012Validator(schema())
    breaches = [
        f"{'.'.join(map(str, breach.path)) or 'artifact'}: {breach.message}"
        for breach in validator.iter_errors(content)
    ]
    if breaches:
        return sorted(breaches)
    try:
        is_own = content["decision_id"] == decision_id(content)
    except rfc8785.CanonicalizationError as error:
        return [f"artifact: has no canonical form: {error}"]
    if is_own:
        return []
    return ["decision_id: does not match the content: the artifact was changed"]


def _status(
    decisions: Mapping[str, Mapping[str, Any]],
    stop_ship: list[dict[str, Any]],
    track_record: list[dict[str, Any]],
) -> dict[str, Any]:
    fired = [f"stop_ship: {rule['rule']}" for rule in stop_ship if rule["fired"]]
    unclear = [
        f"{name}: {decision['verdict']}"
        for name, decision in decisions.items()
        if not decision["is_clear"]
    ]
    unclear += [
        f"track_record: {kind['prediction']} {kind['verdict']}"
        for kind in track_record
        if kind["verdict"] in UNRELIABLE
    ]
    status = "blocked" if fired else "review_required" if unclear else "ok"
    return {"status": status, "status_reasons": fired + unclear}


def _describe(name: str, decision: Decision, degraded: list[str]) -> dict[str, Any]:
    has_expired = any(code.startswith("expired_by_") for code in decision.reasons)
    clear = decision.verdict in CLEAR_VERDICTS[name] and not (degraded or has_expired)
    return {
        "verdict": decision.verdict,
        "is_clear": clear,
        "recommendation": decision.recommendation,
        "summary": decision.summary,
        "reasons": [*decision.reasons, *degraded],
        "estimates": decision.estimates,
        "evidence": list(decision.evidence),
        **asdict(decision.basis),
    }


def _expiries(decisions: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return [
        f"{name}: {cause}"
        for name, decision in decisions.items()
        for cause in decision["expires_on"]
    ]


def _rollout(verdict: str) -> list[dict[str, Any]]:
    """Return the ladder; every stage up to the one of the verdict is earned."""
    stages = [stage for stage, _ in ROLLOUT]
    reached = stages.index(verdict) if verdict in stages else -1
    return [
        {"stage": stage, "requires": requires, "is_earned": step <= reached}
        for step, (stage, requires) in enumerate(ROLLOUT)
    ]


def _degraded(checks: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Return the reasons that degraded checks give each decision that uses them."""
    reasons: dict[str, list[str]] = {}
    for check in checks:
        if check["status"] != "degraded":
            continue
        where = f"{check['table_name']}.{check['column_name']}"
        for name in check["decisions"].split():
            reasons.setdefault(name, []).append(
                f"integrity_degraded: {check['check_name']} ({where})"
            )
    return reasons
