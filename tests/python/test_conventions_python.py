"""The habits of the Python layer: short, and imports that point one way."""

import ast
from pathlib import Path

from conftest import ROOT

PACKAGE = ROOT / "python" / "llm_telemetry"
MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 40
# each a module, a package or modules of one prefix; they know nothing of each other
FEATURES = {
    *("routing", "triage", "budget", "drift", "hotspots", "simulate", "gate"),
    "capture",
}
SHARED = {"decision", "errors", "inference", "segments"}


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
    """Return the top-level modules of the package that a file imports."""
    return {
        name.split(".")[1]
        for name in imported(file)
        if name.startswith("llm_telemetry.")
    }


def module(file: Path) -> str:
    """Return the top-level module or package a file belongs to."""
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def feature(name: str) -> str | None:
    """Return the feature a module belongs to, if any."""
    prefix = name.split("_")[0]
    return prefix if prefix in FEATURES else None


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
        f"{file.name} imports {name}"
        for file in PACKAGE.rglob("*.py")
        if (own := feature(module(file)))
        for name in ours(file)
        if feature(name) != own and name not in SHARED
    ]
    assert not wrong, f"imports against the arrow: {wrong}"


def test_shared_modules_import_nothing_but_each_other() -> None:
    wrong = [
        f"{name} imports {other}"
        for name in SHARED
        for other in ours(PACKAGE / f"{name}.py") - SHARED
    ]
    assert not wrong, f"imports against the arrow: {wrong}"


def test_nothing_imports_the_command_line() -> None:
    wrong = [file.name for file in PACKAGE.rglob("*.py") if "cli" in ours(file)]
    assert not wrong, f"imports cli: {wrong}"


def test_one_module_opens_the_warehouse() -> None:
    # malformed looks at the header of a Parquet file that dbt could not read
    assert importers("duckdb") == {"warehouse", "malformed"}


def test_capture_is_an_extra_that_nothing_else_needs() -> None:
    assert importers("opentelemetry") <= {"capture"}
    wrong = [
        file.name
        for file in PACKAGE.rglob("*.py")
        if "capture" in ours(file) and module(file) != "capture"
    ]
    assert not wrong, f"imports capture: {wrong}"


def test_one_module_runs_dbt() -> None:
    # provenance asks git which commit decided
    runs = importers("subprocess") - {"provenance"} | importers("dbt")
    # build starts the process that dbt_process is; dbt itself calls dbt_session
    assert runs == {"build", "dbt_process", "dbt_session"}, f"run dbt: {runs}"


def test_only_the_command_line_prints() -> None:
    wrong = [
        f"{file.name}:{node.lineno}"
        for file in PACKAGE.rglob("*.py")
        # what dbt_process prints, build reads
        if file.stem not in ("cli", "dbt_process")
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]
    assert not wrong, f"prints: {wrong}"
