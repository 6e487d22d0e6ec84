"""The DecisionArtifact: one JSON that says what was decided, on what, and why."""

import hashlib
import importlib.metadata
import json
from collections.abc import Mapping
from dataclasses import asdict
from importlib import resources
from typing import Any

import jsonschema
import rfc8785

from llm_telemetry.decision import Decision, plain

SCHEMA_VERSION = "1.0"
LIBRARIES = ("dbt-core", "dbt-duckdb", "duckdb", "numpy", "pandas", "scikit-learn")

# what each decision says when there is nothing for a person to look at
CLEAR_VERDICTS = {
    "routing": {"keep_baseline", "canary", "roll_out"},
    "triage": {"review_all", "review_none", "threshold", "topk"},
    "drift": {"stable"},
    "budget": {"within_budget"},
    "hotspots": {"none"},
}


def assemble(
    decisions: Mapping[str, Decision],
    stop_ship: list[dict[str, Any]],
    context: Mapping[str, Any],
    files: list[dict[str, Any]],
) -> dict[str, Any]:
    """Return the artifact; ``context`` holds as_of, inputs, knobs, windows, integrity.

    The decision_id is the SHA-256 of everything else in RFC 8785 canonical form, so
    that the same decision on the same data has the same id everywhere.
    """
    degraded = _degraded(context["integrity"])
    written = {
        name: _written(name, decision, degraded.get(name, []))
        for name, decision in decisions.items()
    }
    content = plain(
        {
            "schema_version": SCHEMA_VERSION,
            **_status(written, stop_ship),
            **context,
            "stop_ship": stop_ship,
            "decisions": written,
            "files": files,
            "code": {
                "version": importlib.metadata.version("llm-production-telemetry"),
                "libraries": {
                    name: importlib.metadata.version(name) for name in LIBRARIES
                },
            },
        }
    )
    return {"decision_id": decision_id(content), **content}


def decision_id(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the canonical content (RFC 8785) without its own id."""
    unnamed = {key: value for key, value in content.items() if key != "decision_id"}
    return hashlib.sha256(rfc8785.dumps(unnamed)).hexdigest()


def schema() -> dict[str, Any]:
    """Return the published JSON Schema of the artifact."""
    file = resources.files("llm_telemetry") / "decision_artifact.schema.json"
    loaded: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return loaded


def faults(content: Any) -> list[str]:
    """Return one line per breach of the schema, or of the id it claims."""
    validator = jsonschema.Draft202012Validator(schema())
    breaches = [
        f"{'.'.join(map(str, breach.path)) or 'artifact'}: {breach.message}"
        for breach in validator.iter_errors(content)
    ]
    if not breaches and content["decision_id"] != decision_id(content):
        return ["decision_id: does not match the content: the artifact was changed"]
    return sorted(breaches)


def _status(
    decisions: Mapping[str, Mapping[str, Any]], stop_ship: list[dict[str, Any]]
) -> dict[str, Any]:
    fired = [f"stop_ship: {rule['rule']}" for rule in stop_ship if rule["fired"]]
    unclear = [
        f"{name}: {decision['verdict']}"
        for name, decision in decisions.items()
        if not decision["is_clear"]
    ]
    status = "blocked" if fired else "review_required" if unclear else "ok"
    return {"status": status, "status_reasons": fired + unclear}


def _written(name: str, decision: Decision, degraded: list[str]) -> dict[str, Any]:
    clear = decision.verdict in CLEAR_VERDICTS[name] and not degraded
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
