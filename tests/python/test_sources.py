"""Which telemetry is read, and how long it is kept."""

from datetime import date
from pathlib import Path

import pytest
from conftest import SAMPLE

from llm_telemetry.cli import main
from llm_telemetry.errors import InputError
from llm_telemetry.ingest import discovery
from llm_telemetry.ingest.retention import expired

CSV = ["telemetry_csv"]


def test_the_sources_are_those_said_else_of_the_environment_else_of_the_project(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert discovery.named() == CSV
    monkeypatch.setenv("SOURCES", " telemetry_csv , telemetry_csv")
    assert set(discovery.named()) == set(CSV)
    monkeypatch.setenv("SOURCES", "smoke signals")
    assert discovery.named("telemetry_csv") == CSV
    with pytest.raises(InputError, match=r"sources: 'smoke signals'.*telemetry_csv"):
        discovery.named()


def test_a_folder_that_was_asked_for_is_never_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert discovery.find_data_dir(SAMPLE, CSV) == SAMPLE
    assert discovery.find_sample() == SAMPLE
    with pytest.raises(InputError, match="folder not found"):
        discovery.find_data_dir(tmp_path / "nowhere", CSV)
    with pytest.raises(InputError, match="--sources"):
        discovery.find_data_dir(None, ["otlp"])
    (tmp_path / "data" / "otlp").mkdir(parents=True)
    assert discovery.find_data_dir(None, ["otlp"]) == tmp_path / "data"


@pytest.mark.parametrize(
    ("knob", "setting", "said"),
    [
        ("BUSINESS_TIME_ZONE", "Mars/Olympus", "is no time zone"),
        ("RETENTION_DAYS", "forever", "is not a number"),
    ],
)
def test_a_knob_that_means_nothing_is_one_line(
    knob: str,
    setting: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(knob, setting)
    assert main(["validate", "--data-dir", str(SAMPLE)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{knob}: '{setting}'")
    assert said in line


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    for day in ("2025-01-01", "2025-01-02", "2025-01-03"):
        folder = tmp_path / "signal=spans" / f"dt={day}"
        folder.mkdir(parents=True)
        (folder / "a.jsonl").write_text("{}\n")
    (tmp_path / "dt=2025-13-45").mkdir()
    (tmp_path / "dt=other").mkdir()
    (tmp_path / "dt=2024-01-01").symlink_to(tmp_path / "signal=spans")
    return tmp_path


def test_only_days_beyond_those_kept_expire(landing: Path) -> None:
    found = expired(landing, 1, date(2025, 1, 3))
    assert [folder.name for folder in found] == ["dt=2025-01-01"]
    assert expired(landing, 2, date(2025, 1, 3)) == []


def test_pruning_says_first_and_deletes_only_when_told(
    landing: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["prune", str(landing), "--older-than", "3"]) == 0
    said = capsys.readouterr().out
    assert said.count("3 bytes") == 3
    assert "to delete: pass --yes" in said
    assert len(list(landing.rglob("*.jsonl"))) == 3
    assert main(["prune", str(landing), "--yes"]) == 0
    assert not list(landing.rglob("*.jsonl"))
    assert (landing / "dt=other").is_dir()
    assert main(["prune", str(landing / "nowhere")]) == 2
