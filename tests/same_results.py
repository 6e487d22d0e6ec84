"""Show that a change of the code changes no result: freeze two checkouts, compare.

`same_results.py freeze --project DIR --out FILE.json [--cases sample,otlp]` runs the
commands of every case with the code of a checkout, and writes digests of the marts
and of all files, beside what was printed. `same_results.py compare A.json B.json`
prints one line per difference and exits with 1 where there is one.
"""

import argparse
import hashlib
import json
import resource
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
from recorded_commands import WAREHOUSE, Commands, Skipped
from same_results_cases import CASES

Frozen = dict[str, Any]

# (mart, column): why it differs between two checkouts that agree
EXCLUDED = {
    ("build_info", "state_sha256"): "digests the text of models, macros and seeds",
    ("loaded_files", "landed_file"): "digests SQL text, folder and time of the file",
}
# Without git and lock the artifact's `code` is the same of every checkout, and with it
# each id and digest that is made of it.
NOT_COPIED = {".git", ".venv", "requirements.lock", "target", "logs", "artifacts"}


def main() -> int:
    """Freeze or compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True, dest="command")
    freezing = commands.add_parser("freeze")
    freezing.add_argument("--project", type=Path, required=True, help="checkout")
    freezing.add_argument("--out", type=Path, required=True)
    freezing.add_argument("--cases", help="comma separated (default: all)")
    freezing.add_argument("--keep", type=Path, help="folder to leave every case in")
    comparing = commands.add_parser("compare")
    for name in ("before", "after"):
        comparing.add_argument(name, type=Path)
    options = parser.parse_args()
    if options.command == "compare":
        return compare(options.before, options.after)
    frozen = freeze(options.project.resolve(), options.cases, options.keep)
    options.out.write_text(json.dumps(frozen, indent=1) + "\n")
    return 0


def freeze(project: Path, names: str | None, keep: Path | None) -> Frozen:
    """Return the results of each case, with the code of a checkout."""
    chosen = names.split(",") if names else list(CASES)
    if unknown := set(chosen) - set(CASES):
        raise SystemExit(f"unknown: {unknown}: name some of {', '.join(CASES)}")
    frozen = {}
    with tempfile.TemporaryDirectory() as temporary:
        copy = _copied(project, Path(temporary, "project"))
        for name in chosen:
            folder = Path(keep or temporary, name).resolve()
            folder.mkdir(parents=True)
            before = _cpu_seconds()
            commands = Commands(copy, folder)
            try:
                CASES[name](commands)
                frozen[name] = _results(commands)
                said = f"{len(frozen[name]['marts'])} marts"
            except Skipped as reason:
                frozen[name] = {"skipped": str(reason)}
                said = f"skipped: {reason}"
            seconds = _cpu_seconds() - before
            print(f"{name}: {said}, {seconds:.1f} CPU s", file=sys.stderr, flush=True)
            if not keep:
                shutil.rmtree(folder)
    return frozen


def _copied(project: Path, copy: Path) -> Path:
    """Copy what is there now: the checkout may be edited while cases run."""
    copy.mkdir()
    for path in project.iterdir():
        if path.is_dir() and path.name not in NOT_COPIED:
            ignored = shutil.ignore_patterns("*.egg-info")
            shutil.copytree(path, copy / path.name, ignore=ignored)
        elif path.is_file() and path.name not in NOT_COPIED:
            shutil.copy2(path, copy)
    return copy


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _results(commands: Commands) -> Frozen:
    warehouse = commands.folder / WAREHOUSE
    files = sorted(
        file.relative_to(commands.folder)
        for file in commands.folder.rglob("*")
        if file.is_file() and file != warehouse
    )
    return {
        "commands": commands.recorded,
        "files": {
            str(file): hashlib.sha256((commands.folder / file).read_bytes()).hexdigest()
            for file in files
            # what a run leaves beside the warehouse is no result
            if not file.parts[0].startswith(".")
        },
        "marts": digests(warehouse) if warehouse.exists() else {},
    }


def digests(warehouse: Path) -> dict[str, Frozen]:
    """Return columns, types, rows and digests of every mart of a file."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        names = connection.execute(
            "select table_name from information_schema.tables"
            " where table_schema = 'marts' order by table_name"
        ).fetchall()
        return {name: _digest(connection, name) for (name,) in names}


def _digest(connection: duckdb.DuckDBPyConnection, mart: str) -> Frozen:
    described = connection.execute(f'describe marts."{mart}"').fetchall()
    types = {name: kind for name, kind, *_ in described}
    texts = {name: _text(name) for name in types if (mart, name) not in EXCLUDED}
    # sums do not depend on the order of the rows
    columns = ", ".join(f"sum(md5_number_lower({text}))" for text in texts.values())
    counted = connection.execute(
        f"""
        select
            count(*),
            sha256(coalesce(string_agg(row_digest, '' order by row_digest), '')),
            {columns}
        from (
            select *, md5(concat({", ".join(texts.values())})) as row_digest
            from marts."{mart}"
        )
        """
    ).fetchone()
    assert counted
    rows, digest, *sums = counted
    return {
        "types": types,
        "rows": rows,
        "sha256": digest,
        "columns": dict(zip(texts, map(str, sums), strict=True)),
    }


def _text(column: str) -> str:
    """Return SQL for a text that ends where its length says, to the last digit."""
    text = f'"{column}"::varchar'
    return f"coalesce(length({text}) || ':' || {text}, '-')"


def compare(before: Path, after: Path) -> int:
    """Print one line per difference of two files; return 1 where there is one."""
    frozen = [json.loads(file.read_text()) for file in (before, after)]
    common = [name for name in frozen[0] if name in frozen[1]]
    if others := sorted(set(frozen[0]) ^ set(frozen[1])):
        print(f"not compared, as only one file has them: {', '.join(others)}")
    lines = [
        f"{name}: {line}"
        for name in common
        for line in differences(frozen[0][name], frozen[1][name])
    ]
    if lines or not common:
        print("\n".join(lines))
        return 1
    run = [frozen[0][name] for name in common if "skipped" not in frozen[0][name]]
    marts = sum(len(case["marts"]) for case in run)
    print(f"{marts} marts of {len(run)} cases equal")
    return 0


def differences(before: Frozen, after: Frozen) -> Iterator[str]:
    """Yield one line per difference between the results of one case."""
    if "skipped" in before or "skipped" in after:
        if before != after:
            yield f"skipped in one: {before.get('skipped') or after.get('skipped')}"
        return
    yield from _command_differences(before["commands"], after["commands"])
    for part, differing in (("files", _file_differences), ("marts", _mart_differences)):
        for name in dict.fromkeys([*before[part], *after[part]]):
            if name not in after[part]:
                yield f"{name}: missing after"
            elif name not in before[part]:
                yield f"{name}: missing before"
            else:
                for line in differing(before[part][name], after[part][name]):
                    yield f"{name}: {line}"


def _command_differences(before: list[Frozen], after: list[Frozen]) -> Iterator[str]:
    if [one["command"] for one in before] != [one["command"] for one in after]:
        yield "other commands were run: freeze both with the same script"
        return
    for one, other in zip(before, after, strict=True):
        for part in one:
            if one[part] != other[part]:
                changed = _first_change(str(one[part]), str(other[part]))
                yield f"{one['command'].split()[0]}: {part}: {changed}"


def _file_differences(before: str, after: str) -> Iterator[str]:
    if before != after:
        yield "other content"


def _mart_differences(before: Frozen, after: Frozen) -> Iterator[str]:
    names, types = list(before["types"]), before["types"]
    if names != list(after["types"]):
        yield f"columns {', '.join(names)}, then {', '.join(after['types'])}"
    common = [name for name in names if name in after["types"]]
    for name in common:
        if types[name] != after["types"][name]:
            yield f"{name}: {types[name]}, then {after['types'][name]}"
    if before["rows"] != after["rows"]:
        yield f"{before['rows']} rows, then {after['rows']}"
        return
    sums = before["columns"], after["columns"]
    changed = [name for name in common if sums[0].get(name) != sums[1].get(name)]
    if changed:
        yield f"other values in {', '.join(changed)}"
    elif names == list(after["types"]) and before["sha256"] != after["sha256"]:
        yield "the same values, in other rows"


def _first_change(before: str, after: str) -> str:
    """Return the first line of either that is not the other's."""
    lines = [text.splitlines() or [""] for text in (before, after)]
    for one, other in zip(*lines, strict=False):
        if one != other:
            return f"{one!r}, then {other!r}"
    return f"{len(lines[0])} lines, then {len(lines[1])}"


if __name__ == "__main__":
    sys.exit(main())
