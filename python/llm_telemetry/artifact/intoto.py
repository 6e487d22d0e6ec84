"""The in-toto Statement v1: every file of a bundle by its digest, ready to be signed.

https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
"""

import json
from collections.abc import Mapping
from typing import Any

STATEMENT = "statement.intoto.json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:llm-production-telemetry:decision-artifact:v1"


def state(
    artifact: Mapping[str, Any], artifact_name: str, sums: Mapping[str, str]
) -> dict[str, Any]:
    """Return the statement on an artifact and on every file that it names.

    ``sums`` are the SHA-256 of the artifact and of what it does not name.
    """
    subjects = {entry["name"]: entry["sha256"] for entry in artifact["files"]}
    return {
        "_type": STATEMENT_TYPE,
        "subject": [
            _resource(name, sha256)
            for name, sha256 in sorted({**subjects, **sums}.items())
        ],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "artifact": _resource(artifact_name, sums[artifact_name]),
            "decisionId": artifact["decision_id"],
            "supersedes": artifact["supersedes"],
            "status": artifact["status"],
            "asOf": artifact["as_of"],
            "validUntil": artifact["valid_until"],
            "policy": _resource(
                artifact["policy"]["file"], artifact["policy"]["sha256"]
            ),
            "inputs": [
                _resource(entry["name"], entry["sha256"])
                for entry in artifact["inputs"]
            ],
        },
    }


def faults(written: bytes, expected: Mapping[str, Any]) -> list[str]:
    """Return one line per part of a statement that is not what the bundle says."""
    try:
        found = json.loads(written)
    except ValueError:
        return [f"{STATEMENT}: not JSON"]
    if not isinstance(found, dict):
        return [f"{STATEMENT}: not a statement"]
    return [
        f"{STATEMENT}: {name}: does not match the bundle"
        for name in sorted({*found, *expected})
        if name not in found or found[name] != expected.get(name)
    ]


def _resource(name: str, sha256: str) -> dict[str, Any]:
    return {"name": name, "digest": {"sha256": sha256}}
