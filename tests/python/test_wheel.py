"""The wheel contains all that the commands need, the dbt project included."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from conftest import ROOT

SOURCES = (
    *("LICENSE", "README.md", "pyproject.toml", "setup.py"),
    *("dbt_project.yml", "profiles.yml"),
    *("data/sample", "macros", "models", "python", "seeds", "tests/generic"),
    *(f"tests/{file.name}" for file in (ROOT / "tests").glob("*.sql")),
)


def test_an_installed_wheel_validates_the_sample_from_any_folder(
    tmp_path: Path,
) -> None:
    source, installed = tmp_path / "source", tmp_path / "installed"
    for name in SOURCES:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, source / name)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index"]
    offline = ["--no-build-isolation", "--no-deps", "--target", str(installed)]
    subprocess.run([*pip, *offline, str(source)], check=True)
    environment = {
        name: value for name, value in os.environ.items() if name != "DBT_PROJECT_DIR"
    }
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    command = [sys.executable, "-m", "llm_telemetry.cli", "validate", "--quiet"]
    validated = subprocess.run(
        [*command, "--sample"],
        cwd=elsewhere,
        env=environment | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (installed / "llm_telemetry" / "project" / "models").is_dir()
    assert validated.returncode == 0, validated.stderr
    sample = installed / "llm_telemetry" / "project" / "data" / "sample"
    assert validated.stdout.startswith(f"read {sample} (simulated): ")
    assert "no gate failed" in validated.stdout
