"""The habits of the Python layer: short, and imports that point one way."""

import ast
from collections.abc import Iterable
from pathlib import Path

from conftest import ROOT

PACKAGE = ROOT / "python" / "llm_telemetry"
MAX_FILE_LINES = 350
MAX_FUNCTION_LINES = 40
# packages and modules that know nothing of each other
FEATURES = (
    *("routing", "triage", "decisions.budget", "decisions.drift"),
    *("decisions.hotspots", "simulate", "gate", "capture"),
)
# what every feature may import, and what imports nothing but itself
SHARED = ("decisions.types", "decisions.statistics", "errors", "ingest.segments")
# commands that stand in modules of their own
PRINTING = {f"{name}.command" for name in ("reasons", "metrics", "judge", "dashboard")}
# the gate's command reads a warehouse and writes a document
COMMANDS = {"gate.command"}


def files() -> list[Path]:
    """Return every Python file of the repository."""
    folders = (PACKAGE, *(ROOT / name for name in ("tests", "bench", "examples")))
    return sorted(file for folder in folders for file in folder.rglob("*.py"))


def tree(file: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(file.read_text())


def imported(file: Path) -> set[str]:
    """Return what a file imports, our own modules without the package's name."""
    names: set[str] = set()
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "llm_telemetry":
            names |= {f"llm_telemetry.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


def ours(file: Path) -> set[str]:
    """Return the modules of the package that a file imports, without its name."""
    return {
        name.removeprefix("llm_telemetry.")
        for name in imported(file)
        if name.startswith("llm_telemetry.")
    }


def module(file: Path) -> str:
    """Return the module that a file is, without the package's name."""
    parts = file.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def within(name: str, places: Iterable[str]) -> str | None:
    """Return the package or module among the places that a module belongs to."""
    return next((p for p in places if f"{name}.".startswith(f"{p}.")), None)


def importers(library: str) -> set[str]:
    """Return the modules of the package that import a library."""
    return {
        module(file)
        for file in PACKAGE.rglob("*.py")
        if any(name.split(".")[0] == library for name in imported(file))
    }


def test_files_are_short() -> None:
    lengths = {file.name: len(file.read_text().splitlines()) for file in files()}
    wrong = {name: lines for name, lines in lengths.items() if lines > MAX_FILE_LINES}
    assert not wrong, f"over {MAX_FILE_LINES} lines: {wrong}"


def test_functions_are_short() -> None:
    wrong = [
        f"{file.name}:{node.lineno} {node.name}"
        for file in files()
        for node in ast.walk(tree(file))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= MAX_FUNCTION_LINES
    ]
    assert not wrong, f"over {MAX_FUNCTION_LINES} lines: {wrong}"


def test_features_import_neither_each_other_nor_what_uses_them() -> None:
    wrong = [
        f"{module(file)} imports {name}"
        for file in PACKAGE.rglob("*.py")
        if (own := within(module(file), FEATURES)) and module(file) not in COMMANDS
        for name in ours(file)
        if within(name, FEATURES) != own and not within(name, SHARED)
    ]
    assert not wrong, f"imports against the arrow: {wrong}"


def test_shared_modules_import_nothing_but_each_other() -> None:
    wrong = [
        f"{module(file)} imports {name}"
        for file in PACKAGE.rglob("*.py")
        if within(module(file), SHARED)
        for name in ours(file)
        if not within(name, SHARED)
    ]
    assert not wrong, f"imports against the arrow: {wrong}"


def test_packages_import_in_one_direction() -> None:
    package = {
        module(file): module(file).split(".")[0] for file in PACKAGE.rglob("*.py")
    }
    arrows = {
        (package[module(file)], name.split(".")[0])
        for file in PACKAGE.rglob("*.py")
        if module(file) not in COMMANDS
        for name in ours(file)
        if package[module(file)] != name.split(".")[0]
    }
    wrong = sorted(arrow for arrow in arrows if arrow[::-1] in arrows)
    assert not wrong, f"packages that import each other: {wrong}"


def test_nothing_imports_the_command_line() -> None:
    wrong = [
        module(file)
        for file in PACKAGE.rglob("*.py")
        # `python -m llm_telemetry` is the command line
        if "cli" in ours(file) and module(file) != "__main__"
    ]
    assert not wrong, f"imports cli: {wrong}"


def test_one_module_opens_the_warehouse() -> None:
    # the others ask DuckDB about a time zone, and about files that are read
    reads = ("column_values", "early_checks", "file_heads", "malformed")
    read = {f"ingest.{name}" for name in reads}
    # evaluators read texts in memory, and write their scores
    scores = {"judge.categories", "judge.evaluators", "judge.scores"}
    opens = {"warehouse.connection", "config.knobs", "config.own_seeds", *read, *scores}
    assert importers("duckdb") == opens


def test_capture_is_an_extra_that_nothing_else_needs() -> None:
    assert all(within(name, ["capture"]) for name in importers("opentelemetry"))
    wrong = [
        module(file)
        for file in PACKAGE.rglob("*.py")
        if not within(module(file), ["capture"])
        if any(within(name, ["capture"]) for name in ours(file))
    ]
    assert not wrong, f"imports capture: {wrong}"


def test_the_dashboard_is_an_extra_that_nothing_else_needs() -> None:
    assert all(within(name, ["dashboard"]) for name in importers("streamlit"))
    wrong = [
        module(file)
        for file in PACKAGE.rglob("*.py")
        if not within(module(file), ["dashboard"])
        if any(within(name, ["dashboard"]) for name in ours(file))
    ]
    assert not wrong, f"imports dashboard: {wrong}"


def test_one_module_runs_dbt() -> None:
    # provenance asks git which commit decided, and evaluators may be commands
    others = {"artifact.provenance", "judge.custom"}
    runs = importers("subprocess") - others | importers("dbt")
    # child_process starts the process that dbt_process is; dbt itself calls the others
    started = {"child_process", "dbt_process", "dbt_plugin", "dbt_speedups"}
    assert runs == {f"warehouse.{name}" for name in started}, f"run dbt: {runs}"


def test_only_the_command_line_prints() -> None:
    wrong = [
        f"{file.name}:{node.lineno}"
        for file in PACKAGE.rglob("*.py")
        # what dbt_process prints, build reads
        if file.stem not in ("cli", "dbt_process") and module(file) not in PRINTING
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]
    assert not wrong, f"prints: {wrong}"
