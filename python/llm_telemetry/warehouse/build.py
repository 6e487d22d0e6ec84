"""The only module that runs dbt."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from llm_telemetry.errors import InputError
from llm_telemetry.files.lock import held
from llm_telemetry.ingest.discovery import CONTRACT, PROJECT, contract_files
from llm_telemetry.ingest.malformed import malformed_files
from llm_telemetry.warehouse import statement_replay
from llm_telemetry.warehouse.child_process import run_module
from llm_telemetry.warehouse.connection import discard, read
from llm_telemetry.warehouse.data_tests import AUDITED
from llm_telemetry.warehouse.incremental_state import goes_on_from, is_windowed, state
from llm_telemetry.warehouse.typed_cache import sweep

Progress = Callable[[str], None]

# apart from that of `dbt build`, whose profile is another
PARSED = PROJECT / "target" / "run" / "partial_parse.msgpack"
# bytes that a file counts for beside its own
A_FILE = 400_000

# run holds the marts to them itself, before it publishes
LEFT_OUT = tuple(f"test_name:{name}" for name in AUDITED)


class BuildError(Exception):
    """dbt failed for a reason that is not the input: a bug."""


@contextmanager
def built(
    data_dir: Path,
    warehouse: Path,
    sources: Sequence[str] = (CONTRACT,),
    *,
    select: str | None = None,
    ledger: Path | None = None,
    threads: int | None = None,
    wait: bool = False,
    full_refresh: bool = False,
    progress: Progress = lambda message: None,
) -> Iterator[Path]:
    """Build the models beside ``warehouse`` and yield the new file of marts.

    It takes the warehouse's place only when it is published: a build that fails, and
    a caller that fails, leave the earlier warehouse as it was. What the marts are made
    from stands in ``scratch_of`` that file, as long. Rollups of days whose telemetry
    did not change come from the earlier warehouse, unless all are to be refreshed.
    Raises InputError with one line per problem of the input, or where another run is
    building the same warehouse.
    """
    with _files(warehouse, wait=wait) as (marts, scratch):
        environment = {
            "LLMOPS_DATA_DIR": str(data_dir),
            "LLM_TELEMETRY_WAREHOUSE": str(scratch),
            "LLM_TELEMETRY_MARTS": str(marts),
            "LLM_TELEMETRY_THREADS": str(threads or os.cpu_count()),
            "LLM_TELEMETRY_MEMORY_LIMIT": _memory_limit(data_dir, sources),
            # the run fits its own
            "LLM_TELEMETRY_SCORECARD": "",
            "SOURCES": ",".join(sources),
            **_going_on(warehouse, sources, full_refresh=full_refresh),
            **({"LLM_TELEMETRY_LEDGER": str(ledger)} if ledger else {}),
        }
        told = {**os.environ, "DO_NOT_TRACK": "1", **environment}
        log = _build(told, warehouse, select, progress, full_refresh=full_refresh)
        if log is not None:
            raise _explained(log, data_dir, sources, marts)
        yield marts


@contextmanager
def _files(warehouse: Path, *, wait: bool) -> Iterator[tuple[Path, Path]]:
    """Yield the files to build in, for this run alone; nothing of them stays."""
    place = _place(warehouse)
    # DuckDB calls each by its first word, which must be that of no schema
    marts = place.with_name(f".published.{place.name}")
    files = marts, scratch_of(marts)
    with held(place, wait=wait):
        try:
            # of a run that was killed
            for file in files:
                discard(file)
            yield files
        finally:
            for file in files:
                discard(file)


def _going_on(
    warehouse: Path, sources: Sequence[str], *, full_refresh: bool
) -> dict[str, str]:
    """Return what tells dbt which build it may go on from, and what is to be told."""
    now = state(sources)
    # where all days are held, nothing is taken from an earlier build
    is_on = not full_refresh and is_windowed() and goes_on_from(warehouse, now)
    return {
        "LLM_TELEMETRY_STATE": now,
        "LLM_TELEMETRY_EARLIER": str(warehouse.resolve()) if is_on else "",
    }


def scratch_of(marts: Path) -> Path:
    """Return the file of everything but the marts, beside that of the marts."""
    return marts.with_name(f".building.{marts.name.removeprefix('.published.')}")


def _place(warehouse: Path) -> Path:
    """Return where the warehouse will be, in a folder that is there."""
    if warehouse.is_dir():
        raise InputError(f"{warehouse}: a folder: name a file for the warehouse")
    place = warehouse.resolve()
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        where = f"{warehouse.parent}: cannot write: {error.strerror}"
        raise InputError(where) from error
    return place


def failing_checks(warehouse: Path) -> list[str]:
    """Return one line per integrity gate that failed, with what to do."""
    failed = read("integrity_checks", warehouse, where="status = 'failed'")
    return [describe(check) for check in failed.to_dict("records")]


def describe(check: dict[Any, Any]) -> str:
    """Return one line: where, how many, an example and what to do."""
    example = check["example_key"]
    known = f", e.g. {example}" if isinstance(example, str) else ""
    return (
        f"{check['table_name']}.{check['column_name']}: {check['check_name']}: "
        f"{check['failed_rows']} of {check['checked_rows']}{known}: {check['remedy']}"
    )


def _build(
    told: Mapping[str, str],
    warehouse: Path,
    select: str | None,
    progress: Progress,
    *,
    full_refresh: bool,
) -> str | None:
    """Build with dbt where the last build cannot be repeated; return its errors."""
    # whoever refreshes has the files typed again, which no plan does
    plan = None if full_refresh else statement_replay.place(told, select)
    if plan and statement_replay.is_sent(
        plan, told, lambda line: _event(line, progress)
    ):
        return None
    log, sent = _run_dbt(told, select, progress, full_refresh=full_refresh)
    if log is None:
        sweep(warehouse, Path(told["LLMOPS_DATA_DIR"]))
        if plan:
            statement_replay.keep(plan, told, sent)
    return log


def _run_dbt(
    told: Mapping[str, str],
    select: str | None,
    progress: Progress,
    *,
    full_refresh: bool,
) -> tuple[str | None, list[statement_replay.Statement]]:
    """Run dbt build; return its errors, None where it succeeded, and what it sent."""
    log: list[str] = []
    sent: list[statement_replay.Statement] = []
    with _target() as target:
        arguments = [
            *("build", "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
            *("--target-path", target, "--log-path", target),
            *("--log-level", "none", "--log-level-file", "none", "--no-write-json"),
            *("--target", "run"),
            # more at a time need more memory, and take no less time
            *("--threads", "2"),
            *("--exclude-resource-type", "unit_test"),
            *("--exclude", *LEFT_OUT),
            # of a part of the marts only the tests that need no other
            *(("--select", select) if select else ()),
            *("--indirect-selection", "buildable"),
            *(("--full-refresh",) if full_refresh else ()),
        ]

        def hear(line: str) -> None:
            log.append(_event(line, progress, sent))

        code = _dbt(arguments, told, hear)
    return "\n".join(filter(None, log)) if code else None, sent


def _dbt(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    hear: Callable[[str], None],
) -> int:
    """Run dbt in a process of its own; return its exit code."""
    return run_module(
        "llm_telemetry.warehouse.dbt_process", arguments, environment, hear
    )


@contextmanager
def _target() -> Iterator[str]:
    """Yield a folder for what dbt writes, and in it what an earlier run parsed."""
    with tempfile.TemporaryDirectory() as folder:
        parsed = Path(folder, PARSED.name)
        # of its own: dbt writes it in place, and another run may be reading it
        with suppress(OSError):
            shutil.copy2(PARSED, parsed)
        yield folder
        # a project that is only read keeps nothing
        with suppress(OSError):
            _keep(parsed)


def _keep(parsed: Path) -> None:
    """Put what dbt parsed in the place of what was parsed earlier, in one step."""
    if PARSED.exists() and PARSED.stat().st_mtime_ns == parsed.stat().st_mtime_ns:
        return
    PARSED.parent.mkdir(parents=True, exist_ok=True)
    copy = PARSED.with_name(f"{PARSED.name}.{os.getpid()}")
    shutil.copy2(parsed, copy)
    copy.replace(PARSED)


def _memory_limit(data_dir: Path, sources: Sequence[str]) -> str:
    """Return what DuckDB may use: it works well in little more than the input.

    Of many files some pages each are held at once, however small they are.
    """
    if asked := os.environ.get("LLM_TELEMETRY_MEMORY_LIMIT"):
        return asked
    is_contract = list(sources) == [CONTRACT]
    files = contract_files(data_dir) if is_contract else data_dir.rglob("*")
    sizes = (
        A_FILE + file.stat().st_size * (10 if file.suffix in (".gz", ".parquet") else 1)
        for file in files
        if file.is_file()
    )
    return f"{max(600, 3 * sum(sizes) // 2_000_000)}MB"


def _event(
    line: str, progress: Progress, sent: list[statement_replay.Statement] | None = None
) -> str:
    """Report progress, keep what is sent, and return the message of an error."""
    try:
        event = json.loads(line)
    except json.JSONDecodeError:
        return line.strip()
    if "progress" in event:
        progress(event["progress"])
    if "sql" in event and sent is not None:
        sent.append((event["connection"], event["sql"]))
    return str(event.get("error", ""))


def _explained(
    log: str, data_dir: Path, sources: Sequence[str], marts: Path
) -> Exception:
    """Return what went wrong, as the input's fault where it is."""
    if "Out of Memory Error" in log:
        limit = _memory_limit(data_dir, sources)
        return InputError(
            f"LLM_TELEMETRY_MEMORY_LIMIT: DuckDB cannot build this in {limit}, or has"
            " no disk left to spill to: set it higher"
        )
    lines = _gates(marts) or malformed_files(data_dir, sources)
    return InputError(*lines) if lines else BuildError(log)


def _gates(marts: Path) -> list[str]:
    try:
        return failing_checks(marts)
    except InputError:
        # the build broke off before the checks
        return []
