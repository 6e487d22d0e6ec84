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
    ("source", "megabytes", "limit"),
    [
        (CONTRACT, 1, "600MB"),
        (CONTRACT, 1_000, "1500MB"),
        # 200,000 spans, which 750 MB are too little for, and a million: 2,500
        ("otlp", 213, "1200MB"),
        ("otlp", 1_067, "4269MB"),
    ],
)
def test_traces_get_more_memory_than_csv(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    source: str,
    megabytes: int,
    limit: str,
) -> None:
    monkeypatch.delenv(memory.LIMIT, raising=False)
    name = "llm_system_interactions.csv" if source == CONTRACT else "spans.jsonl"
    with (tmp_path / name).open("wb") as file:
        file.truncate(megabytes * 1_000_000)
    monkeypatch.setattr(memory, "longest_line", lambda *arguments: 0)
    assert memory.memory_settings(tmp_path, [source])[memory.LIMIT] == limit
