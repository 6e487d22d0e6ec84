"""The wheel contains all that the commands need, and a dbt package."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
from conftest import ROOT, SAMPLE
from damage import with_value
from dbt_common.exceptions import DbtRuntimeError
from packaging.requirements import Requirement

from llm_telemetry.warehouse import dbt_plugin

SOURCES = (
    *("LICENSE", "README.md", "pyproject.toml", "setup.py"),
    *("dbt_project.yml", "profiles.yml"),
    *("data/sample", "macros", "models", "python", "seeds", "tests/generic"),
    *(f"tests/{file.name}" for file in (ROOT / "tests").glob("*.sql")),
)
DBT = [sys.executable, "-c", "from dbt.cli.main import cli; cli()"]
# a project that uses this one as a package
SHOP = {
    "dbt_project.yml": "name: shop\nversion: '1.0'\nprofile: shop\n",
    "packages.yml": "packages:\n  - local: {package}\n",
    "profiles.yml": """
shop:
  target: dev
  outputs:
    dev:
      type: duckdb
      path: shop.duckdb
      settings: {{TimeZone: UTC}}
{plugins}
    """,
    "models/failures.sql": "select * from {{{{ ref('failure_types') }}}}",
}
PLUGINS = "      plugins: [{module: llm_telemetry.warehouse.dbt_plugin}]"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel, without what it needs, from a copy of the sources."""
    source, installed = (
        tmp_path_factory.mktemp(name) for name in ("source", "installed")
    )
    for name in SOURCES:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, source / name)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index"]
    offline = ["--no-build-isolation", "--no-deps", "--target", str(installed)]
    subprocess.run([*pip, *offline, str(source)], check=True)
    return installed


def called(
    command: list[str], folder: Path, installed: Path, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, with the installed package and a home of its own."""
    others = {"DBT_PROJECT_DIR", "XDG_CACHE_HOME", "LLMOPS_DATA_DIR"}
    kept = {name: text for name, text in os.environ.items() if name not in others}
    # beside what the tests themselves find there
    paths = [str(installed), *filter(None, [os.environ.get("PYTHONPATH")])]
    own = {"HOME": str(folder / "home"), "PYTHONPATH": os.pathsep.join(paths)}
    return subprocess.run(
        command,
        cwd=folder,
        env=kept
        | own
        | {"DO_NOT_TRACK": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def state(folder: Path) -> dict[Path, int]:
    """Return every file with the time of its last change."""
    return {file: file.stat().st_mtime_ns for file in folder.rglob("*")}


def test_it_contains_the_dbt_project_and_says_what_it_needs(installed: Path) -> None:
    project = installed / "llm_telemetry" / "project"
    for name in ("models", "macros", "seeds", "tests", "data/sample"):
        found = {file.name for file in (project / name).rglob("*") if file.is_file()}
        there = {file.name for file in (ROOT / name).rglob("*.sql")}
        assert found
        if name != "tests":
            assert there <= found
    (metadata,) = installed.glob("*.dist-info/METADATA")
    needed = [
        Requirement(line.removeprefix("Requires-Dist: "))
        for line in metadata.read_text().splitlines()
        if line.startswith("Requires-Dist: ")
    ]
    (dbt,) = (one for one in needed if one.name == "dbt-core")
    assert not dbt.specifier.contains("1.12.0")
    assert {"click", "rich", "duckdb"} <= {one.name for one in needed}


def test_it_validates_from_any_folder_and_writes_into_the_user_s_only(
    installed: Path, tmp_path: Path
) -> None:
    before = state(installed)
    command = [sys.executable, "-m", "llm_telemetry", "validate", "--quiet", "--sample"]
    validated = called(command, tmp_path, installed)
    assert validated.returncode == 0, validated.stderr
    sample = installed / "llm_telemetry" / "project" / "data" / "sample"
    assert validated.stdout.startswith(f"read {sample} (simulated): ")
    assert "no gate failed" in validated.stdout
    assert state(installed) == before
    (kept,) = (tmp_path / "home" / ".cache" / "llm-telemetry").iterdir()
    assert (kept / "partial_parse.msgpack").is_file()


def shop(folder: Path, installed: Path, plugins: str) -> Path:
    """Write a project with the installed one as its package, as `dbt deps` links it."""
    package = installed / "llm_telemetry" / "project"
    for name, text in SHOP.items():
        (folder / name).parent.mkdir(exist_ok=True)
        written = text.format(package=package, plugins=plugins)
        (folder / name).write_text(written)
    (folder / "dbt_packages").mkdir()
    (folder / "dbt_packages" / "llm_production_telemetry").symlink_to(package)
    return folder


def test_another_dbt_project_builds_its_marts_as_a_package(
    installed: Path, sample_copy: Path, tmp_path: Path
) -> None:
    with_value("propensity", "2")(sample_copy)
    folder = shop(tmp_path, installed, PLUGINS)
    models = ["build", "--select", "+failures", "+integrity_checks"]
    models += ["--indirect-selection", "buildable"]
    models += ["--exclude-resource-type", "unit_test"]
    data = {"LLMOPS_DATA_DIR": str(sample_copy), "SLA_MS": "9000"}
    done = called([*DBT, *models], folder, installed, **data)
    assert done.returncode == 0, done.stdout
    with duckdb.connect(str(folder / "shop.duckdb"), read_only=True) as connection:
        ours = connection.table("marts.failure_types").fetchall()
        theirs = connection.table("main.failures").fetchall()
    assert ours
    assert sorted(map(str, theirs)) == sorted(map(str, ours))
    # of the nodes of another project, each is shown
    assert "of 1 START sql" not in done.stdout
    assert "OK created sql view model staging" in done.stdout
    # what is questionable is named at its end too
    assert "degraded: interactions.propensity: not_a_probability: 1 of" in done.stdout


def test_a_profile_without_the_plugin_is_told_to_name_it(
    installed: Path, tmp_path: Path
) -> None:
    folder = shop(tmp_path, installed, "")
    models = ["run", "--select", "stg_telemetry_csv__landed_files"]
    done = called([*DBT, *models], folder, installed, LLMOPS_DATA_DIR=str(SAMPLE))
    assert done.returncode == 1
    said = "list the module llm_telemetry.warehouse.dbt_plugin under `plugins`"
    assert said in " ".join(done.stdout.split())


@pytest.mark.parametrize("settings", [None, {}, {"TimeZone": "America/New_York"}])
def test_a_session_in_another_time_zone_is_refused(
    settings: dict[str, str] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LLM_TELEMETRY_MARTS", raising=False)
    profile = SimpleNamespace(settings=settings, attach=None, path="shop.duckdb")
    plugin = dbt_plugin.Plugin("plugin", {}, credentials=None)
    with pytest.raises(DbtRuntimeError, match="TimeZone: UTC"):
        plugin.update_connection_config(profile, {})


def test_the_files_that_another_profile_attaches_stay_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("LLM_TELEMETRY_MARTS", raising=False)
    (attached,) = attach = [SimpleNamespace(alias="old", path="old.duckdb")]
    utc = {"TimeZone": "UTC"}
    profile = SimpleNamespace(settings=utc, attach=attach, path="shop.duckdb")
    plugin = dbt_plugin.Plugin("plugin", {}, credentials=None)
    plugin.update_connection_config(profile, {})
    assert (profile.path, attached.path) == ("shop.duckdb", "old.duckdb")
