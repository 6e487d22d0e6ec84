"""`llm-telemetry gate`, end to end on the sample."""

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from conftest import ROOT, Run

from llm_telemetry import arguments
from llm_telemetry.artifact import bundle, document
from llm_telemetry.cli import main
from llm_telemetry.gate.command import VERSION_COLUMNS, schema
from llm_telemetry.warehouse.connection import read

VERSIONS = ("--baseline", "v1", "--candidate", "v2")


def gated(warehouse: Path, capsys: pytest.CaptureFixture[str], *options: str) -> Any:
    """Return exit code and JSON of one call."""
    code = main(["gate", "--json", "--warehouse", str(warehouse), *options])
    content = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schema()).validate(content)
    assert content["decision_id"] == document.decision_id(content)
    assert content["exit_code"] == code
    return code, content


def refused(warehouse: Path, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """Return the one line that a wrong call prints."""
    assert main(["gate", "--warehouse", str(warehouse), *options]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = captured.err.splitlines()
    return line


def test_weeks_that_differ_in_nothing_are_not_failed(
    sample_run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    weeks = ("--by", "week", "--baseline", "2025-W10", "--candidate", "2025-W11")
    code, content = gated(sample_run.warehouse, capsys, *weeks)
    assert (code, content["verdict"]) == (3, "could_not_tell")


def test_the_version_that_was_made_worse_is_failed(
    sample_run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    code, content = gated(
        sample_run.warehouse, capsys, *VERSIONS, "--expected-share", "0.5"
    )
    assert (code, content["verdict"]) == (1, "fail")
    failed = [one["guard"] for one in content["guards"] if one["status"] == "fail"]
    assert failed == ["sla_breach_rate", "p95_latency_ms"]
    sides = content["comparison"]["baseline"], content["comparison"]["candidate"]
    assert [side["interactions"] for side in sides] == [3_030, 2_770]
    assert [side["sessions"] for side in sides] == [627, 596]
    assert all(one["is_met"] for one in content["sample_ratios"])


def test_the_screen_shows_every_guard_on_one_page(
    sample_run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["gate", "--warehouse", str(sample_run.warehouse), *VERSIONS]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("FAIL")
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 108
    ends = ("pass", "fail", "unknown", "not shown worse")
    shown = [line[3:].split()[0] for line in lines if line.endswith(ends)]
    assert shown == [
        *("failure_rate", "sla_breach_rate", "cost_usd", "p95_latency_ms"),
        *("quality_score", "worst_slice_failure_rate"),
    ]
    (worst,) = (n for n, line in enumerate(lines) if "worst_slice" in line)
    assert lines[worst].endswith("not shown worse")
    assert lines[worst + 1].strip() == "in customer_support x free"


def test_the_file_is_what_json_prints_and_is_written_in_one_step(
    sample_run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "gate.json"
    _, content = gated(sample_run.warehouse, capsys, *VERSIONS, "--out", str(out))
    assert json.loads(out.read_text()) == content
    assert [file.name for file in out.parent.iterdir()] == ["gate.json"]


def test_models_weeks_and_use_cases_can_be_compared(
    sample_run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    for options in (
        ("--by", "model_name", "--baseline", "gpt-4.1", "--candidate", "llama-3.1-70b"),
        ("--by", "model_provider", "--baseline", "openai", "--candidate", "meta"),
        ("--by", "week", "--baseline", "2025-W10", "--candidate", "2025-W11"),
        ("--by", "week", "--baseline", "weeks:4", "--candidate", "2025-W16"),
        ("--baseline", "week:2025-W10", "--candidate", "v2", "--ad-hoc"),
        (*VERSIONS, "--use-case", "coding_assistant", "--use-case", "internal_qa"),
        (*VERSIONS, "--look", "2", "--looks", "5"),
    ):
        code, _ = gated(sample_run.warehouse, capsys, *options)
        assert code in (0, 1, 3)


def test_last_full_weeks_lie_before_the_candidate(
    sample_run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--by", "week", "--baseline", "weeks:4", "--candidate", "2025-W16")
    _, content = gated(sample_run.warehouse, capsys, *options)
    weeks = read("weekly_baselines", sample_run.warehouse)
    four = weeks[weeks["week"].between("2025-W12", "2025-W15")]
    assert content["comparison"]["baseline"]["interactions"] == (
        four["interactions"].sum()
    )


def test_a_run_can_be_gated_against_another(
    sample_run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(sample_run.out_dir / bundle.ARTIFACT)
    files = ("--baseline-artifact", file, "--candidate-artifact", file)
    code, content = gated(sample_run.warehouse, capsys, *files)
    guards = {one["guard"]: one for one in content["guards"]}
    assert code == 3
    assert {one["difference"] for one in guards.values()} == {0.0}
    assert guards["p95_latency_ms"]["status"] == "pass"
    assert guards["cost_usd"]["interactions_needed"] > 5_800


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (
            ("--baseline", "v1", "--candidate", "v9"),
            "--candidate v9: no such prompt_version: there are v1, v2",
        ),
        (
            ("--baseline", "v1", "--candidate", "v1"),
            "--candidate v1: is the baseline as well",
        ),
        (
            ("--by", "colour", *VERSIONS),
            "--by colour: cannot be compared: give one of "
            f"{', '.join(VERSION_COLUMNS)}",
        ),
        (
            ("--baseline", "weeks:4", "--candidate", "v2"),
            "--baseline weeks:4: there is no full week before v2: "
            "give week:<week> or a version",
        ),
        ((*VERSIONS, "--look", "6"), "--look 6: give 1 to 1 (--looks)"),
        (
            (*VERSIONS, "--looks", "2", "--ad-hoc"),
            "--ad-hoc is for looks at any time: leave out --looks",
        ),
        (
            (*VERSIONS, "--expected-share", "1.5"),
            "--expected-share 1.5: give a share between 0 and 1",
        ),
        (
            (*VERSIONS, "--use-case", "cooking"),
            "--use-case cooking: v1 served none of it",
        ),
        (
            ("--baseline", "v1"),
            "gate: give --baseline and --candidate, or both artifacts",
        ),
    ],
)
def test_a_wrong_call_says_what_there_is(
    sample_run: Run,
    capsys: pytest.CaptureFixture[str],
    options: tuple[str, ...],
    line: str,
) -> None:
    assert refused(sample_run.warehouse, capsys, *options) == line


def test_the_page_about_the_gate_shows_what_the_sample_prints(
    sample_run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "docs/guides/release-gate.md").read_text()
    call = next(line for line in page.splitlines() if line.startswith("    $ "))
    options = call.split()[2:]
    assert main([*options, "--warehouse", str(sample_run.warehouse)]) == 1
    printed = capsys.readouterr().out.splitlines()
    assert [line for line in printed if line and f"    {line}\n" not in page] == []


def test_the_example_workflow_gates_and_keeps_what_it_wrote(
    sample_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workflow = yaml.safe_load((ROOT / "docs/examples/release-gate.yml").read_text())
    steps = {step.get("name"): step for step in workflow["jobs"]["gate"]["steps"]}
    build = steps["Build the marts"]["run"].split()
    assert arguments.parse(build[1:]).warehouse == Path("gate.duckdb")
    shutil.copyfile(sample_run.warehouse, tmp_path / "gate.duckdb")
    monkeypatch.chdir(tmp_path)
    call = steps["Gate"]["run"].replace('"$BASELINE"', "v1")
    assert main(call.replace('"$CANDIDATE"', "v2").split()[1:]) == 1
    assert Path(steps["Keep the evidence"]["with"]["path"]).is_file()


def test_a_file_that_is_no_artifact_is_named(
    sample_run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.json"
    other.write_text('{"a": 1}')
    good = str(sample_run.out_dir / bundle.ARTIFACT)
    files = ("--baseline-artifact", str(other), "--candidate-artifact", good)
    assert refused(sample_run.warehouse, capsys, *files).startswith(f"{other}: ")


def test_weekly_baselines_are_those_of_the_week(sample_run: Run) -> None:
    weeks = read("weekly_baselines", sample_run.warehouse)
    log = read("interactions", sample_run.warehouse)
    calendar = log["timestamp_utc"].dt.isocalendar()
    log["week"] = (
        calendar["year"].astype(str) + "-W" + calendar["week"].map("{:02}".format)
    )
    grouped = log.groupby(["week", "use_case"])
    failed = grouped["is_failure"].mean().reset_index(drop=True)
    exact = grouped["latency_ms"].quantile(0.95).reset_index(drop=True)
    assert (weeks["failure_rate"] - failed).abs().max() < 1e-12
    assert (weeks["failure_rate"] <= weeks["failure_rate_high"]).all()
    large = grouped["latency_ms"].count().reset_index(drop=True) >= 60
    assert (weeks["p95_latency_ms"] / exact - 1)[large].abs().median() < 0.02
