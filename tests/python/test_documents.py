"""The documents name everything there is, and nothing that is not."""

import csv
import re

import pytest
import yaml
from conftest import ROOT

from llm_telemetry.artifact.document import CLEAR_VERDICTS, schema
from llm_telemetry.cli import COMMANDS
from llm_telemetry.routing.output.backtest import BACKTEST_COLUMNS
from llm_telemetry.routing.output.policy_table import POLICY_COLUMNS
from llm_telemetry.routing.output.words import ADVICE
from llm_telemetry.routing.verdicts import RECOMMENDATIONS
from llm_telemetry.triage import QUEUE_COLUMNS
from llm_telemetry.triage.review_policy import CURVE_COLUMNS


def document(name: str) -> str:
    """Return a document of the repository."""
    return (ROOT / name).read_text()


def cells(text: str, column: int = 0) -> list[str]:
    """Return what stands in backticks in one column of every table."""
    rows = [line.split("|") for line in text.splitlines() if line.startswith("|")]
    found = [re.findall(r"`([^`]+)`", row[column + 1]) for row in rows]
    return [name for names in found for name in names]


def section(text: str, title: str) -> str:
    """Return what stands below a heading, up to the next one of its kind."""
    parts = re.split(r"^## ", text, flags=re.M)
    return next(part for part in parts if part.startswith(title))


def rows(seed: str) -> list[dict[str, str]]:
    """Return the rows of a seed."""
    with (ROOT / "seeds" / f"{seed}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    "table", ["interactions", "sessions", "users", "prompts", "instruction_samples"]
)
def test_the_contract_is_written_down(table: str) -> None:
    text = section(document("docs/reference/schema.md"), f"`{table}`")
    found = {
        (name, line.split("|")[2].strip())
        for line in text.splitlines()
        if line.startswith("| `")
        for name in cells(line)
    }
    contract = {
        (row["column_name"], row["requirement"])
        for row in rows("contract_columns")
        if row["table_name"] == table
    }
    assert found == contract, f"docs/reference/schema.md: {sorted(found ^ contract)}"


def test_every_integrity_check_is_written_down() -> None:
    text = section(document("docs/reference/schema.md"), "Integrity checks")
    found = {
        (name, line.split("|")[2].strip())
        for line in text.splitlines()
        if line.startswith("| `")
        for name in cells(line)
    }
    rules = {
        (row["check_name"], "gate" if row["is_gate"] == "true" else "soft")
        for row in rows("integrity_rules")
    }
    assert found == rules, f"docs/reference/schema.md: {sorted(found ^ rules)}"


@pytest.mark.parametrize(
    ("file", "columns"),
    [
        ("routing_policy_use_case.csv", POLICY_COLUMNS),
        ("routing_backtest.csv", BACKTEST_COLUMNS),
        ("triage_threshold_curve.csv", CURVE_COLUMNS),
        ("triage_actions_preview.csv", QUEUE_COLUMNS),
    ],
)
def test_every_column_of_a_file_is_described(file: str, columns: list[str]) -> None:
    text = section(document("docs/reference/outputs.md"), f"`{file}`")
    missing = set(columns) - set(cells(text))
    assert not missing, f"docs/reference/outputs.md, {file}: {missing}"


def test_every_verdict_of_routing_is_explained() -> None:
    text = document("docs/reference/outputs.md")
    listed = {
        verdict
        for line in section(text, "Verdicts").splitlines()
        if line.startswith("| `routing`")
        for verdict in cells(line, 1)
    }
    assert listed == set(RECOMMENDATIONS) == set(ADVICE)


def test_every_column_of_the_drift_report_is_described() -> None:
    text = section(document("docs/reference/outputs.md"), "`drift_report.csv`")
    (model,) = yaml.safe_load(document("models/marts/drift/drift.yml"))["models"]
    columns = {column["name"] for column in model["columns"]}
    assert columns == set(cells(text)), columns ^ set(cells(text))


def test_every_field_of_the_artifact_is_described() -> None:
    text = section(document("docs/reference/outputs.md"), "`decision_artifact.json`")
    fields = schema()
    named = set(cells(text))
    parts = (fields["$defs"][name] for name in ("decision", "estimate", "finding"))
    for part in (fields, *parts):
        missing = set(part["properties"]) - named
        assert not missing, f"docs/reference/outputs.md: {missing}"


def test_every_clear_verdict_is_explained() -> None:
    text = section(document("docs/reference/outputs.md"), "Verdicts")
    listed = {
        (decision, verdict)
        for line in text.splitlines()
        if line.startswith("| `")
        for decision in cells(line)
        for verdict in cells(line, 1)
        if line.split("|")[3].strip() == "yes"
    }
    clear = {
        (decision, verdict)
        for decision, verdicts in CLEAR_VERDICTS.items()
        for verdict in verdicts
    }
    assert listed == clear, f"docs/reference/outputs.md: {sorted(listed ^ clear)}"


def test_a_test_that_a_document_names_exists() -> None:
    code = "\n".join(
        file.read_text()
        for pattern in ("tests/python/*.py", "models/**/*.yml", "seeds/*.yml")
        for file in ROOT.glob(pattern)
    )
    singular = {file.stem for file in ROOT.glob("tests/*.sql")}
    for file in (*ROOT.glob("docs/methods/*.md"), *ROOT.glob("docs/reference/*.md")):
        named = re.findall(r"`((?:test_|assert_)\w+|[a-z_]+__\w+)`", file.read_text())
        missing = [
            test
            for test in named
            if test not in singular
            and f"def {test}(" not in code
            and f"name: {test}\n" not in code
            and not (ROOT / "tests/python" / f"{test}.py").exists()
        ]
        assert not missing, f"{file} names tests that are not there: {missing}"


def test_every_command_is_in_the_readme_and_the_reverse() -> None:
    # a line of a code block, or a word in backticks
    call = r"(?:^ {4,}\S*|`\S*)llm-telemetry ([a-z]+)\b"
    named = set(re.findall(call, document("README.md"), re.M))
    assert named == COMMANDS.keys(), f"README.md: {named ^ COMMANDS.keys()}"


def test_every_link_between_documents_leads_somewhere() -> None:
    wrong = [
        f"{file.relative_to(ROOT)}: {target}"
        for file in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"))
        for target in re.findall(r"\]\(([^)#\s:]+)(?:#[^)]*)?\)", file.read_text())
        if not (file.parent / target).exists()
    ]
    assert not wrong, f"links that lead nowhere: {wrong}"
