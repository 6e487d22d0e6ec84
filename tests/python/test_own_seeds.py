"""Aliases, prices and labels of a team's own, and what is wrong with such files."""

import json
import shutil
from pathlib import Path

import duckdb
import pytest
from conftest import SAMPLE
from langfuse_rows import TRACE, observation, score

from llm_telemetry.config import own_seeds
from llm_telemetry.config.settings_file import NAME, applied, load
from llm_telemetry.errors import InputError
from llm_telemetry.warehouse import incremental_state
from llm_telemetry.warehouse.build import build_marts, scratch_of

FAULTS = {
    "no file": (None, ["own.csv: price_overrides cannot be read: No such file"]),
    "not text": (b"\xff\xfe\x00", ["price_overrides cannot be read: not a CSV file"]),
    "empty": (b"", ["own.csv: model: absent: add the column"]),
    "an unknown column": (
        b"model,input_usd\n",
        ["input_usd: no column of price_overrides: did you mean input_usd_per_mtok?"],
    ),
    "a column twice": (b"model,MODEL \n", ["model: given twice: keep one"]),
    "no name": (b"model,source\n ,x\n", ["line 2: model: no value: write a text"]),
    "a torn row": (b"model,source\na\n", ["line 2: 1 fields where the header has 2"]),
    "a comma": (
        b'model,input_usd_per_mtok\na,1\n\nb,"1,5"\n',
        ["line 4: input_usd_per_mtok: '1,5': write a number with a decimal point"],
    ),
    "a date": (
        b"valid_from,model\n31.05.2026,a\n",
        ["line 2: valid_from: '31.05.2026': write a date such as 2026-05-31"],
    ),
    "a negative price": (
        b"model,input_usd_per_mtok\na,-5\n",
        ["line 2: input_usd_per_mtok: '-5': write a number with a decimal point, not "],
    ),
    "one price twice": (
        b"model,source\na,x\nb,x\nA,y\n",
        ["line 4: same provider, model, service_tier, valid_from, from_minute_utc, "],
    ),
    "many": (
        b"model,valid_from\n" + b"".join(b"%d,x\n" % row for row in range(12)),
        [*(10 * ["valid_from: 'x': write a date"]), "own.csv: 2 more faults"],
    ),
}


@pytest.mark.parametrize(("text", "expected"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_one_line(
    text: bytes | None,
    expected: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "own.csv"
    if text is not None:
        file.write_bytes(text)
    monkeypatch.setenv(own_seeds.variable("price_overrides"), str(file))
    with pytest.raises(InputError) as error:
        own_seeds.check()
    assert len(error.value.lines) == len(expected), error.value.lines
    for line, part in zip(error.value.lines, expected, strict=True):
        assert line.startswith(str(file))
        assert part in line


def test_a_file_with_any_of_the_columns_in_any_order_is_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "own.csv"
    file.write_text("Source,valid_to , model\nx,,a\n,2026-05-31,b\n")
    monkeypatch.setenv(own_seeds.variable("price_overrides"), str(file))
    own_seeds.check()


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the sample beside a call whose scores have labels, and the settings."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(SAMPLE, "data")
    scores = [
        score(label, "CATEGORICAL", observationId="a", stringValue=label, value=0)
        for label in ("fein", "yes", "true", "polite")
    ]
    call = observation("a", model="house", costDetails={}, totalCost=None)
    trace = TRACE | {"scores": scores, "observations": [call]}
    Path("data/langfuse").mkdir()
    Path("data/langfuse/trace.json").write_text(json.dumps(trace))
    texts = {
        "model_aliases": "Model , model_name\ngpt-4.1-mini, House\n",
        "price_overrides": "model,input_usd_per_mtok,source\nours,1.5,agreement\n",
        # `yes` is shipped as a fault
        "evaluation_labels": "label,is_positive\nfein,false\nyes,false\n",
    }
    for seed, text in texts.items():
        Path(f"{seed}.csv").write_text(text)
    Path(NAME).write_text("".join(f"{seed}: {seed}.csv\n" for seed in texts))
    return tmp_path / "data"


def test_files_of_the_settings_are_added_to_what_is_shipped(
    data: Path, tmp_path: Path
) -> None:
    select = "+price_book +int_model_price_matches +int_evaluations"
    sources = ("telemetry_csv", "langfuse")
    with (
        applied(load()),
        build_marts(data, tmp_path / "w.duckdb", sources, select=select) as marts,
        duckdb.connect(str(scratch_of(marts)), read_only=True) as connection,
    ):
        own_seeds.check()
        connection.execute(f"attach '{marts}' as published (read_only)")
        prices = connection.execute(
            "select model, input_usd_per_mtok from published.marts.price_book "
            "where source = 'agreement'"
        ).fetchall()
        aliased = connection.execute(
            "select distinct model_name from intermediate.int_model_price_matches "
            "where price_model = 'gpt-4.1-mini'"
        ).fetchall()
        labels = connection.execute(
            "select label, is_positive from published.intermediate.int_evaluations "
            "order by all"
        ).fetchall()
    assert prices == [("ours", 1.5)]
    assert aliased == [("house",)]
    assert labels == [("fein", False), ("polite", None), ("true", True), ("yes", False)]


def test_another_label_makes_all_rollups_again_and_another_price_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = []
    for seed in ("price_overrides", "evaluation_labels"):
        file = tmp_path / f"{seed}.csv"
        monkeypatch.setenv(own_seeds.variable(seed), str(file))
        for text in ("a", "b"):
            file.write_text(text)
            states.append(incremental_state.state(["telemetry_csv"]))
    assert states[0] == states[1]
    assert len({states[1], *states[2:]}) == 3
