"""Lines that are longer than DuckDB reads without being told, and what errors quote."""

import csv
import gzip
import json
import re
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from rendered_models import render

from llm_telemetry.errors import InputError
from llm_telemetry.ingest import long_lines, malformed
from llm_telemetry.ingest.column_values import DIALECT
from llm_telemetry.warehouse.dbt_errors import without_content

USUAL = 8
LINES = st.lists(st.integers(0, 3 * USUAL).map(lambda length: b"x" * length))


@given(LINES, st.booleans(), st.booleans())
def test_every_line_that_is_longer_than_usual_is_found(
    tmp_path_factory: pytest.TempPathFactory,
    lines: list[bytes],
    is_ended: bool,
    is_zipped: bool,
) -> None:
    folder = tmp_path_factory.mktemp("lines")
    content = b"\n".join(lines) + b"\n" * is_ended
    file = folder / f"a.jsonl{'.gz' * is_zipped}"
    file.write_bytes(gzip.compress(content) if is_zipped else content)
    numbered = enumerate(content.split(b"\n"), 1)
    expected = [(number, len(line)) for number, line in numbered if len(line) > USUAL]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_lines, "USUAL", USUAL)
        patch.setattr(long_lines, "BLOCK", 5)
        assert list(long_lines.long_lines(file)) == expected


def test_a_line_beyond_the_limit_is_named_with_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_lines, "USUAL", 1 << 20)
    monkeypatch.setattr(long_lines, "LIMIT", 2 << 20)
    (tmp_path / "otlp").mkdir()
    file = tmp_path / "otlp" / "a.jsonl"
    file.write_bytes(b"{}\n" + b"x" * (3 << 20) + b"\n{}\n")
    with pytest.raises(InputError) as caught:
        long_lines.longest_line(tmp_path, ["otlp"])
    (line,) = caught.value.lines
    assert line.startswith("otlp/a.jsonl: line 2: 3 MB: export at most 2 MB a line")
    file.write_bytes(b"{}\n" + b"x" * (3 << 19))
    assert long_lines.longest_line(tmp_path, ["otlp"]) == 3 << 19
    assert long_lines.longest_line(tmp_path, ["telemetry_csv"]) == 0


def test_a_line_of_json_may_be_longer_than_usual(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    texts = ["x", "y" * (long_lines.USUAL + 100), "z"]
    file.write_text("".join(json.dumps([text]) + "\n" for text in texts))
    reader = render("{{ json_lines(['" + str(file) + "']) }}")
    assert f"max_line_size = {long_lines.USUAL}" in " ".join(reader.split())
    # as if the variable that `run` sets named twice as many bytes
    reader = reader.replace(str(long_lines.USUAL), str(2 * long_lines.USUAL))
    query = f"select length(line) from {reader} order by all"
    assert duckdb.sql(query).fetchall() == [
        (len(text) + 4,) for text in sorted(texts, key=len)
    ]


def test_a_row_of_a_table_may_have_more_than_two_megabytes(tmp_path: Path) -> None:
    macro = (ROOT / "macros/engine/read_telemetry.sql").read_text()
    (dialect,) = re.findall(r"(?s)macro csv_dialect\(\) -%}(.*?){%-", macro)
    assert " ".join(dialect.split()) == DIALECT
    file = tmp_path / "a.csv"
    rows = [["id", "prompt"], ["a", "x\n" * 1_500_000], ["b", "y"]]
    with file.open("w", newline="") as text:
        csv.writer(text).writerows(rows)
    read = f"select id, length(prompt) from read_csv('{file}', {DIALECT}) order by id"
    assert duckdb.sql(read).fetchall() == [("a", 3_000_000), ("b", 1)]


def test_a_row_that_is_too_long_is_named_without_its_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(malformed, "LONGEST_ROW", 1 << 20)
    name = "llm_system_interactions.csv"
    (tmp_path / name).write_text("id,prompt\na,x\nb," + "é" * (1 << 19) + "\n")
    assert malformed.malformed_files(tmp_path, ["telemetry_csv"]) == [
        f"{name}: line 3: 1 MB in one row, and at most 1 are read: leave out its long "
        "text"
    ]


LOG = """\
12 of 172 ERROR creating sql table model staging.a  [ERROR in 0.50s]
Failure in model a (models/a.sql)
  Runtime Error in model a (models/a.sql)
  Invalid Input Error: CSV Error on Line: 1
  Original Line: "SECRET
  SECRET

  Maximum line size of 2000000 bytes exceeded.
Failure in model b (models/b.sql)
  Runtime Error in model b (models/b.sql)
  Conversion Error: Could not convert string "SECRET" to INT32
  SECRET
Failure in model c (models/c.sql)
  Runtime Error in model c (models/c.sql)
  Binder Error: Referenced column "known" not found
  LINE 1: select known"""


def test_an_error_is_told_without_what_stood_in_the_telemetry() -> None:
    told = without_content(LOG)
    assert "SECRET" not in told
    for kept in ("CSV Error on Line: 1", "Conversion Error", "model b", "select known"):
        assert kept in told
