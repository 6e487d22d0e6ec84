"""A mutant whose text is gone from its file tests nothing."""

import importlib.util
import sys
from types import ModuleType

import pytest
from conftest import ROOT


@pytest.fixture(scope="module")
def mutants() -> ModuleType:
    sys.path.append(str(ROOT / "tests"))
    spec = importlib.util.spec_from_file_location("mutants", ROOT / "tests/mutants.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_mutant_changes_one_place(mutants: ModuleType) -> None:
    counts = {
        one.name: (ROOT / one.file).read_text(encoding="utf-8").count(one.text)
        for one in mutants.MUTANTS
    }
    assert counts == dict.fromkeys(counts, 1)
    assert all(one.text != one.replacement for one in mutants.MUTANTS)


def test_every_mutant_names_tests_that_exist(mutants: ModuleType) -> None:
    for one in mutants.MUTANTS:
        for file in one.tests.split():
            assert (ROOT / "tests" / "python" / file).exists(), one.name
