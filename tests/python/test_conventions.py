"""The habits of the dbt project, held against its manifest and its files."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

from llm_telemetry.pipeline import READ
from llm_telemetry.warehouse import incremental_state

PROJECT = "llm_production_telemetry"
PLAIN_TYPES = {"varchar", "bigint", "double", "boolean", "date", "timestamp"}
# dollars that add up over days and years to the last digit
MONEY = "decimal(38,12)"
NUMBERS = {"bigint", "double"}
MAX_MACRO_LINES = 40
NAMES = {
    "staging": r"stg_[a-z]+(_[a-z]+)*__[a-z]+(_[a-z]+)*",
    "intermediate": r"int_[a-z]+(_[a-z]+)*",
    "marts": r"(?!stg_|int_|fct_|dim_)[a-z]+(_[a-z]+)*",
}
LAYERS_READ = {
    # a format that is no table takes several steps, and a seed of its spellings
    "staging": {"source", "staging", "seed"},
    # steps that several question marts share stand behind interactions, a mart
    "intermediate": {"staging", "intermediate", "marts", "seed"},
    # what needs no rule is shown as it was read
    "marts": {"staging", "intermediate", "marts", "seed"},
}
DAYS = "stg_telemetry_csv__days_to_process"
# the first two are of a state in ways of their own; contents are not rolled up
UNROLLED_KNOBS = {"sources", "window_days", "keep_content", "count_prompt_chars"}
NOT_ROLLED = {"int_failed_gates", "int_session_windows", DAYS}
Node = dict[str, Any]


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Node:
    """Parse the project into a target of its own."""
    target = tmp_path_factory.mktemp("parsed")
    command = [
        *(sys.executable, "-c", "from dbt.cli.main import cli; cli()", "parse"),
        *("--project-dir", str(ROOT), "--profiles-dir", str(ROOT)),
        *("--target-path", str(target), "--log-path", str(target), "--quiet"),
    ]
    subprocess.run(command, check=True, cwd=ROOT)
    parsed: Node = json.loads((target / "manifest.json").read_text())
    return parsed


@pytest.fixture(scope="session")
def models(manifest: Node) -> list[Node]:
    return [
        node for node in manifest["nodes"].values() if node["resource_type"] == "model"
    ]


@pytest.fixture(scope="session")
def marts(models: list[Node]) -> list[Node]:
    return [model for model in models if layer(model) == "marts"]


def layer(model: Node) -> str:
    """Return the folder below models/."""
    return str(model["path"].split("/")[0])


def kind(manifest: Node, unique_id: str) -> str:
    """Return the layer of a model, or what else it is."""
    if unique_id.startswith("model."):
        return layer(manifest["nodes"][unique_id])
    return unique_id.split(".")[0]


def standing_on(manifest: Node, model: Node) -> list[Node]:
    """Return the generic tests that stand on a model or its columns."""
    return [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and node.get("attached_node") == model["unique_id"]
    ]


def test_model_names_tell_the_layer(models: list[Node]) -> None:
    wrong = [
        model["name"]
        for model in models
        if not re.fullmatch(NAMES[layer(model)], model["name"])
    ]
    assert not wrong, f"not named after their layer: {wrong}"


def test_staging_folders_are_sources(models: list[Node]) -> None:
    wrong = [
        model["path"]
        for model in models
        if layer(model) == "staging"
        and model["name"].split("__")[0] != f"stg_{model['path'].split('/')[1]}"
    ]
    assert not wrong, f"not in the folder of their source: {wrong}"


def test_staging_reads_no_other_source_s_staging(
    models: list[Node], manifest: Node
) -> None:
    wrong = [
        f"{model['name']} reads {parent.split('.')[-1]}"
        for model in models
        if layer(model) == "staging"
        for parent in model["depends_on"]["nodes"]
        if kind(manifest, parent) == "staging"
        and parent.split(".")[-1].split("__")[0] != model["name"].split("__")[0]
    ]
    assert not wrong, f"reads another source's staging: {wrong}"


def test_every_model_is_described_beside_it(models: list[Node]) -> None:
    """Check the YAML: its own, or the folder's where a description is all of it."""
    wrong = []
    for model in models:
        file = Path(model["original_file_path"])
        shared = file.with_name(f"_{file.parent.name}__models.yml")
        places = {f"{PROJECT}://{file.with_suffix('.yml')}"}
        if layer(model) != "marts":
            places.add(f"{PROJECT}://{shared}")
        if model["patch_path"] not in places:
            wrong.append(model["name"])
    assert not wrong, f"not described beside it: {wrong}"


def test_every_description_opens_with_the_grain(models: list[Node]) -> None:
    wrong = [
        model["name"]
        for model in models
        if not re.match(r"One row\b", model["description"])
    ]
    assert not wrong, f"description does not start with 'One row': {wrong}"


def test_every_mart_column_is_described_and_of_a_plain_type(marts: list[Node]) -> None:
    wrong = [
        f"{model['name']}.{column['name']}"
        for model in marts
        for column in model["columns"].values()
        if not column["description"] or column["data_type"] not in {*PLAIN_TYPES, MONEY}
    ]
    assert not wrong, f"without description or plain data_type: {wrong}"


def test_marts_are_public_and_keep_a_contract(marts: list[Node]) -> None:
    wrong = [
        model["name"]
        for model in marts
        if model["access"] != "public" or not model["config"]["contract"]["enforced"]
    ]
    assert not wrong, f"not public or without an enforced contract: {wrong}"


def is_grain_tested(model: Node, tests: list[Node]) -> bool:
    """Say whether a test holds the grain; a number that never repeats is no key."""
    names = {test["test_metadata"]["name"] for test in tests}
    unique = {
        model["columns"][test["column_name"]]["data_type"]
        for test in tests
        if test["test_metadata"]["name"] == "unique"
    }
    keys = [test["test_metadata"]["kwargs"].get("unique", ()) for test in tests]
    unique |= {model["columns"][key[0]]["data_type"] for rules in keys for key in rules}
    return bool(names & {"unique_combination", "one_row"} or unique - NUMBERS)


def test_the_grain_of_every_mart_is_tested(marts: list[Node], manifest: Node) -> None:
    wrong = [
        model["name"]
        for model in marts
        if not is_grain_tested(model, standing_on(manifest, model))
        # a row without a key may hold the same wrong value as another
        and model["name"] != "rejected_values"
    ]
    assert not wrong, f"grain not tested: {wrong}"


def test_layers_never_skip_and_never_go_back(
    models: list[Node], manifest: Node
) -> None:
    wrong = [
        f"{model['name']} reads {parent.split('.')[-1]}"
        for model in models
        for parent in model["depends_on"]["nodes"]
        if kind(manifest, parent) not in LAYERS_READ[layer(model)]
    ]
    assert not wrong, f"reads a layer it must not: {wrong}"


def test_every_mart_of_calls_says_whether_it_counts_attempts_or_operations(
    models: list[Node],
) -> None:
    # these count something else: files, checks, predictions, events beside the calls,
    # and what a judge was asked
    apart = {"integrity", "ledger", "events", "build", "judge"}
    wrong = [
        model["name"]
        for model in models
        if layer(model) == "marts"
        and model["path"].split("/")[-2] not in apart
        and not re.search(r"\b(attempt|operation)s?\b", model["description"])
    ]
    assert not wrong, f"attempts or operations? {wrong}"


def test_a_knob_that_rollups_are_made_with_restates_them(manifest: Node) -> None:
    nodes, texts = manifest["nodes"], set()
    found = [
        name for name in nodes if "carry_forward(" in nodes[name].get("raw_code", "")
    ]
    for name in found:
        texts.update(nodes[name]["depends_on"]["macros"])
        # what they read that is a gate, or a window: neither is rolled up
        found += {
            parent
            for parent in nodes[name]["depends_on"].get("nodes", ())
            if parent in nodes and nodes[parent]["name"] not in NOT_ROLLED
        } - {*found}
    macros = [name for name in texts if f".{PROJECT}." in name]
    for name in macros:
        called = manifest["macros"][name]["depends_on"]["macros"]
        macros += {macro for macro in called if f".{PROJECT}." in macro} - {*macros}
    sql = [nodes[name]["raw_code"] for name in found]
    sql += [manifest["macros"][name]["macro_sql"] for name in macros]
    knobs = set(re.findall(r"knob\('(\w+)'\)", " ".join(sql)))
    assert knobs - UNROLLED_KNOBS == set(incremental_state.KNOBS)


def test_no_relation_is_written_out(models: list[Node]) -> None:
    sql = {model["name"]: model["raw_code"] for model in models}
    sql |= {file.stem: file.read_text() for file in ROOT.glob("tests/**/*.sql")}
    wrong = [
        name
        for name, code in sql.items()
        if re.search(r'(?<!distinct )\b(from|join)\s+"?\w+"?\s*\.\s*"?\w+', code)
    ]
    assert not wrong, f"reads a relation without ref or source: {wrong}"


def test_what_spark_builds_names_nothing_that_only_duckdb_has(
    models: list[Node],
) -> None:
    only_duckdb = r"\bstarts_with\(|\bas varchar\b|\bunion all by name\b"
    wrong = [
        model["name"]
        for model in models
        if layer(model) != "staging" and re.search(only_duckdb, model["raw_code"])
    ]
    # by name only where sources are added that Spark does not read
    assert wrong == ["int_interactions_unioned"]


def test_a_dimension_without_a_value_has_one_name(models: list[Node]) -> None:
    sql = {model["name"]: model["raw_code"] for model in models}
    sql |= {file.stem: file.read_text() for file in ROOT.glob("macros/**/*.sql")}
    dimensions = (
        "use_case|account_tier|channel|region|segment|model_provider|model_name"
    )
    named = rf"coalesce\([^()]*'([^']*)'\)\s+as (?:{dimensions})\b"
    wrong = {
        name: found
        for name, code in sql.items()
        if (found := {*re.findall(named, code)} - {"unknown"})
    }
    assert not wrong, f"not called unknown: {wrong}"


def test_every_macro_is_short(manifest: Node) -> None:
    lengths = {
        macro["name"]: macro["macro_sql"].strip().count("\n") + 1
        for macro in manifest["macros"].values()
        # a generic test is a query, and as long as one
        if macro["package_name"] == PROJECT
        and not macro["name"].startswith("test_")
        # a line for each column of the contract
        and macro["name"] != "contract_columns"
    }
    wrong = {name: n for name, n in lengths.items() if n > MAX_MACRO_LINES}
    assert not wrong, f"over {MAX_MACRO_LINES} lines: {wrong}"


def test_no_macro_names_a_relation_without_a_ref(manifest: Node) -> None:
    wrong = [
        macro["name"]
        for macro in manifest["macros"].values()
        if macro["package_name"] == PROJECT and "Relation.create" in macro["macro_sql"]
    ]
    assert not wrong, f"hidden from dbt's graph: {wrong}"


def test_every_macro_has_a_caller(manifest: Node) -> None:
    folders = ("models", "macros", "tests")
    sql = "\n".join(
        file.read_text()
        for folder in folders
        for file in (ROOT / folder).rglob("*.sql")
    )
    wrong = [
        macro["name"]
        for macro in manifest["macros"].values()
        if macro["package_name"] == PROJECT
        # dbt itself calls tests, generate_schema_name and what an adapter does its way
        and not re.match(r"test_|generate_|spark__|duckdb__|materializ", macro["name"])
        and len(re.findall(rf"\b{macro['name']}\b", sql)) < 2
    ]
    assert not wrong, f"never called: {wrong}"


def test_exposures_read_marts_only(manifest: Node) -> None:
    wrong = [
        f"{exposure['name']} reads {parent}"
        for exposure in manifest["exposures"].values()
        for parent in exposure["depends_on"]["nodes"]
        if kind(manifest, parent) != "marts"
    ]
    assert not wrong, f"not on public models: {wrong}"


def test_the_exposure_of_decide_names_what_it_reads(manifest: Node) -> None:
    exposure = manifest["exposures"][f"exposure.{PROJECT}.decide"]
    named = {parent.split(".")[-1] for parent in exposure["depends_on"]["nodes"]}
    assert named == set(READ), f"exposure and code differ: {named ^ set(READ)}"
