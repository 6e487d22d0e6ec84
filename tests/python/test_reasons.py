"""Every reason has words, and every one with words can be given."""

import json
import re
from pathlib import Path

import emitted_reasons
import pytest
from conftest import ROOT, Run
from emitted_reasons import ARGUMENTS, CHECKS, PACKAGE, Module, in_case, in_files

from llm_telemetry import reasons
from llm_telemetry.artifact.bundle import ARTIFACT
from llm_telemetry.cli import main
from llm_telemetry.decisions.drift import CONCEPT_DRIFT
from llm_telemetry.triage import since_history

FILES = {
    "routing": ("routing",),
    "triage": ("triage", "decisions/types.py"),
    "drift": ("decisions/drift.py",),
    "budget": ("decisions/budget.py",),
    "hotspots": ("decisions/hotspots.py",),
    "gate": ("gate",),
}
DECISIONS = [name for name in FILES if name != "gate"]


def use_case_codes() -> set[str]:
    """Return why a use case keeps its baseline, but for the rest of the policy."""
    files = ("routing/output/policy_table.py", "routing/checks/limits.py")
    return in_files(*files) - {"not_routed"}


def alert_words() -> set[str]:
    """Return what follows the name of an alert: status, reason while it fires."""
    statuses = in_case("burn_alerts", "measured_status")
    statuses |= in_case("burn_alerts", "status")
    fires = in_case("burn_alerts", "measured_reason", when="is_confirmed")
    fires |= in_case("burn_alerts", "reason", when="status = 'firing'")
    return (statuses - {"ok"}) | fires | {"missing_could_flip_it"}


# what the codes with something filled in can be
SHAPES = {
    "expired_by_<>": {f"expired_by_{CONCEPT_DRIFT}"},
    "use_case_<>": {f"use_case_{code}" for code in use_case_codes()},
    "no_better_than_<>": {f"no_better_than_review_{some}" for some in ("all", "none")},
    "<>_moved": {f"{name}_moved" for name in since_history.NAMES},
    "features_<>": {
        f"features_{verdict}" for verdict in in_case("drift", "verdict") - {"no_drift"}
    },
    "<>_<>_<>": {f"<budget>_<alert>_{word}" for word in alert_words()},
    "slices_flagged_<>": {"slices_flagged_<count>"},
    "models_flagged_<>": {"models_flagged_<count>"},
    "different_<>": {"different_<knob>"},
    "<>: worse": {"worse"},
    # a guard, and a code that is collected where it is given
    "<>: <>": set(),
}


def emitted(decision: str) -> set[str]:
    """Return every reason that a decision can give."""
    arguments = {**ARGUMENTS, **(CHECKS if decision == "gate" else {})}
    codes = in_files(*FILES[decision], arguments=arguments)
    shapes = {code for code in codes if emitted_reasons.FILLED in code}
    unknown = shapes - set(SHAPES)
    assert not unknown, f"say in SHAPES what these can be: {unknown}"
    found = (codes - shapes).union(*(SHAPES[shape] for shape in shapes))
    return found | ({"integrity_degraded"} if decision in DECISIONS else set())


@pytest.mark.parametrize("decision", FILES)
def test_what_can_be_given_has_words_and_the_reverse(decision: str) -> None:
    listed = {one.reason for one in reasons.of_decision(decision)}
    known = emitted(decision)
    assert not known - listed, f"add to reasons.json: {sorted(known - listed)}"
    assert not listed - known, f"nothing gives these: {sorted(listed - known)}"


def test_a_code_is_found_wherever_it_is_given(tmp_path: Path) -> None:
    file = tmp_path / "decides.py"
    file.write_text(
        'NAMED = "by_constant"\n'
        "def _reasons(rows):\n"
        '    return ["by_return" if rows else NAMED]\n'
        "def decide(is_so, name, table):\n"
        '    codes = {"by_key": is_so, f"by_{name}": not is_so == "not_a_code"}\n'
        '    notes.append("by_append")\n'
        '    reasons = table["column"].mask(table["other"] == "x", "by_mask")\n'
        '    return Decision("a", "b", "c", ("by_position",), reasons=("by_word",))\n'
    )
    assert set(Module(file, ARGUMENTS).codes()) == {
        *("by_constant", "by_return", "by_key", "by_<>"),
        *("by_append", "by_mask", "by_position", "by_word"),
    }


def test_what_the_collection_takes_for_granted_is_so() -> None:
    budget = (PACKAGE / "decisions" / "budget.py").read_text()
    assert '"missing_could_flip_it"' in budget
    document = (PACKAGE / "artifact" / "document.py").read_text()
    assert 'f"integrity_degraded: ' in document
    rules = (ROOT / "seeds" / "integrity_rules.csv").read_text()
    assert all(re.search(rf"\b{name}\b", rules) for name in DECISIONS)


@pytest.mark.parametrize("decision", DECISIONS)
def test_every_reason_of_the_sample_is_explained(
    sample_run: Run, decision: str
) -> None:
    artifact = json.loads((sample_run.out_dir / ARTIFACT).read_text())
    for reason in artifact["decisions"][decision]["reasons"]:
        assert reasons.explained(reason, decision) != reason
        assert main(["explain", reason]) == 0


def test_every_stop_ship_rule_of_the_sample_is_explained(sample_run: Run) -> None:
    artifact = json.loads((sample_run.out_dir / ARTIFACT).read_text())
    fired = [rule["rule"] for rule in artifact["stop_ship"]]
    matched = {one.reason for rule in fired for one in reasons.found(rule)}
    assert all(reasons.words(rule, "stop_ship") for rule in fired)
    assert matched == {one.reason for one in reasons.of_decision("stop_ship")}


def test_a_code_means_one_thing_to_a_decision() -> None:
    for code in (code for one in reasons.listed() for code in one.codes()):
        decisions = [name for one in reasons.found(code) for name in one.decisions]
        assert len(decisions) == len(set(decisions)), code


def test_explain_prints_words_decisions_and_advice(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["explain", "failures_28d_slo_infeasible"]) == 0
    (known,) = reasons.found("failures_28d_slo_infeasible")
    assert capsys.readouterr().out.splitlines() == [
        "<budget>_<alert>_slo_infeasible",
        "  given by: budget",
        f"  meaning:  {known.words}",
        f"  to do:    {known.advice}",
    ]


def test_explain_reads_a_code_in_any_case(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "NO_OVERLAP"]) == 0
    assert capsys.readouterr().out.startswith("no_overlap\n")


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("skip_set_not_certifed", "did you mean skip_set_not_certified?"),
        ("sla_7d_fireing", "did you mean sla_7d_firing?"),
        ("zzz", "docs/reference/reasons.md lists them"),
    ],
)
def test_an_unknown_reason_is_one_line_with_a_hint(
    asked: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", asked]) == 2
    said = capsys.readouterr()
    assert said.err == f"explain {asked}: no such reason: {hint}\n"
    assert said.out == ""


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("integrity_degraded: sparse_cost (calls.cost_usd)", "integrity_degraded"),
        ("sla_breach_rate: too_little_data", "too_little_data"),
        ("slices_flagged_7", "slices_flagged_<count>"),
    ],
)
def test_a_reason_is_found_as_it_is_written(written: str, code: str) -> None:
    assert [one.reason for one in reasons.found(written)] == [code]
