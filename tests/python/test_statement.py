"""The in-toto statement over a bundle."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Run

from llm_telemetry.artifact import bundle
from llm_telemetry.artifact.intoto import STATEMENT
from llm_telemetry.cli import main

Change = Callable[[dict[str, Any]], object]


def read(folder: Path, name: str) -> dict[str, Any]:
    return json.loads((folder / name).read_bytes())  # type: ignore[no-any-return]


def test_it_has_the_form_of_the_specification(sample_run: Run) -> None:
    stated = read(sample_run.out_dir, STATEMENT)
    assert set(stated) == {"_type", "subject", "predicateType", "predicate"}
    assert stated["_type"] == "https://in-toto.io/Statement/v1"
    assert stated["predicateType"].endswith(":v1")
    assert all(list(one) == ["name", "digest"] for one in stated["subject"])
    assert all(len(one["digest"]["sha256"]) == 64 for one in stated["subject"])


def test_it_names_every_file_by_its_digest(sample_run: Run) -> None:
    stated = read(sample_run.out_dir, STATEMENT)
    subjects = {one["name"]: one["digest"]["sha256"] for one in stated["subject"]}
    files = {name: (sample_run.out_dir / name).read_bytes() for name in subjects}
    assert subjects == {
        entry["name"]: entry["sha256"] for entry in bundle.digests(files)
    }
    files_there = (one for one in sample_run.out_dir.rglob("*") if one.is_file())
    beside = {one.relative_to(sample_run.out_dir).as_posix() for one in files_there}
    ledgers = {"decision_ledger.jsonl", "review_ledger.jsonl"}
    assert beside - set(subjects) == {STATEMENT, *ledgers}


def test_its_predicate_says_what_was_decided_on_what(sample_run: Run) -> None:
    predicate = read(sample_run.out_dir, STATEMENT)["predicate"]
    content = read(sample_run.out_dir, bundle.ARTIFACT)
    assert predicate["decisionId"] == content["decision_id"]
    assert predicate["validUntil"] == content["valid_until"]
    assert predicate["policy"]["digest"]["sha256"] == content["policy"]["sha256"]
    assert [(one["name"], one["digest"]["sha256"]) for one in predicate["inputs"]] == [
        (one["name"], one["sha256"]) for one in content["inputs"]
    ]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda s: s.update(_type="https://in-toto.io/Statement/v0.1"), "_type"),
        (lambda s: s.update(note="hello"), "note"),
        (lambda s: s.pop("predicateType"), "predicateType"),
        (lambda s: s["subject"].pop(), "subject"),
        (lambda s: s["subject"][0]["digest"].update(sha256="0" * 64), "subject"),
        (lambda s: s["predicate"].update(status="ok"), "predicate"),
    ],
)
def test_verify_finds_a_changed_statement(
    change: Change,
    line: str,
    sample_run: Run,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    copy = Path(shutil.copytree(sample_run.out_dir, tmp_path / "copy"))
    stated = read(copy, STATEMENT)
    change(stated)
    (copy / STATEMENT).write_text(json.dumps(stated))
    assert main(["verify", str(copy / bundle.ARTIFACT)]) == 1
    found = capsys.readouterr().err
    assert found == f"{STATEMENT}: {line}: does not match the bundle\n"


@pytest.mark.parametrize(
    ("content", "line"),
    [(None, "missing"), (b"{", "not JSON"), (b"[]", "not a statement")],
)
def test_verify_finds_what_is_no_statement(
    content: bytes | None,
    line: str,
    sample_run: Run,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    copy = Path(shutil.copytree(sample_run.out_dir, tmp_path / "copy"))
    (copy / STATEMENT).unlink()
    if content is not None:
        (copy / STATEMENT).write_bytes(content)
    assert main(["verify", str(copy / bundle.ARTIFACT)]) == 1
    assert capsys.readouterr().err == f"{STATEMENT}: {line}\n"


def test_an_artifact_written_again_is_another_file(
    sample_run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # the id holds, as the content does; the bytes are not those that were attested
    copy = Path(shutil.copytree(sample_run.out_dir, tmp_path / "copy"))
    content = read(copy, bundle.ARTIFACT)
    (copy / bundle.ARTIFACT).write_text(json.dumps(content))
    assert main(["verify", str(copy / bundle.ARTIFACT)]) == 1
    assert "subject: does not match the bundle" in capsys.readouterr().err
