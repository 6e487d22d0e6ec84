"""What `make calibrate` writes follows from its replicates, and a torn run resumes."""

import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

BENCH = Path(__file__).parents[2] / "bench"
Module = Callable[[str], ModuleType]


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Module:
    monkeypatch.syspath_prepend(BENCH)
    return importlib.import_module


def test_a_share_is_held_against_its_bar(module: Module) -> None:
    claims = module("calibration.claims")
    claim = claims.Claim("P(canary)", "is_canary", high=0.10)
    rare = pd.DataFrame({"is_canary": [1.0] + [0.0] * 19})
    measured = claims.measure(claim, rare)
    assert measured.value == 0.05
    # Wilson's interval of 1 in 20
    assert (measured.low, measured.high) == pytest.approx((0.0089, 0.2361), abs=5e-5)
    assert claims.row("null", claim, rare) == (
        "| null | P(canary) | 0.050 (0.009 to 0.236), n=20 | at most 0.1 | ok |"
    )
    often = pd.DataFrame({"is_canary": [1.0] * 3 + [0.0] * 17})
    assert claims.row("null", claim, often).endswith("| at most 0.1 | not reached |")


def test_a_ratio_adds_up_before_it_divides(module: Module) -> None:
    claims = module("calibration.claims")
    claim = claims.Claim("power", "found", "ratio", low=0.65, over="material")
    numbers = pd.DataFrame({"found": [1, 9], "material": [4, 10]})
    assert claims.measure(claim, numbers).value == pytest.approx(10 / 14)


@pytest.mark.parametrize(("errors", "kept"), [([1, -1, 2, -1], True), ([1, 2], False)])
def test_unbiased_is_within_two_standard_errors(
    module: Module, errors: list[float], kept: bool
) -> None:
    claims = module("calibration.claims")
    claim = claims.Claim("bias", "error", "unbiased")
    measured = claims.measure(claim, pd.DataFrame({"error": errors}))
    assert claims.holds(claim, measured) == kept


def test_what_was_not_measured_misses_its_bar(module: Module) -> None:
    claims = module("calibration.claims")
    claim = claims.Claim("P(canary)", "is_canary", high=0.10)
    assert claims.row("null", claim, pd.DataFrame({"other": [1.0]})).endswith(
        "not reached |"
    )


def test_a_line_that_was_cut_off_is_measured_again(
    module: Module, tmp_path: Path
) -> None:
    store = module("calibration.store")
    file = tmp_path / "deeper" / "null.jsonl"
    store.append(file, 3, {"is_canary": True})
    store.append(file, 1, {"is_canary": False})
    with file.open("a") as lines:
        lines.write('{"seed": 2, "is_ca')
    numbers = store.load(file)
    assert numbers["is_canary"].to_dict() == {1: 0.0, 3: 1.0}
    assert store.load(tmp_path / "absent.jsonl").empty


def test_rows_of_other_scenarios_stay_as_they_were_measured(
    module: Module, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calibrate, claims = module("calibrate"), module("calibration.claims")
    scenario = module("calibration.scenario").Scenario
    made = [claims.Claim("a", "x"), claims.Claim("b", "x")]
    worlds = [scenario(world, world, print, tuple(made)) for world in ("null", "real")]
    monkeypatch.setattr(calibrate, "SCENARIOS", worlds)
    document = tmp_path / "page.md"
    document.write_text(
        f"before\n{calibrate.BEGIN}\nold\n| real | b | 1 | | |\n| gone | a | 1 | | |\n"
        f"{calibrate.END}\nafter\n"
    )
    calibrate.rewrite(document, ["| real | a | 2 | | |", "| null | b | 2 | | |"])
    calibrate.rewrite(document, ["| null | b | 3 | | |"])
    text = document.read_text()
    assert text.startswith(f"before\n{calibrate.BEGIN}\n")
    # in the order of the scenarios and their claims
    rows = "| null | b | 3 | | |\n| real | a | 2 | | |\n| real | b | 1 | | |"
    assert text.endswith(f"|---|\n{rows}\n{calibrate.END}\nafter\n")
    assert "old" not in text


def test_the_document_has_a_place_for_the_table(module: Module) -> None:
    calibrate = module("calibrate")
    text = calibrate.DOCUMENT.read_text()
    assert text.count(calibrate.BEGIN) == text.count(calibrate.END) == 1


def test_models_are_built_after_what_they_read(module: Module) -> None:
    lineage = module("calibration.replicate").lineage("risk_slices")
    assert lineage[0] == "stg_telemetry_csv__interactions"
    assert lineage.index("interactions") < lineage.index("int_slices")
    assert lineage[-1] == "risk_slices"
    assert len(set(lineage)) == len(lineage)


def test_every_claim_reads_a_number_that_its_scenario_gives(module: Module) -> None:
    """Run the quickest scenario of all, and take the others' word for their names."""
    scenarios = {one.name: one for one in module("calibration.scenarios").SCENARIOS}
    quick = scenarios["low_volume-400"]
    numbers = quick.run(0)
    assert {claim.column for claim in quick.claims} <= numbers.keys()
    assert quick.run(0) == numbers


def test_a_resampled_value_is_that_of_the_data_with_percentiles(module: Module) -> None:
    claims = module("calibration.claims")
    claim = claims.Claim("AUC", "auc", "resampled", low=0.9)
    numbers = pd.DataFrame(
        {"auc": [0.95, *(0.9 + place / 1_000 for place in range(101))]}
    )
    measured = claims.measure(claim, numbers)
    assert measured.value == 0.95
    assert (measured.low, measured.high) == pytest.approx((0.9025, 0.9975), abs=1e-3)
    assert claims.holds(claim, measured)
