"""What is read is said, and the sample is read only when it is asked for."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT, SAMPLE, Run

from llm_telemetry import arguments, places
from llm_telemetry.cli import main
from llm_telemetry.config.settings_file import Settings
from llm_telemetry.options import OWN_PLACES

NONE = (
    "no llm_system_interactions.csv (or .csv.gz, .parquet) in {here} (found: {found}), "
    "{here}/data (no such folder), "
)
WAYS = (
    "name the folder of the telemetry with --data-dir or LLMOPS_DATA_DIR and its "
    "formats with --sources, or try the simulated sample with --sample"
)


@pytest.mark.parametrize("command", ["run", "validate"])
def test_without_telemetry_the_sample_is_not_read(
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LLMOPS_DATADIR", str(SAMPLE))
    Path("requests.csv").write_text("id\n1\n")

    assert main([command]) == 2

    said = capsys.readouterr()
    (line,) = said.err.splitlines()
    assert said.out == ""
    assert line.startswith(NONE.format(here=tmp_path, found="requests.csv"))
    assert line.endswith(WAYS)
    assert [file.name for file in tmp_path.iterdir()] == ["requests.csv"]


def test_the_sample_is_not_read_with_another_folder(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["validate", "--sample", "--data-dir", str(SAMPLE)]) == 2
    said = capsys.readouterr().err
    assert said == "--sample: leave out --data-dir and --sources\n"


@pytest.mark.parametrize("command", ["run", "decide", "publish --to x", "gate"])
def test_the_sample_has_places_of_its_own(command: str) -> None:
    def parsed(*words: str) -> dict[str, Path]:
        options = arguments.parse([*command.split(), *words])
        arguments.fill(options, Settings())
        named = vars(options)
        return {name: named[name] for name in OWN_PLACES if name in named}

    own, sample = parsed(), parsed("--sample")
    assert own["warehouse"] == Path("target/llm_telemetry.duckdb")
    assert sample["warehouse"] == Path("target/sample.duckdb")
    if "out_dir" in own:
        assert own["out_dir"] == Path("artifacts")
        assert sample["out_dir"] == Path("artifacts/sample")
    given = parsed("--sample", "--warehouse", "target/llm_telemetry.duckdb")
    assert given == sample | {"warehouse": Path("target/llm_telemetry.duckdb")}


def test_make_run_reads_the_sample() -> None:
    assert "\n\t$(BIN)/llm-telemetry run --sample\n" in (ROOT / "Makefile").read_text()


def test_the_sample_is_shown_below_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = arguments.parse(["run", "--sample"])
    monkeypatch.chdir(ROOT)
    assert places.data_read(options) == "data/sample (simulated)"
    monkeypatch.chdir(tmp_path)
    assert places.data_read(options) == f"{SAMPLE} (simulated)"


def test_decide_says_what_was_read_and_how_old_it_is(
    sample_run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--warehouse", str(sample_run.warehouse), "--out-dir", str(tmp_path)]
    assert main(["decide", *options]) == 0
    said = capsys.readouterr()
    first, second, *_ = said.out.splitlines()
    assert first == (
        f"read warehouse {sample_run.warehouse}: llm_system_interactions.csv "
        "(5,800 rows), llm_system_sessions_summary.csv (1,223 rows), "
        "llm_system_users_summary.csv (344 rows); "
        "calls from 2025-02-15 to 2025-05-15 UTC"
    )
    assert second.startswith("5,800 interactions")
    (age,) = said.err.splitlines()
    assert age.startswith("! the newest call is of 2025-05-15, ")
    assert age.endswith(" export newer telemetry, or raise MAX_DATA_AGE_DAYS (now 7)")
    page = (tmp_path / "README.md").read_text()
    assert f"| read | warehouse {sample_run.warehouse}: llm_system_interactions" in page
    assert main(["decide", "--sample", *options]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out.startswith(f"read warehouse {sample_run.warehouse} (simulated): ")


def test_the_bundle_says_which_calls_were_read(sample_run: Run) -> None:
    page = (sample_run.out_dir / "README.md").read_text()
    assert "| rows | interactions 5,800, sessions 1,223, users 344 |" in page
    assert "| calls | 2025-02-15 09:03 UTC to 2025-05-15 23:59 UTC |" in page


def test_data_are_old_beyond_the_knob_and_0_never_says() -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    ends = pd.Series([now - timedelta(days=9, hours=1), now - timedelta(days=20)])
    assert places.age(ends, 9) is None
    assert places.age(ends, 0) is None
    line = places.age(ends, 8)
    assert line is not None
    assert ", 9 days ago: " in line


def test_calls_without_times_are_read_too() -> None:
    inputs = pd.DataFrame({"file_name": ["3 files"], "input_rows": [1200]})
    windows = pd.DataFrame({"starts_at": [], "ends_at": []}, dtype="datetime64[us]")
    line = places.line_one("spans", inputs, windows)
    assert line == "read spans: 3 files (1,200 rows); no call has a time"
    assert places.age(windows["ends_at"], 7) is None
