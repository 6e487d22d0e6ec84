"""The DecisionArtifact: its schema, its identity and what it takes the place of."""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from conftest import ROOT, Run

from llm_telemetry.artifact import bundle, document, provenance
from llm_telemetry.cli import main
from llm_telemetry.decisions.types import Decision

Content = dict[str, Any]
CONTEXT = {
    **{key: [] for key in ("inputs", "knobs", "windows", "integrity", "track_record")},
    "as_of": None,
    "policy": None,
}
RULES = [{"rule": "page", "fired": False, "value": 0, "limit": 1, "meaning": "burns"}]


def assembled(verdict: str, **options: Any) -> Content:
    """Return the artifact of one routing decision."""
    decisions = {"routing": Decision(verdict, "", "")}
    context = {**CONTEXT, **options.pop("context", {})}
    return document.assemble(decisions, RULES, context, [], **options)


def test_the_id_is_that_of_everything_else(sample_run: Run) -> None:
    content = json.loads((sample_run.out_dir / bundle.ARTIFACT).read_bytes())
    claimed = content.pop("decision_id")
    assert claimed == hashlib.sha256(rfc8785.dumps(content)).hexdigest()


def test_the_sample_says_where_it_stands(sample_run: Run) -> None:
    content = json.loads((sample_run.out_dir / bundle.ARTIFACT).read_bytes())
    assert content["valid_until"] == "2025-06-12T23:59:59Z"
    assert content["supersedes"] is None
    assert content["scope"]["interactions"] == 5800
    assert content["scope"]["filters"][0]["excluded_interactions"] == 0
    lock = (ROOT / "requirements.lock").read_bytes()
    assert content["code"]["lock_sha256"] == hashlib.sha256(lock).hexdigest()
    assert content["policy"]["file"] == "routing_policy.flagd.json"
    earned = [stage["stage"] for stage in content["rollout"] if stage["is_earned"]]
    assert earned == ["shadow", "canary"]
    assert content["rollback"]["previous_policy_digest"] is None
    assert "failures_budget_page" in content["rollback"]["triggers"]


def test_a_decision_names_what_it_supersedes_and_a_repetition_does_not() -> None:
    first = assembled("refuse")
    assert first["supersedes"] is None
    assert assembled("refuse", earlier=first) == first
    second = assembled("canary", earlier=first)
    assert second["supersedes"] == first["decision_id"]
    assert assembled("canary", earlier=second) == second
    back = assembled("refuse", earlier=second)
    assert back["supersedes"] == second["decision_id"]


def test_stages_are_earned_up_to_that_of_the_verdict() -> None:
    def earned(verdict: str) -> list[str]:
        ladder = assembled(verdict)["rollout"]
        return [stage["stage"] for stage in ladder if stage["is_earned"]]

    assert earned("keep_baseline") == []
    assert earned("shadow") == ["shadow"]
    assert earned("canary") == ["shadow", "canary"]
    assert earned("roll_out") == ["shadow", "canary", "roll_out"]


def test_a_record_that_cannot_be_trusted_asks_for_a_person() -> None:
    kinds = [
        {"prediction": name, "verdict": name}
        for name in ("biased", "too_narrow", "too_few", "holds")
    ]
    content = assembled("canary", context={"track_record": kinds})
    assert content["status"] == "review_required"
    assert content["status_reasons"] == [
        "track_record: biased biased",
        "track_record: too_narrow too_narrow",
    ]


def test_decide_takes_the_place_of_what_is_there(
    sample_run: Run, tmp_path: Path
) -> None:
    def decided() -> bytes:
        places = ["--warehouse", str(sample_run.warehouse), "--out-dir", str(tmp_path)]
        assert main(["decide", "--quiet", *places]) == 0
        return (tmp_path / bundle.ARTIFACT).read_bytes()

    shutil.copytree(sample_run.out_dir, tmp_path, dirs_exist_ok=True)
    file = tmp_path / bundle.ARTIFACT
    other = json.loads(file.read_bytes()) | {"status_reasons": ["something else"]}
    other["decision_id"] = document.decision_id(other)
    file.write_bytes(bundle.json_bytes(other))
    content = decided()
    assert json.loads(content)["supersedes"] == other["decision_id"]
    assert decided() == content
    # what is no artifact is replaced, but not superseded
    file.write_bytes(b"{}")
    assert json.loads(decided())["supersedes"] is None


def test_the_commit_is_read_and_a_change_makes_it_dirty(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        identity = ("-c", "user.name=t", "-c", "user.email=t@t.invalid")
        command = ["git", *identity, "-C", str(tmp_path), *arguments]
        return subprocess.run(
            command, check=True, capture_output=True, text=True
        ).stdout.strip()

    def code() -> tuple[str | None, bool | None]:
        provenance._checkout.cache_clear()
        found = provenance.code(tmp_path)
        return found["git_commit"], found["is_dirty"]

    assert code() == (None, None)
    git("init", "--quiet")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "a.sql").write_text("select 1")
    git("add", ".")
    git("commit", "--quiet", "--message", "first")
    head = git("rev-parse", "HEAD")
    assert code() == (head, False)
    (tmp_path / "notes.md").write_text("no part of a decision")
    assert code() == (head, False)
    (tmp_path / "models" / "a.sql").write_text("select 2")
    assert code() == (head, True)
    # a package installed below somebody's checkout is not that checkout
    assert provenance._checkout(tmp_path / "models") == (None, None)


@pytest.mark.parametrize(
    ("damage", "code", "line"),
    [
        ("NaN", 2, "not JSON: NaN is no number"),
        ("-Infinity", 2, "not JSON: -Infinity is no number"),
        ("9007199254740993", 1, "has no canonical form"),
    ],
)
def test_a_number_that_json_cannot_carry_is_named(
    damage: str,
    code: int,
    line: str,
    sample_run: Run,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = (sample_run.out_dir / bundle.ARTIFACT).read_text()
    file = tmp_path / bundle.ARTIFACT
    file.write_text(text.replace('"tolerance": 0.0', f'"tolerance": {damage}', 1))
    assert main(["verify", str(file)]) == code
    assert line in capsys.readouterr().err
