"""The marts of decisions: what the bundle says, and what earlier runs decided."""

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import SAMPLE, Run, run

from llm_telemetry.artifact import bundle
from llm_telemetry.ledger import store
from llm_telemetry.ledger.decisions import as_published, decision_rows, estimate_rows
from llm_telemetry.warehouse.connection import read, replace_rows

Artifact = dict[str, Any]


def artifact_of(run_: Run) -> Artifact:
    content: Artifact = json.loads((run_.out_dir / bundle.ARTIFACT).read_bytes())
    return content


def known(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def test_the_marts_say_what_the_bundle_says(sample_run: Run) -> None:
    artifact = artifact_of(sample_run)
    rows = known(read("decisions", sample_run.warehouse))
    decisions = {row.pop("decision"): row for row in rows}
    assert set(decisions) == set(artifact["decisions"])
    for name, row in decisions.items():
        told = artifact["decisions"][name]
        assert row == {
            "decision_id": artifact["decision_id"],
            "is_published": True,
            "as_of": pd.Timestamp(artifact["as_of"]).tz_localize(None),
            "valid_until": pd.Timestamp(artifact["valid_until"]).tz_localize(None),
            **{
                field: told[field]
                for field in ("verdict", "is_clear", "recommendation", "summary")
            },
            "reasons": "; ".join(told["reasons"]),
            "bundle_status": artifact["status"],
            "supersedes": None,
        }


def test_the_mart_of_estimates_has_every_number_of_the_bundle(sample_run: Run) -> None:
    artifact = artifact_of(sample_run)
    found: dict[str, dict[str, Any]] = {}
    for row in known(read("decision_estimates", sample_run.warehouse)):
        assert row.pop("decision_id") == artifact["decision_id"]
        assert row.pop("is_published") is True
        assert row.pop("as_of") == pd.Timestamp(artifact["as_of"]).tz_localize(None)
        found.setdefault(row.pop("decision"), {})[row.pop("estimate")] = row
    assert found == {
        name: decision["estimates"]
        for name, decision in artifact["decisions"].items()
        if decision["estimates"]
    }


def test_earlier_decisions_stay_and_a_repetition_adds_none(
    sample_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = artifact_of(sample_run)
    shutil.copytree(sample_run.out_dir, tmp_path / "artifacts")
    monkeypatch.setenv("REVIEW_COST", "1")
    shown = []
    for _ in range(2):
        again = run(SAMPLE, tmp_path)
        decisions = read("decisions", again.warehouse)
        estimates = read("decision_estimates", again.warehouse)
        shown.append((known(decisions), known(estimates)))
    assert shown[0] == shown[1]
    second = artifact_of(again)
    for mart in (decisions, estimates):
        assert set(mart["decision_id"]) == {first["decision_id"], second["decision_id"]}
        is_second = mart["decision_id"] == second["decision_id"]
        assert (mart["is_published"] == is_second).all()
    earlier = decisions[~decisions["is_published"]]
    verdicts = dict(zip(earlier["decision"], earlier["verdict"], strict=True))
    assert verdicts == {
        name: decision["verdict"] for name, decision in first["decisions"].items()
    }
    assert set(decisions[decisions["is_published"]]["supersedes"]) == {
        first["decision_id"]
    }


def test_a_decision_with_the_same_verdict_is_another_line(tmp_path: Path) -> None:
    file = tmp_path / store.LEDGER
    line = {"as_of": "2025-01-01", "decision": "triage", "verdict": "review_all"}
    assert store.append(file, [line | {"decision_id": name} for name in "ab"]) == 2
    assert store.append(file, [line | {"decision_id": name} for name in "bc"]) == 1


def test_a_bundle_without_estimates_replaces_none(
    sample_run: Run, tmp_path: Path
) -> None:
    artifact = artifact_of(sample_run)
    bare = {
        **artifact,
        "decision_id": "bare",
        "as_of": None,
        "valid_until": None,
        "decisions": {
            name: {**decision, "estimates": {}, "reasons": []}
            for name, decision in artifact["decisions"].items()
        },
    }
    file = Path(shutil.copy(sample_run.warehouse, tmp_path))
    replace_rows("decisions", as_published(decision_rows(bare)), file)
    replace_rows("decision_estimates", as_published(estimate_rows(bare)), file)
    decisions = read("decisions", file)
    own = decisions[decisions["decision_id"] == "bare"]
    assert len(own) == len(artifact["decisions"])
    assert own["as_of"].isna().all()
    assert (own["reasons"] == "").all()
    before = read("decision_estimates", sample_run.warehouse)
    pd.testing.assert_frame_equal(read("decision_estimates", file), before)
