"""Columns of a file that the settings read by another name."""

import shutil
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from conftest import SAMPLE
from test_landing import TABLE, staged

from llm_telemetry.config import column_names
from llm_telemetry.config.settings_file import NAME, applied, load
from llm_telemetry.errors import InputError
from llm_telemetry.ingest import early_checks

OURS = {"model_name": "Model Name", "latency_ms": "duration", "interaction_id": 'i"d'}
SETTINGS = """
columns:
  interactions:
    model_name: Model Name
    latency_ms: duration
    interaction_id: i"d
"""


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with the sample, beside settings that name its columns."""
    shutil.copytree(SAMPLE, tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    Path(NAME).write_text(SETTINGS)
    return tmp_path / "data"


def rows(data: Path) -> pd.DataFrame:
    """Return the calls as texts."""
    file = data / f"{TABLE}.csv"
    return pd.read_csv(file, dtype=str, keep_default_na=False)


def lines(data: Path) -> list[str]:
    """Return the lines that the folder is refused with."""
    with applied(load()), pytest.raises(InputError) as error:
        early_checks.check(data, ["telemetry_csv"])
    return list(error.value.lines)


def test_renamed_columns_are_read_like_those_of_the_contract(
    data: Path, tmp_path: Path
) -> None:
    sample = rows(data)
    # a text that DuckDB's reader does not cast, but ours does
    sample.loc[0, "model_name"] += " "
    sample.to_csv(data / f"{TABLE}.csv", index=False)
    expected = staged(data, tmp_path / "named.duckdb")
    renamed, batches = sample.rename(columns=OURS), data / TABLE
    (data / f"{TABLE}.csv").unlink()
    batches.mkdir()
    # by our reader, by DuckDB's, from Parquet, and with the names of the contract
    renamed[:900].to_csv(batches / "a.csv", index=False)
    renamed[900:1800].to_csv(batches / "b.csv", index=False)
    duckdb.from_df(renamed[1800:2700]).to_parquet(str(batches / "c.parquet"))
    sample[2700:].to_csv(batches / "d.csv", index=False)
    with applied(load()):
        assert early_checks.check(data, ["telemetry_csv"]) == []
        found = staged(data, tmp_path / "renamed.duckdb")
    assert len(found) == len(sample)
    # none is null or empty, by the reader
    for frame in (found, expected):
        rejected = frame.pop("rejected_values").dropna()
        assert all(len(values) == 0 for values in rejected)
    pd.testing.assert_frame_equal(found, expected)


def test_a_file_is_read_again_when_the_settings_name_its_columns(
    data: Path, tmp_path: Path
) -> None:
    warehouse = tmp_path / "w.duckdb"
    frame = rows(data).assign(other="1.5")
    frame.to_csv(data / f"{TABLE}.csv", index=False)
    before = staged(data, warehouse)
    text = column_names.text({"interactions": {"ttft_ms": "Other"}})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(column_names.VARIABLE, text)
        after = staged(data, warehouse)
    assert before["ttft_ms"].isna().all()
    assert (after["ttft_ms"] == 1.5).all()


@pytest.mark.parametrize(
    ("name", "added", "fault"),
    [
        (
            "took",
            {},
            f', absent from {TABLE}.csv; found: i"d, session_id, user_id, '
            "timestamp_utc, use_case, account_tier, channel, region: correct `columns` "
            "in the settings",
        ),
        (
            "duration",
            {"latency_ms": "1"},
            f", but {TABLE}.csv has a column `latency_ms` too: remove one of them, or "
            "the line below `columns`",
        ),
    ],
    ids=["absent", "twice"],
)
def test_a_column_that_is_absent_or_there_twice_is_one_line(
    data: Path, name: str, added: dict[str, str], fault: str
) -> None:
    frame = rows(data).rename(columns={**OURS, "latency_ms": name}).assign(**added)
    frame.to_csv(data / f"{TABLE}.csv", index=False)
    assert [line for line in lines(data) if "read from" in line] == [
        f"interactions.latency_ms: read from `duration`{fault}"
    ]


def test_values_of_a_renamed_column_are_looked_at(data: Path) -> None:
    frame = rows(data).assign(latency_ms="843 ms").rename(columns=OURS)
    frame.to_csv(data / f"{TABLE}.csv", index=False)
    (line,) = lines(data)
    assert line.startswith("interactions.latency_ms: missing_latency: ")
    assert "843 ms" in line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("columns: {interaction: {}}", "columns.interaction: unknown: did you mean"),
        (
            "columns: {interactions: {latency: x}}",
            "columns.interactions.latency: unknown: did you mean latency_ms?",
        ),
        (
            "columns: {interactions: {latency_ms: x, ttft_ms: X}}",
            "columns.interactions.latency_ms: x is given twice: keep one",
        ),
        ("columns: [model]", "columns: write `name: value` lines"),
    ],
)
def test_settings_that_are_wrong_are_a_line(
    data: Path, text: str, expected: str
) -> None:
    (data.parent / NAME).write_text(text)
    with pytest.raises(InputError) as error:
        load()
    assert f"{NAME}: line 1: {expected}" in error.value.lines[0]


@pytest.mark.parametrize("text", ["{", "[]", '{"llm_system_interactions": 3}'])
def test_a_variable_that_cannot_be_read_is_a_line(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(column_names.VARIABLE, text)
    with pytest.raises(InputError, match=r"LLM_TELEMETRY_COLUMNS: .* is not JSON"):
        column_names.renamed("interactions")
