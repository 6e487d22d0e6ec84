"""What the audit and the publish know of the models is all that their YAML says."""

from collections.abc import Iterator
from typing import Any

import yaml
from conftest import ROOT

from llm_telemetry.warehouse.data_tests import AUDITED
from llm_telemetry.warehouse.model_contracts import contracts, marts


def generic_tests() -> Iterator[Any]:
    """Yield every generic test of a model, a seed or a column."""
    for file in [*ROOT.glob("models/**/*.yml"), *ROOT.glob("seeds/*.yml")]:
        content = yaml.safe_load(file.read_text())
        for described in [*content.get("models", ()), *content.get("seeds", ())]:
            for tested in (described, *described.get("columns", ())):
                yield from tested.get("data_tests", ())


def test_the_audit_ignores_nothing_that_a_test_says() -> None:
    wrong = []
    for test in generic_tests():
        name, said = (test, {}) if isinstance(test, str) else next(iter(test.items()))
        known = (
            {"arguments"},
            {"columns", "values", "unique", "not_null", "accepted"},
        )
        if name in AUDITED and (
            set(said) - known[0] or set(said.get("arguments", ())) - known[1]
        ):
            wrong.append(test)
    assert not wrong, f"the audit does not know of this: {wrong}"


def test_every_mart_has_a_contract_and_every_key_its_columns() -> None:
    names = {file.stem for file in ROOT.glob("models/marts/**/*.sql")}
    assert set(marts()) == names
    assert marts()["budget_burn"].keys == (
        ("interaction_date", "budget", "window_days"),
    )
    assert marts()["interactions"].keys[0] == ("interaction_id",)
    assert marts()["triage_scores"].not_null == {"interaction_id"}
    assert marts()["health"].is_one_row
    assert {contract.schema for contract in contracts()} >= {
        "marts",
        "seeds",
        "staging",
    }
