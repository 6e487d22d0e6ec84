"""What dbt keeps from one build to the next, and what it needs."""

from pathlib import Path

import pytest
from conftest import SAMPLE

from llm_telemetry.config.knobs import CONTRACT
from llm_telemetry.errors import InputError
from llm_telemetry.warehouse import build, memory, parse_cache


def test_a_warehouse_elsewhere_parses_nothing_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed = tmp_path / "kept" / "partial_parse.msgpack"
    monkeypatch.setattr(parse_cache, "PARSED", parsed)
    written = []
    for number in (1, 2):
        warehouse = tmp_path / str(number) / f"w{number}.duckdb"
        monkeypatch.setenv("LLM_TELEMETRY_MEMORY_LIMIT", f"{number}GB")
        model = "+stg_telemetry_csv__users"
        with build.build_marts(SAMPLE, warehouse, select=model, threads=number):
            # dbt writes it only where it parsed
            written.append(parsed.stat().st_mtime_ns)
    assert written[0] == written[1]
    assert [file.name for file in parsed.parent.iterdir()] == [parsed.name]


def test_a_project_that_is_only_read_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "target").touch()
    monkeypatch.setattr(parse_cache, "PARSED", tmp_path / "target" / "parsed")
    model = "+stg_telemetry_csv__users"
    with build.build_marts(SAMPLE, tmp_path / "w.duckdb", select=model) as marts:
        assert marts.exists()


def test_too_little_memory_is_one_line_that_names_the_knob(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLM_TELEMETRY_MEMORY_LIMIT", "10MB")
    said = "^LLM_TELEMETRY_MEMORY_LIMIT: DuckDB cannot build this in 10MB, .*"
    with (
        pytest.raises(InputError, match=said) as error,
        build.build_marts(SAMPLE, tmp_path / "w.duckdb", select="+interactions"),
    ):
        pass
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("sources", "limit"),
    [([CONTRACT], "1500MB"), (["otlp"], "80%"), ([CONTRACT, "otlp"], "80%")],
)
def test_memory_is_limited_by_the_size_of_tables_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sources: list[str], limit: str
) -> None:
    monkeypatch.delenv(memory.LIMIT, raising=False)
    with (tmp_path / "llm_system_interactions.csv").open("wb") as file:
        file.truncate(1_000_000_000)
    assert memory.memory_settings(tmp_path, sources)[memory.LIMIT] == limit
    monkeypatch.setenv(memory.LIMIT, "2GB")
    assert memory.memory_settings(tmp_path, sources)[memory.LIMIT] == "2GB"


def test_small_tables_have_enough_memory_to_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(memory.LIMIT, raising=False)
    assert memory.memory_settings(tmp_path, [CONTRACT])[memory.LIMIT] == "600MB"
