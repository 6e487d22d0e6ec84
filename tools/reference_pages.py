"""Write what follows from the code: pages of knobs, commands and reasons, tables of
marts and instrumentations, and pictures of the models by domain.

`--check` writes nothing, names each page that is out of date, and exits with 1.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from llm_telemetry import command_groups, reasons
from llm_telemetry.config import knobs
from llm_telemetry.metrics import catalog, reading

ROOT = Path(__file__).parents[1]
ALL_SOURCES = (
    "telemetry_csv,otlp,litellm,langfuse,openinference,mlflow,bedrock_logs,claude_code"
)
Node = dict[str, Any]


def main() -> int:
    """Write every page, or check that each is up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    wrong = [file for file, text in pages() if file.read_text() != text and check]
    if not check:
        for file, text in pages():
            file.write_text(text)
    for file in wrong:
        print(f"{file.relative_to(ROOT)} is out of date: run `make docs`")
    return int(bool(wrong))


def pages() -> Iterator[tuple[Path, str]]:
    """Yield each page with the text that it should have."""
    docs, parsed = ROOT / "docs", manifest()
    project = (ROOT / "dbt_project.yml").read_text()
    yield docs / "reference" / "knobs.md", knobs_page(project)
    yield docs / "reference" / "cli.md", command_line()
    yield docs / "reference" / "reasons.md", reasons_page()
    yield docs / "reference" / "metrics.md", metrics_page()
    yield between(docs / "guides" / "sources.md", "emitters", emitters())
    yield between(docs / "architecture.md", "domains", domains(parsed))
    yield between(docs / "reference" / "outputs.md", "marts", grains(parsed))
    for file in (ROOT / "README.md", ROOT / "models" / "overview.md"):
        yield between(file, "marts", questions(parsed))


def between(file: Path, name: str, lines: Iterator[str]) -> tuple[Path, str]:
    """Return a file's text with other lines between the two markers of a name."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, rest = file.read_text().split(begin)
    _, after = rest.split(end)
    return file, "\n".join([f"{before}{begin}", *lines, f"{end}{after}"])


def knobs_page(project: str) -> str:
    """Return the page of knobs, in the groups of the text of dbt_project.yml."""
    declared = knobs.declared()
    lines = [
        *("# Knobs", ""),
        "Every number that a team would choose for itself, with its default, unit and",
        "range. An environment variable of the same name in upper case takes",
        "precedence: `SLA_MS=3000 llm-telemetry run`. A value outside the range is an",
        "error of one line, in `llm-telemetry` and in `dbt build`. The mart `knobs`",
        "shows what a build used.",
        *("", "`make docs` writes this page from dbt_project.yml."),
    ]
    for line in project.split("\n  knobs:\n")[1].splitlines():
        if title := re.fullmatch(r"    # (.+)", line):
            lines += ["", f"## {title[1].capitalize()}", ""]
            lines += ["| knob | default | unit | range | meaning |"]
            lines += ["| --- | --- | --- | --- | --- |"]
        elif named := re.match(r"    (\w+): ", line):
            knob = declared[named[1]]
            cells = [f"`{knob.name}`", str(knob.default), knob.unit, knob.range]
            lines.append(f"| {' | '.join([*cells, knob.meaning])} |")
    return "\n".join(lines) + "\n"


def command_line() -> str:
    """Return the page of commands, by group, from what they say themselves."""
    lines = ["# Commands", "", "`make docs` writes this page from the commands."]
    for title, group in command_groups.GROUPS.items():
        lines += ["", f"## {title}"]
        for command in group:
            lines += ["", f"### `llm-telemetry {command.name}`", "", str(command.help)]
            lines += ["", *(f"    {line}" for line in command.calls()), ""]
            lines += ["| argument | meaning |", "| --- | --- |"]
            said = command.parameter_help().items()
            lines += [f"| `{spelled}` | {meaning} |" for spelled, meaning in said]
    return "\n".join(lines) + "\n"


def reasons_page() -> str:
    """Return the page of reasons, by decision, from the one list of them."""
    lines = [
        *("# Reasons", ""),
        "What each reason of a decision means, and what to do about it; in a terminal,",
        "`llm-telemetry explain REASON`. A name in angle brackets stands for a value:",
        "`failures_28d_firing` is `<budget>_<alert>_firing`.",
        *("", "`make docs` writes this page from"),
        "`python/llm_telemetry/reasons/reasons.json`.",
    ]
    known = reasons.listed()
    for decision in dict.fromkeys(name for one in known for name in one.decisions):
        lines += ["", f"## {decision.replace('_', '-').capitalize()}", ""]
        lines += ["| reason | meaning | what to do |", "| --- | --- | --- |"]
        lines += [
            f"| `{one.reason}` | {one.words} | {one.advice} |"
            for one in reasons.of_decision(decision)
        ]
    return "\n".join(lines) + "\n"


def metrics_page() -> str:
    """Return the page of metrics, from their help texts."""
    lines = [
        *("# Metrics", ""),
        "What `llm-telemetry metrics` exports for Prometheus, all of them gauges; how",
        "to read them: [guides/prometheus.md](../guides/prometheus.md). Metrics of",
        "alerts and of anomalous series are exported where their marts are built.",
        *("", "`make docs` writes this page from the help texts.", ""),
        *("| metric | labels | meaning |", "| --- | --- | --- |"),
    ]
    labels = {
        column: ", ".join(f"`{label}`" for label in query.labels)
        for query in catalog.QUERIES
        for column in query.metrics
    }
    for name, meaning in reading.helps().items():
        column = name.removeprefix(f"{catalog.PREFIX}_")
        lines.append(f"| `{name}` | {labels.get(column) or '-'} | {meaning} |")
    return "\n".join(lines) + "\n"


def emitters() -> Iterator[str]:
    """Yield what each instrumentation writes, from the fixtures that test it."""
    facts = {
        **{"tokens": "tokens", "cache": "cached", "reasoning": "reasoning"},
        **{"cost": "cost", "ttft": "`ttft_ms`", "failures": "failures"},
        **{"retries": "retries", "session": "session", "user": "user"},
        "tools": "tools",
    }
    yield f"| instrumentation | {' | '.join(facts.values())} |"
    yield f"| --- |{' --- |' * len(facts)}"
    files = (ROOT / "tests" / "fixtures" / "emitters").glob("*.json")
    known = [json.loads(file.read_text()) for file in files]
    for one in sorted(known, key=lambda one: one["emitter"].lower()):
        told = dict.fromkeys(one["expected"], "yes") | one.get("in_words", {})
        cells = [told.get(fact, "-") for fact in facts]
        yield f"| {' | '.join([one['emitter'], *cells])} |"


def manifest() -> Node:
    """Return dbt's manifest of the project with every source on."""
    with tempfile.TemporaryDirectory() as target:
        command = [
            *(sys.executable, "-c", "from dbt.cli.main import cli; cli()", "parse"),
            *("--project-dir", str(ROOT), "--profiles-dir", str(ROOT), "--quiet"),
            *("--target-path", target, "--log-path", target),
        ]
        switches = {"SOURCES": ALL_SOURCES, "KEEP_CONTENT": "1", "DO_NOT_TRACK": "1"}
        subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, **switches})
        parsed: Node = json.loads(Path(target, "manifest.json").read_text())
    return parsed


def marts(parsed: Node) -> list[Node]:
    """Return the marts, by domain and name."""
    found = [
        node
        for node in parsed["nodes"].values()
        if node["resource_type"] == "model" and node["path"].startswith("marts")
    ]
    return sorted(found, key=lambda node: (node["group"], node["name"]))


def questions(parsed: Node) -> Iterator[str]:
    """Yield a table of what the marts of each domain answer."""
    yield from ("", "| question | marts |", "| --- | --- |")
    names: dict[str, list[str]] = {}
    for mart in marts(parsed):
        names.setdefault(mart["group"], []).append(f"`{mart['name']}`")
    # in the order of models/groups.yml
    for group in parsed["groups"].values():
        if group["name"] in names:
            question = group["description"].strip()
            yield f"| {question} | {', '.join(names[group['name']])} |"
    yield ""


def grains(parsed: Node) -> Iterator[str]:
    """Yield a table of what a row of each mart is."""
    yield from ("", "| mart | one row per |", "| --- | --- |")
    for mart in marts(parsed):
        grain = re.match(
            r"One row(?: per )?([^:;.]*)", " ".join(mart["description"].split())
        )
        assert grain, mart["name"]
        yield f"| `{mart['name']}` | {grain[1].strip()} |"
    yield ""


def domains(parsed: Node) -> Iterator[str]:
    """Yield the lines of one picture per domain: its models and what they read."""
    models = {
        key: node
        for key, node in parsed["nodes"].items()
        if node["resource_type"] == "model"
    }
    for group in sorted({node["group"] for node in models.values() if node["group"]}):
        own = {key: node for key, node in models.items() if node["group"] == group}
        read = {
            (parent, key)
            for key, node in own.items()
            for parent in node["depends_on"]["nodes"]
            if parent in models
        }
        yield from ("", f"### {group.capitalize()}", "", "```mermaid", "flowchart LR")
        # what other domains hand over, as rounded boxes
        for parent in sorted({parent for parent, _ in read} - own.keys()):
            yield f"    {models[parent]['name']}([{models[parent]['name']}])"
        for node in sorted(own.values(), key=lambda node: str(node["name"])):
            shape = "[[{}]]" if node["path"].startswith("marts") else "[{}]"
            yield f"    {node['name']}{shape.format(node['name'])}"
        for parent, key in sorted(read):
            yield f"    {models[parent]['name']} --> {models[key]['name']}"
        yield "```"


if __name__ == "__main__":
    sys.exit(main())
