"""The main job, end to end."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT, SAMPLE, Run, run

from llm_telemetry.arguments import SAMPLE_PLACES
from llm_telemetry.artifact import bundle
from llm_telemetry.artifact.intoto import STATEMENT
from llm_telemetry.artifact.page import FIGURES
from llm_telemetry.artifact.report import table
from llm_telemetry.cli import UNREAD, main
from llm_telemetry.errors import InputError
from llm_telemetry.ledger.store import LEDGER, REVIEWS
from llm_telemetry.pipeline import decide
from llm_telemetry.places import line_one
from llm_telemetry.warehouse.connection import read
from llm_telemetry.warehouse.typed_cache import folder_of

FILES = {
    "README.md",
    "decision_artifact.json",
    "decision_ledger.jsonl",
    "decision_outcomes.csv",
    "drift_report.csv",
    *(f"figures/{name}.svg" for _, names in FIGURES.values() for name in names),
    "report.html",
    "review_ledger.jsonl",
    "routing_backtest.csv",
    "routing_policy.flagd.json",
    "routing_policy_use_case.csv",
    "statement.intoto.json",
    "triage_actions_preview.csv",
    "triage_scorecard.csv",
    "triage_threshold_curve.csv",
    "triage_threshold_policy.json",
}


CALLS = "llm_system_interactions.csv"


def written(run: Run) -> dict[str, bytes]:
    files = (file for file in run.out_dir.rglob("*") if file.is_file())
    return {
        file.relative_to(run.out_dir).as_posix(): file.read_bytes() for file in files
    }


def artifact(run: Run) -> dict:  # type: ignore[type-arg]
    return json.loads((run.out_dir / bundle.ARTIFACT).read_bytes())


def test_the_sample_is_decided(sample_run: Run) -> None:
    assert sample_run.code == 0
    assert set(written(sample_run)) == FILES
    content = artifact(sample_run)
    assert content["status"] == "review_required"
    assert content["as_of"] == "2025-05-15T23:59:59Z"
    named = {entry["name"] for entry in content["files"]}
    assert named == FILES - {
        *(bundle.README, bundle.ARTIFACT, STATEMENT, LEDGER, REVIEWS),
    }


def test_ten_days_without_latency_are_decided(
    sample_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = pd.read_csv(sample_copy / CALLS, dtype=str, keep_default_na=False)
    days = calls["timestamp_utc"].str[:10]
    calls = calls[days.isin(sorted(set(days))[:10])].assign(latency_ms="")
    calls.to_csv(sample_copy / CALLS, index=False)
    for name, key in (("sessions", "session_id"), ("users", "user_id")):
        file = sample_copy / f"llm_system_{name}_summary.csv"
        rows = pd.read_csv(file, dtype=str, keep_default_na=False)
        rows[rows[key].isin(calls[key])].to_csv(file, index=False)
    monkeypatch.setenv("MAX_LATENCY_MISSING_RATE", "1")
    few = run(sample_copy, tmp_path)
    assert few.code == 0
    rules = {rule["rule"]: rule for rule in artifact(few)["stop_ship"]}
    needed = {
        "failures_budget_exhausted": "needs 28 days of data",
        "sla_budget_exhausted": "needs a measurement",
    }
    for rule, words in needed.items():
        assert not rules[rule]["fired"]
        assert rules[rule]["meaning"].endswith(words)
    assert rules["sla_budget_page"]["value"] is None
    page = (few.out_dir / "README.md").read_text(encoding="utf-8")
    assert "latency unknown" in page
    page = page.replace(str(tmp_path), "")
    assert not re.search(r"\b(None|nan|-0)\b(?!\.)", page)


def test_the_readme_says_every_verdict(sample_run: Run) -> None:
    page = (sample_run.out_dir / "README.md").read_text()
    for name, decision in artifact(sample_run)["decisions"].items():
        assert f"## {name.capitalize()}: `{decision['verdict']}`" in page
        assert decision["summary"] in page


def test_only_what_is_landed_is_left_beside_the_warehouse(sample_run: Run) -> None:
    names = {file.name for file in sample_run.warehouse.parent.iterdir()}
    landed = folder_of(sample_run.warehouse).name
    assert names == {"warehouse.duckdb", "artifacts", landed}


def shuffled(folder: Path) -> Path:
    folder.mkdir()
    for file in SAMPLE.glob("*.csv"):
        table = pd.read_csv(file, dtype=str, keep_default_na=False)
        order = table.sample(frac=1, random_state=3)
        order[list(reversed(table.columns))].to_csv(folder / file.name, index=False)
    return folder


@pytest.mark.parametrize("threads", ["1", "4"])
def test_threads_places_and_the_order_of_rows_change_no_byte(
    threads: str, sample_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    again = run(shuffled(tmp_path / "data"), tmp_path, "--threads", threads)
    assert without_folder(again) == without_folder(sample_run)


def without_folder(run: Run) -> dict[str, bytes]:
    """Return what was written but for the folder's name in the README, and its digest.

    The statement holds where it is, as verifying the bundle proves.
    """
    files = written(run)
    assert not bundle.verify(run.out_dir / bundle.ARTIFACT)
    del files[STATEMENT]
    lines = files[bundle.README].splitlines()
    (read,) = (line for line in lines if line.startswith(b"| read |"))
    assert CALLS.encode() in read
    files[bundle.README] = b"\n".join(line for line in lines if line != read)
    return files


def test_decide_repeats_what_run_decided(sample_run: Run, tmp_path: Path) -> None:
    places = ["--warehouse", str(sample_run.warehouse), "--out-dir", str(tmp_path)]
    assert main(["decide", "--quiet", *places]) == sample_run.code
    again = Run(0, sample_run.warehouse, tmp_path)
    assert without_folder(again) == without_folder(sample_run)


def test_verify_finds_every_kind_of_tampering(
    sample_run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def verified(damage: Callable[[Path], object]) -> tuple[int, str]:
        copy = tmp_path / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(sample_run.out_dir, copy)
        damage(copy)
        code = main(["verify", str(copy / bundle.ARTIFACT)])
        return code, capsys.readouterr().err

    def rewritten(folder: Path, change: Callable[[dict[str, object]], object]) -> None:
        content = json.loads((folder / bundle.ARTIFACT).read_bytes())
        change(content)
        (folder / bundle.ARTIFACT).write_text(json.dumps(content))

    policy = "routing_policy_use_case.csv"
    assert verified(lambda folder: None) == (0, "")
    assert verified(lambda folder: (folder / LEDGER).unlink()) == (0, "")
    assert verified(lambda folder: (folder / policy).write_text("x")) == (
        1,
        f"{policy}: changed since the decision was written\n",
    )
    assert verified(lambda folder: (folder / policy).unlink())[1] == (
        f"{policy}: missing\n"
    )
    assert verified(lambda folder: (folder / bundle.README).write_text("approved")) == (
        1,
        f"{STATEMENT}: subject: does not match the bundle\n",
    )
    assert verified(lambda folder: (folder / bundle.README).unlink())[1] == (
        f"{bundle.README}: missing\n"
    )
    changed = verified(
        lambda folder: rewritten(folder, lambda c: c.update(status="ok"))
    )
    assert changed[0] == 1
    assert "decision_id" in changed[1]
    extra = verified(lambda folder: rewritten(folder, lambda c: c.update(note="hello")))
    assert "'note' was unexpected" in extra[1]


def test_a_failed_write_leaves_the_earlier_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = {"a.csv": b"old a", "b.csv": b"old b", bundle.ARTIFACT: b"old"}
    bundle.write(earlier, tmp_path)
    replace = os.replace

    def full_disk(source: Path, target: Path) -> None:
        if target == tmp_path / "b.csv" and source.parent.name == "fresh":
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", full_disk)
    fresh = {name: b"new" for name in [*earlier, "0.csv"]}
    with pytest.raises(InputError, match="No space left"):
        bundle.write(fresh, tmp_path)
    left = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert left == earlier


def test_the_published_numbers_of_the_open_sample(
    shared_data: Callable[[str], Path], tmp_path: Path
) -> None:
    again = run(shared_data("sample"), tmp_path)
    health = read("health", again.warehouse).iloc[0]
    windows = read("windows", again.warehouse).set_index("window_name")["interactions"]
    backtest = read("reference_backtest", again.warehouse).iloc[0]
    content = artifact(again)
    assert health["interactions"] == 2400
    assert round(health["failure_rate"], 4) == 0.0583
    assert round(health["sla_breach_rate"], 4) == 0.1921
    assert round(health["p95_latency_ms"]) == 2645
    assert round(health["cost_usd"], 2) == 4.70
    assert list(windows[["history", "calibration", "evaluation"]]) == [1674, 367, 359]
    assert round(backtest["baseline_expected_unit_cost"], 8) == 3.70668316
    assert round(backtest["policy_expected_unit_cost"], 8) == 4.18681472
    # every field is drawn independently: there is nothing to find
    assert content["decisions"]["hotspots"]["verdict"] == "none"
    routed = content["decisions"]["routing"]
    assert routed["verdict"] in ("inconclusive", "keep_baseline")
    assert routed["recommendation"].startswith("keep_baseline: ")
    assert content["status"] != "ok"


def test_the_readme_shows_what_the_sample_prints(sample_run: Run) -> None:
    outcome = decide(sample_run.warehouse)
    first = line_one("data/sample (simulated)", outcome.inputs, outcome.windows)
    # the ledgers are no part of the bundle
    others = len(FILES - {LEDGER, REVIEWS, "README.md", "report.html"})
    last = (
        f"written: {SAMPLE_PLACES['out_dir']}/README.md, report.html and {others} more"
    )
    shown = ["$ make run", first, *table(outcome.artifact, outcome.health), "", last]
    block = "\n".join(f"    {line}" if line else "" for line in shown)
    assert f"\n{block}\n" in (ROOT / "README.md").read_text()


def test_a_reader_that_leaves_is_no_fault(tmp_path: Path) -> None:
    words = ["simulate", "--world", "null", "--interactions", "50"]
    program = [sys.executable, "-m", "llm_telemetry.cli"]
    ours, theirs = os.pipe()
    os.close(ours)
    ended = subprocess.run(
        [*program, *words, "--out-dir", str(tmp_path)],
        stdout=theirs,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(theirs)
    assert (ended.returncode, ended.stderr) == (UNREAD, b"")
    assert (tmp_path / "truth.json").exists()
