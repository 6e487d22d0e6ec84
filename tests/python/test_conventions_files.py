"""The habits of seeds, knobs and requirements, held against the files."""

import csv
import re
import subprocess
import tomllib

import pytest
import yaml
from conftest import ROOT
from packaging.requirements import Requirement

from llm_telemetry.config.knobs import declared

# of a run, of the developers, of Spark, and of what shows the marts
LOCKS = (
    *("requirements.lock", "requirements-dev.lock", "tests/spark/requirements.lock"),
    *("tests/bi/requirements-metricflow.lock", "tests/bi/requirements-superset.lock"),
)


def seed(name: str) -> list[dict[str, str]]:
    """Return the rows of a seed."""
    with (ROOT / "seeds" / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_every_knob_has_a_range_that_contains_its_default() -> None:
    wrong = [
        knob.name
        for knob in declared().values()
        if knob.problem(str(knob.default)) or knob.is_text == bool(knob.range)
    ]
    assert not wrong, f"no range, or a default outside it: {wrong}"


def test_contract_columns_are_those_that_are_cast() -> None:
    macro = (ROOT / "macros/loading/contract_columns.sql").read_text()
    tables = re.findall(r"^        '(\w+)': \{\n(.*?)^        \}", macro, re.M | re.S)
    cast = {
        (table, column)
        for table, columns in tables
        for column in re.findall(r"'(\w+)': '", columns)
    }
    listed = {
        (row["table_name"], row["column_name"]) for row in seed("contract_columns")
    }
    assert listed == cast, f"seed and casts differ: {sorted(listed ^ cast)}"


def test_every_seed_and_its_columns_are_documented() -> None:
    wrong = []
    for file in ROOT.glob("seeds/*.csv"):
        (promised,) = yaml.safe_load(file.with_suffix(".yml").read_text())["seeds"]
        described = {
            column["name"] for column in promised["columns"] if column["description"]
        }
        # a seed may ship without rows
        with file.open(newline="") as rows:
            missing = set(next(csv.reader(rows))) ^ described
        if missing or not promised["description"].startswith("One row per"):
            wrong.append((file.stem, sorted(missing)))
    assert not wrong, f"seeds without full documentation: {wrong}"


def test_every_gate_stops_the_build() -> None:
    file = ROOT / "models/marts/integrity/integrity_checks.yml"
    (checks,) = yaml.safe_load(file.read_text())["models"]
    assert "gates_hold" in checks["data_tests"]


def test_every_check_has_a_rule() -> None:
    sql = "\n".join(
        file.read_text()
        for file in (ROOT / "models/intermediate/integrity").glob("int_checks_*.sql")
    )
    rules = {rule["check_name"] for rule in seed("integrity_rules")}
    made = {
        name
        for pattern in (
            r"check\(\s*'(\w+)'",
            r"'check_name': \"'(\w+)'\"",
            r"'(\w+)' as check_name",
        )
        for name in re.findall(pattern, sql)
    }
    assert made == rules, f"checks and rules differ: {sorted(made ^ rules)}"


def test_the_project_and_the_package_are_of_one_version() -> None:
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    package = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == package["version"]


def test_the_project_needs_no_packages_and_reports_to_nobody() -> None:
    assert not (ROOT / "packages.yml").exists()
    assert not (ROOT / "dependencies.yml").exists()
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    assert project["flags"]["send_anonymous_usage_stats"] is False


def entries(lock: str) -> list[str]:
    """Return the requirements of a lock, each with its hashes."""
    return re.split(r"\n(?=[^\s#])", (ROOT / lock).read_text().strip())


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_locked_by_hash_and_names_no_address(lock: str) -> None:
    wrong = [
        entry.split()[0]
        for entry in entries(lock)
        if not re.match(r"[\w.\[\],-]+==\S+", entry) or "--hash=sha256:" not in entry
    ]
    assert not wrong, f"not pinned by hash: {wrong}"
    text = (ROOT / lock).read_text()
    for address in ("://", "--index", "--extra-index", "--find-links", "file:"):
        assert address not in text, f"{lock} names an address: {address}"


def test_the_developers_environment_is_that_of_a_run_and_their_tools() -> None:
    run, developers = ({*entries(lock)} for lock in LOCKS[:2])
    assert run < developers, f"locked otherwise: {run - developers}"
    tools = {"pytest", "ruff", "mypy", "polars", "openai", "opentelemetry-sdk"}
    found = {entry.partition("==")[0] for entry in run}
    assert not found & tools, f"no run needs: {found & tools}"


def test_the_wheel_names_what_it_needs_without_a_lock() -> None:
    """Check what uv and pip see: no release of dbt that downloads while installing."""
    content = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "tool" not in content or "uv" not in content["tool"]
    (dbt,) = (
        requirement
        for text in content["project"]["dependencies"]
        if (requirement := Requirement(text)).name == "dbt-core"
    )
    allowed = [*dbt.specifier.filter(["1.11.16", "1.11.99", "1.12.0", "1.12.6"])]
    assert allowed == ["1.11.16", "1.11.99"]


def test_every_target_of_make_has_a_line_of_help() -> None:
    (targets,) = re.findall(
        r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE
    )
    listed = subprocess.run(
        ["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    assert re.findall(r"^  make (\S+) +\S", listed, re.MULTILINE) == targets.split()
