"""What `diff` says of two decisions."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Run

from llm_telemetry.artifact import bundle, document
from llm_telemetry.artifact.diff import compare
from llm_telemetry.artifact.diff_text import lines
from llm_telemetry.cli import main

Content = dict[str, Any]


@pytest.fixture(scope="module")
def before(sample_run: Run) -> Content:
    content: Content = json.loads((sample_run.out_dir / bundle.ARTIFACT).read_bytes())
    return content


def changed(before: Content) -> Content:
    """Return a decision that differs in everything that diff looks at."""
    after = copy.deepcopy(before)
    after["supersedes"] = before["decision_id"]
    after["as_of"] = "2025-06-30T00:00:00Z"
    after["scope"] |= {"starts_at": "2025-04-01T00:00:00Z", "ends_at": after["as_of"]}
    routing = after["decisions"]["routing"]
    routing |= {"verdict": "roll_out", "recommendation": "roll_out"}
    routing["reasons"] = ["interval_below_zero", *routing["reasons"][1:]]
    after["stop_ship"][0]["fired"] = True
    after["inputs"][0] |= {"rows": 4000, "sha256": "a" * 64}
    after["windows"][0]["interactions"] = 9
    (sla,) = (knob for knob in after["knobs"] if knob["knob"] == "sla_ms")
    sla["setting"] = 3000.0
    after["code"] |= {"git_commit": "b" * 40, "is_dirty": None}
    after["integrity"][0]["status"] = "degraded"
    after["decision_id"] = document.decision_id(after)
    return after


def test_a_decision_does_not_differ_from_itself(before: Content) -> None:
    compared = compare(before, before)
    assert compared["is_same_decision"]
    assert compared["decisions"] == compared["causes"] == compared["estimates"] == []
    assert lines(compared) == [f"the same decision: {before['decision_id'][:12]}"]


def test_it_says_what_changed_and_the_causes_in_order(before: Content) -> None:
    after = changed(before)
    compared = compare(before, after)
    assert compared["is_successor"]
    assert compared["had_expired"]
    assert compared["shared_period"] == ["2025-04-01T00:00:00Z", before["as_of"]]
    (routing,) = compared["decisions"]
    advice = before["decisions"]["routing"]["recommendation"]
    assert routing["changes"] == [
        {"what": "verdict", "before": "canary", "after": "roll_out"},
        {"what": "recommendation", "before": advice, "after": "roll_out"},
    ]
    assert routing["reasons_added"] == ["interval_below_zero"]
    assert routing["reasons_removed"] == [before["decisions"]["routing"]["reasons"][0]]
    assert [rule["after"] for rule in compared["stop_ship"]] == [True]
    causes = {one["cause"]: one["changes"] for one in compared["causes"]}
    assert list(causes) == ["inputs", "windows", "knobs", "code", "integrity"]
    assert causes["knobs"] == [{"what": "sla_ms", "before": 2200.0, "after": 3000.0}]
    assert [one["what"] for one in causes["code"]][:1] == ["git_commit"]


def test_its_reverse_says_the_reverse(before: Content) -> None:
    after = changed(before)
    there, back = compare(before, after), compare(after, before)
    for one, other in zip(there["causes"], back["causes"], strict=True):
        swapped = [
            {"what": row["what"], "before": row["after"], "after": row["before"]}
            for row in other["changes"]
        ]
        assert one["changes"] == swapped


@pytest.mark.parametrize(
    ("moved", "errors", "is_beyond"),
    [(9.9, 1.98, False), (10.1, 2.02, True), (-10.1, 2.02, True)],
)
def test_a_move_is_beyond_error_from_two_joint_errors(
    moved: float, errors: float, is_beyond: bool, before: Content
) -> None:
    # errors of 3 and 4 make one of 5
    old, new = copy.deepcopy(before), copy.deepcopy(before)
    name = next(iter(old["decisions"]["routing"]["estimates"]))
    old["decisions"]["routing"]["estimates"][name] |= {"value": 1.0, "se": 3.0}
    new["decisions"]["routing"]["estimates"][name] |= {"value": 1.0 + moved, "se": 4.0}
    (estimate,) = compare(old, new)["estimates"]
    assert estimate["errors"] == pytest.approx(errors)
    assert estimate["is_beyond_error"] is is_beyond


@pytest.mark.parametrize(("value", "se"), [(None, None), (2.0, None), (2.0, 0.0)])
def test_without_an_error_no_move_is_judged(
    value: float | None, se: float | None, before: Content
) -> None:
    old, new = copy.deepcopy(before), copy.deepcopy(before)
    name = next(iter(old["decisions"]["routing"]["estimates"]))
    old["decisions"]["routing"]["estimates"][name] |= {"value": 1.0, "se": se}
    new["decisions"]["routing"]["estimates"][name] |= {"value": value, "se": se}
    found = [row["is_beyond_error"] for row in compare(old, new)["estimates"]]
    assert found == ([] if value is None else [None])


def test_the_text_fits_on_a_screen(before: Content) -> None:
    text = lines(compare(before, changed(before)))
    assert len(text) <= 40
    assert "routing   verdict: canary -> roll_out" in "\n".join(text)
    assert "  knobs     sla_ms: 2,200 -> 3,000" in text
    assert any(line.endswith("supersedes it, after it had expired") for line in text)


def test_the_command_reads_two_files(
    before: Content, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [str(tmp_path / name) for name in ("before.json", "after.json")]
    for file, content in zip(files, (before, changed(before)), strict=True):
        Path(file).write_bytes(bundle.json_bytes(content))
    assert main(["diff", *files]) == 0
    assert "what else differs" in capsys.readouterr().out
    assert main(["diff", "--json", *files]) == 0
    assert not json.loads(capsys.readouterr().out)["is_same_decision"]


@pytest.mark.parametrize("content", [None, "{", "{}", "[]", "NaN", "changed"])
def test_a_file_that_is_no_artifact_is_one_line(
    content: str | None,
    before: Content,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_bytes(bundle.json_bytes(before))
    if content == "changed":
        bad.write_bytes(bundle.json_bytes(before | {"status": "blocked"}))
    elif content is not None:
        bad.write_text(content)
    assert main(["diff", str(good), str(bad)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"{bad}: ")
    assert printed.err.count("\n") == 1
