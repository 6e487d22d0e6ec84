"""The shape of the models, held against the manifest with every source on."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT

sys.path.insert(0, str(ROOT / "tools"))

import superset_bundle

MAX_MODELS_IN_A_FOLDER = 20
MAX_CHAIN = 36
MAX_VIEW_CHAIN = 5
MAX_CROSSINGS = 3
MAX_SHARE_NEAR_A_HUNDRED_LINES = 0.06
MAX_CTES = 12
MAX_LINES = 200
MAX_MACRO_WIDTH = 100
# a glossary explains nouns
LITTLE_WORDS = {"by", "of", "with", "to", "for", "in"}
Node = dict[str, Any]


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Node:
    """Parse the project with every source on, into a target of its own."""
    target = tmp_path_factory.mktemp("parsed")
    command = [
        *(sys.executable, "-c", "from dbt.cli.main import cli; cli()", "parse"),
        *("--project-dir", str(ROOT), "--profiles-dir", str(ROOT), "--quiet"),
        *("--target-path", str(target), "--log-path", str(target)),
    ]
    sources = "telemetry_csv,otlp,litellm,langfuse,openinference,mlflow"
    sources += ",bedrock_logs,claude_code"
    switches = {"SOURCES": sources, "KEEP_CONTENT": "1"}
    subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, **switches})
    parsed: Node = json.loads((target / "manifest.json").read_text())
    return parsed


@pytest.fixture(scope="module")
def models(manifest: Node) -> dict[str, Node]:
    nodes = manifest["nodes"].items()
    return {key: node for key, node in nodes if node["resource_type"] == "model"}


def parents(models: dict[str, Node], key: str) -> list[str]:
    """Return the models that a model reads."""
    return [key for key in models[key]["depends_on"]["nodes"] if key in models]


def longest(models: dict[str, Node], step: Any) -> tuple[int, tuple[str, ...]]:
    """Return the heaviest path; a step adds its weight, or None where a path ends."""

    @cache
    def to(key: str) -> tuple[int, tuple[str, ...]]:
        own: str = models[key]["name"]
        ends = [(step(None, models[key]) or 0, (own,))]
        for parent in parents(models, key):
            added = step(models[parent], models[key])
            if added is not None:
                weight, path = to(parent)
                ends.append((weight + added, (*path, own)))
        return max(ends)

    return max(to(key) for key in models)


def lines(model: Node) -> int:
    return len(model["raw_code"].splitlines())


def steps(model: Node) -> dict[str, str]:
    """Return the common table expressions of a model, each with its body."""
    found = re.split(
        r"^(\w+) as (?:not materialized )?\(", model["raw_code"], flags=re.M
    )
    return dict(zip(found[1::2], found[2::2], strict=True))


def is_import(body: str) -> bool:
    """Say whether an expression does no more than name another model."""
    words = re.findall(r"\b(?:from|join|group|having|window|qualify)\b", body)
    return words == ["from"] and "ref(" in body


def test_no_folder_is_a_hall(models: dict[str, Node]) -> None:
    folders = Counter(
        str(Path(m["original_file_path"]).parent) for m in models.values()
    )
    wrong = {name: n for name, n in folders.items() if n > MAX_MODELS_IN_A_FOLDER}
    assert not wrong, f"over {MAX_MODELS_IN_A_FOLDER} models: {wrong}"


def test_the_longest_chain_is_short(models: dict[str, Node]) -> None:
    length, path = longest(models, lambda parent, model: 1)
    assert length <= MAX_CHAIN, f"{length} models in a chain: {' > '.join(path)}"


def test_few_views_are_planned_within_each_other(models: dict[str, Node]) -> None:
    def step(parent: Node | None, model: Node) -> int | None:
        if model["config"]["materialized"] != "view":
            return None
        return 1

    length, path = longest(models, step)
    assert length <= MAX_VIEW_CHAIN, f"{length} views in a chain: {' > '.join(path)}"


def test_paths_cross_between_marts_and_other_layers_seldom(
    models: dict[str, Node],
) -> None:
    """To the marts of calls, back to the steps of a domain, and to its marts."""

    def is_mart(model: Node) -> bool:
        return str(model["path"]).startswith("marts")

    def step(parent: Node | None, model: Node) -> int:
        return int(parent is not None and is_mart(parent) != is_mart(model))

    count, path = longest(models, step)
    assert count <= MAX_CROSSINGS, f"{count} crossings: {' > '.join(path)}"


def test_a_model_is_one_thought(models: dict[str, Node]) -> None:
    wrong = {}
    for model in models.values():
        bodies = steps(model)
        imports = [body for body in bodies.values() if is_import(body)]
        written = [line for line in model["raw_code"].splitlines() if line.strip()]
        own = len(written) - sum(
            len([line for line in body.splitlines() if line.strip()])
            for body in imports
        )
        if len(bodies) - len(imports) > MAX_CTES or own > MAX_LINES:
            wrong[model["name"]] = (len(bodies) - len(imports), own)
    assert not wrong, f"over {MAX_CTES} steps or {MAX_LINES} lines: {wrong}"


def test_no_wall_of_lines_is_built_to(models: dict[str, Node]) -> None:
    near = [m["name"] for m in models.values() if 95 <= lines(m) <= 100]
    share = len(near) / len(models)
    assert share <= MAX_SHARE_NEAR_A_HUNDRED_LINES, f"{share:.1%}: {near}"


def test_every_step_has_a_reason_to_be_a_model(
    models: dict[str, Node], manifest: Node
) -> None:
    """Two readers, a reason to be stored, or a unit test of it or on it."""
    readers = Counter(parent for key in models for parent in parents(models, key))
    tested = {
        name
        for test in manifest["unit_tests"].values()
        for text in (test["model"], *(given["input"] for given in test["given"]))
        for name in re.findall(r"\w+", text)
    }
    named = "\n".join(
        file.read_text() for file in (ROOT / "tests" / "python").glob("*.py")
    )
    wrong = [
        model["name"]
        for key, model in models.items()
        if model["path"].startswith("intermediate")
        and readers[key] < 2
        and model["name"] not in tested
        and not model["config"]["meta"].get("why_table")
        and not re.search(rf"\b{model['name']}\b", named)
    ]
    assert not wrong, f"one reader, no test, no reason to be stored: {wrong}"


def test_every_stored_step_says_why_it_is_a_table(models: dict[str, Node]) -> None:
    """Intermediate models are views by default; staging and marts are tables."""
    has_reason = {
        model["name"]: bool(model["config"]["meta"].get("why_table"))
        for model in models.values()
        if model["path"].startswith("intermediate")
        and model["config"]["materialized"] == "table"
    }
    wrong = [name for name, is_there in has_reason.items() if not is_there]
    assert not wrong, f"a table without meta.why_table: {wrong}"
    stale = [
        model["name"]
        for model in models.values()
        if model["config"]["meta"].get("why_table") and model["name"] not in has_reason
    ]
    assert not stale, f"meta.why_table of a model that is not a table: {stale}"


def test_every_word_of_a_model_name_is_in_the_glossary(models: dict[str, Node]) -> None:
    text = (ROOT / "docs" / "glossary.md").read_text().lower()
    known = set(re.findall(r"[a-z]+", text)) | LITTLE_WORDS
    wrong = set()
    for model in models.values():
        name = re.sub(r"^stg_[a-z_]+?__|^int_", "", model["name"])
        for word in name.split("_"):
            singular = {word, word.removesuffix("s"), word.removesuffix("es")}
            if not (singular | {re.sub("ies$", "y", word)}) & known:
                wrong.add(f"{word} ({model['name']})")
    assert not wrong, f"not in docs/glossary.md: {sorted(wrong)}"


def test_macros_are_not_wide() -> None:
    wrong = {
        f"{file.name}:{number}": len(line)
        for file in ROOT.glob("macros/**/*.sql")
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if len(line) > MAX_MACRO_WIDTH
    }
    assert not wrong, f"over {MAX_MACRO_WIDTH} characters: {wrong}"


def test_the_pages_that_follow_from_the_code_are_up_to_date() -> None:
    command = [sys.executable, str(ROOT / "tools" / "reference_pages.py"), "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_bundle_for_superset_follows_from_the_manifest(manifest: Node) -> None:
    folder = superset_bundle.FOLDER
    committed = {
        str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*.*")
    }
    assert committed == superset_bundle.files(manifest), "run `make bi`"


def test_the_exposure_of_dashboards_names_what_the_charts_read(manifest: Node) -> None:
    (exposure,) = (
        exposure
        for exposure in manifest["exposures"].values()
        if exposure["name"] == "health_dashboard"
    )
    named = {parent.split(".")[-1] for parent in exposure["depends_on"]["nodes"]}
    charts = yaml.safe_load(superset_bundle.CHARTS.read_text())
    assert {chart["mart"] for chart in charts} <= named
