"""llm-telemetry.yml: what it sets, what wins over it, and what is wrong with it."""

import json
import os
from pathlib import Path

import pytest
from conftest import SAMPLE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llm_telemetry import cli
from llm_telemetry.cli import main
from llm_telemetry.config import knobs
from llm_telemetry.config.settings_file import NAME, applied, load
from llm_telemetry.errors import InputError
from llm_telemetry.warehouse import statement_replay
from llm_telemetry.warehouse.connection import read

VALUES = st.none() | st.integers(1, 9999)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working directory, which is empty."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def problems(text: str) -> list[str]:
    """Return the lines that a file with this text is refused with."""
    Path(NAME).write_text(text)
    with pytest.raises(InputError) as error:
        load()
    return list(error.value.lines)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(in_environment=VALUES, in_file=VALUES)
def test_the_environment_wins_over_the_file_and_the_file_over_the_default(
    folder: Path, in_environment: int | None, in_file: int | None
) -> None:
    text = f"knobs: {{sla_ms: {in_file}}}" if in_file else "knobs:"
    Path(NAME).write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        if in_environment:
            patch.setenv("SLA_MS", str(in_environment))
        before = dict(os.environ)
        with applied(load()):
            assert knobs.number("sla_ms") == (in_environment or in_file or 2200)
            expected = "file" if in_file else "default"
            origin = "environment" if in_environment else expected
            assert knobs.origin("sla_ms") == origin
        assert dict(os.environ) == before


@pytest.mark.parametrize(
    ("words", "environment", "expected"),
    [
        ([], {}, ("a/data", ["litellm"], "a/out", "a/w.duckdb")),
        ([], {"SOURCES": "otlp"}, ("a/data", ["otlp"], "a/out", "a/w.duckdb")),
        ([], {"LLMOPS_DATA_DIR": "b"}, ("b", ["litellm"], "a/out", "a/w.duckdb")),
        (
            ["--data-dir", "c", "--sources", "langfuse", "--out-dir", "o"],
            {"SOURCES": "otlp", "LLMOPS_DATA_DIR": "b"},
            ("c", ["langfuse"], "o", "a/w.duckdb"),
        ),
    ],
)
def test_the_command_line_wins_over_the_environment_and_that_over_the_file(
    words: list[str],
    environment: dict[str, str],
    expected: tuple[str, list[str], str, str],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("a/data", "b", "c"):
        (folder / name).mkdir(parents=True)
    text = "data_dir: data\nsources: [litellm]\nout_dir: out\nwarehouse: w.duckdb\n"
    Path("a", "mine.yml").write_text(text)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    asked = []

    def build_marts(data_dir: Path, warehouse: Path, sources: list[str], **_: object):  # type: ignore[no-untyped-def]
        asked.append((data_dir, sources, warehouse))
        raise InputError("stop")

    outs = []
    monkeypatch.setattr(cli, "build_marts", build_marts)
    monkeypatch.setattr(cli.early_checks, "check", lambda *_: [])
    monkeypatch.setattr(cli.store, "check", lambda *files: outs.append(files[0].parent))
    assert main(["run", "--config", "a/mine.yml", *words]) == 2
    data, sources, out, warehouse = expected
    assert asked == [(folder / data, sources, Path(warehouse))]
    assert outs == [folder / out]


def test_the_sample_has_the_knobs_of_the_file_and_places_of_its_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "data_dir: data\nsources: [litellm]\nout_dir: out\nwarehouse: w.duckdb\n"
    (folder / NAME).write_text(f"{text}ledger: l.jsonl\nknobs:\n  sla_ms: 3000\n")
    asked = []

    def build_marts(
        data_dir: Path,
        warehouse: Path,
        sources: list[str],
        *,
        ledger: Path,
        **_: object,
    ) -> None:
        used = knobs.value("sla_ms"), knobs.origin("sources")
        asked.append((data_dir, warehouse, sources, ledger, *used))
        raise InputError("stop")

    monkeypatch.setattr(cli, "build_marts", build_marts)
    assert main(["run", "--sample"]) == 2
    assert main(["run", "--sample", "--warehouse", "w", "--out-dir", "o"]) == 2
    used = ["telemetry_csv"], "3000", "default"
    places = (
        (Path("target/sample.duckdb"), folder / "artifacts" / "sample"),
        (Path("w"), folder / "o"),
    )
    assert asked == [
        (SAMPLE, warehouse, used[0], out / "decision_ledger.jsonl", *used[1:])
        for warehouse, out in places
    ]


def test_what_is_wrong_is_named_with_its_line_and_the_nearest_name(
    folder: Path,
) -> None:
    text = """\
data_dirr: data
knobs:
  sla_m: 3000
  fail_budget: 2
  capacity_per_day: many
  sla_budget: 0.1
  sla_budget: 0.2
  sources: otlp
  zzz: 1
review_cost: 1
"""
    assert problems(text) == [
        f"{NAME}: line 1: data_dirr: unknown: did you mean data_dir?",
        f"{NAME}: line 10: review_cost: unknown: write it below knobs, as review_cost",
        f"{NAME}: line 3: knobs.sla_m: unknown: did you mean sla_ms?",
        f"{NAME}: line 7: knobs.sla_budget: given twice: keep one",
        f"{NAME}: line 8: knobs.sources: unknown: "
        "write it without indentation, beside knobs",
        f"{NAME}: line 9: knobs.zzz: unknown: `llm-telemetry knobs` lists the knobs",
        f"{NAME}: line 4: knobs.fail_budget: 2 is outside its range, "
        "more than 0, at most 1: set it within or unset it",
        f"{NAME}: line 5: knobs.capacity_per_day: 'many' is not a number: "
        "set it to one or unset it",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("data_dir: [", "line 1: not YAML"),
        ("- a", "line 1: settings: write `name: value` lines"),
        ("knobs: 3", "line 1: knobs: write `name: value` lines"),
        ("\ndata_dir:", "line 2: data_dir: no value"),
        ("out_dir: [a]", "line 1: out_dir: no value"),
        ("knobs: {sla_ms: }", "line 1: knobs.sla_ms: no value"),
        ("xyz: 1", "line 1: xyz: unknown: there are data_dir, warehouse, out_dir"),
    ],
)
def test_a_file_of_another_shape_is_one_line(
    text: str, said: str, folder: Path
) -> None:
    (line,) = problems(text)
    assert line.startswith(f"{NAME}: {said}")


@pytest.mark.parametrize("text", ["", "# nothing\n", "knobs:\n"])
def test_a_file_may_set_nothing(text: str, folder: Path) -> None:
    Path(NAME).write_text(text)
    assert not load().knobs
    assert not load().paths


def test_a_file_that_was_named_has_to_be_there(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not load().knobs
    assert main(["knobs", "--config", "mine.yml"]) == 2
    assert capsys.readouterr().err.startswith("mine.yml: cannot be read: No such file")


def test_a_knob_of_the_file_makes_another_plan(folder: Path) -> None:
    places = []
    for text in ("", "knobs: {sla_ms: 3000}", "knobs: {sla_ms: 3001}"):
        Path(NAME).write_text(text)
        with applied(load()):
            places.append(statement_replay.place(os.environ, None))
    assert len(set(places)) == 3


def test_a_build_uses_the_file_and_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIL_BUDGET", "0.5")
    Path(NAME).write_text(
        f"data_dir: {SAMPLE}\nout_dir: bundle\nwarehouse: w.duckdb\n"
        "knobs: {sla_ms: 30000, fail_budget: 0.4}\n"
    )
    assert main(["run", "--quiet"]) in (0, 1)
    used = read("knobs", Path("w.duckdb")).set_index("knob")
    columns = ["setting", "set_by"]
    assert used.loc["sla_ms", columns].tolist() == [30000, "file"]
    assert used.loc["fail_budget", columns].tolist() == [0.5, "environment"]
    assert used.loc["sla_budget", columns].tolist() == [0.05, "project"]
    artifact = json.loads(Path("bundle", "decision_artifact.json").read_bytes())
    settled = {row["knob"]: row["set_by"] for row in artifact["knobs"]}
    assert settled["sla_ms"] == "file"
    assert main(["verify", "bundle/decision_artifact.json"]) == 0
