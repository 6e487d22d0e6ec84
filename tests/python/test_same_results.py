"""The comparison that shows whether a change of the code changed a result."""

import importlib
import json
from pathlib import Path
from types import ModuleType

import duckdb
import pytest
from conftest import ROOT

CALLS = "from (values (1, 0.1e0), (2, null), (3, 0.3e0)) as calls (id, usd)"


@pytest.fixture
def same_results(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "tests")
    return importlib.import_module("same_results")


def frozen(same_results: ModuleType, warehouse: Path, **marts: str) -> Path:
    """Freeze a warehouse of some marts as the only case; return the file."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema marts")
        for mart, query in marts.items():
            connection.execute(f"create table marts.{mart} as {query}")
    digests = same_results.digests(warehouse)
    file = warehouse.with_suffix(".json")
    case = {"commands": [], "files": {}, "marts": digests}
    file.write_text(json.dumps({"case": case}))
    return file


@pytest.mark.parametrize(
    ("marts", "line"),
    [
        ({"calls": f"{CALLS} order by id desc"}, None),
        # to the last digit
        ({"calls": CALLS.replace("0.3e0", "0.1e0 + 0.2e0")}, "other values in usd"),
        ({"calls": CALLS.replace("(2, null)", "(2, 0)")}, "other values in usd"),
        (
            {"calls": CALLS.replace("(1, 0.1e0), (2, null)", "(2, 0.1e0), (1, null)")},
            "the same values, in other rows",
        ),
        ({"calls": f"{CALLS} where id < 3"}, "3 rows, then 2"),
        (
            {"calls": f"select id::bigint as id, usd {CALLS}"},
            "id: INTEGER, then BIGINT",
        ),
        ({"calls": f"select usd, id {CALLS}"}, "columns id, usd, then usd, id"),
        ({}, "missing after"),
        ({"calls": CALLS, "other": CALLS}, "missing before"),
    ],
)
def test_each_difference_is_one_line(
    marts: dict[str, str],
    line: str | None,
    same_results: ModuleType,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = frozen(same_results, tmp_path / "before.duckdb", calls=CALLS)
    after = frozen(same_results, tmp_path / "after.duckdb", **marts)
    code = same_results.compare(before, after)
    (printed,) = capsys.readouterr().out.splitlines()
    mart = "other" if "other" in marts else "calls"
    expected = f"case: {mart}: {line}" if line else "1 marts of 1 cases equal"
    assert (code, printed) == (int(line is not None), expected)
