"""The only module that runs dbt."""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from llm_telemetry.config.knobs import CONTRACT
from llm_telemetry.config.project import PROJECT
from llm_telemetry.errors import InputError
from llm_telemetry.files.lock import exclusive_lock
from llm_telemetry.ingest.long_lines import USUAL
from llm_telemetry.ingest.malformed import malformed_files
from llm_telemetry.ledger.store import REVIEWS
from llm_telemetry.warehouse import statement_replay
from llm_telemetry.warehouse.child_process import CONTENT_LINE, run_module
from llm_telemetry.warehouse.connection import discard, read
from llm_telemetry.warehouse.data_tests import AUDITED
from llm_telemetry.warehouse.dbt_errors import without_content
from llm_telemetry.warehouse.incremental_state import (
    can_continue_from,
    is_windowed,
    state,
)
from llm_telemetry.warehouse.memory import LIMIT, MOST, memory_settings
from llm_telemetry.warehouse.parse_cache import target_folder
from llm_telemetry.warehouse.session import IN_MEMORY
from llm_telemetry.warehouse.typed_cache import forget_unfinished, sweep

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[str], None]

# `run` checks the marts for these itself, before it publishes them
LEFT_OUT = tuple(f"test_name:{name}" for name in AUDITED)


# a run fits a scorecard of its own, and stores no text as it is
UNSET = {"LLM_TELEMETRY_SCORECARD": "", "LLM_TELEMETRY_CONTENTS": ""}
# how DuckDB names a document that its buffer cannot hold
TOO_LARGE = re.compile(r'"maximum_object_size" of .*? while reading file "(.*?)"')


class BuildError(Exception):
    """dbt failed for a reason that is not the input: a bug."""


@contextmanager
def build_marts(
    data_dir: Path,
    warehouse: Path,
    sources: Sequence[str] = (CONTRACT,),
    *,
    select: str | None = None,
    ledger: Path | None = None,
    alert_ledger: Path | None = None,
    scores: Path | None = None,
    threads: int | None = None,
    wait: bool = False,
    full_refresh: bool = False,
    progress: Progress = lambda message: None,
) -> Iterator[Path]:
    """Build the models next to ``warehouse`` and yield the new file of marts.

    The file replaces the warehouse only when the caller publishes it. All models other
    than the marts are in ``scratch_of`` that file; both are deleted when the block
    ends. Rollups of days whose telemetry did not change are copied from the previous
    warehouse, unless ``full_refresh`` is set. Raises InputError with one line per
    problem of the input, or if another run builds the same warehouse and ``wait`` is
    not set; BuildError if dbt failed for any other reason.
    """
    with _files(warehouse, wait=wait) as (marts, scratch):
        settings = {
            "LLMOPS_DATA_DIR": str(data_dir),
            "LLM_TELEMETRY_WAREHOUSE": str(scratch),
            "LLM_TELEMETRY_MARTS": str(marts),
            "LLM_TELEMETRY_THREADS": str(threads or os.cpu_count()),
            **UNSET,
            "SOURCES": ",".join(sources),
            **memory_settings(data_dir, sources),
            **_incremental_settings(warehouse, sources, full_refresh=full_refresh),
            **_places(LEDGER=ledger, ALERT_LEDGER=alert_ledger, JUDGE_SCORES=scores),
        }
        variables = {**os.environ, "DO_NOT_TRACK": "1", **settings}
        log = _build(variables, warehouse, select, progress, full_refresh=full_refresh)
        if log is not None:
            raise _explained(log, data_dir, sources, marts, settings[LIMIT])
        yield marts


def read_contents(
    data_dir: Path,
    sources: Sequence[str],
    take: Callable[[Mapping[str, str | None]], object],
    *,
    is_redacted: bool,
    progress: Progress = lambda message: None,
) -> None:
    """Call ``take`` with each call's prompt and answer, which are in memory only.

    Each has interaction_id, prompt_id, prompt_text and response_text, as the models of
    the source read them. Nothing is written: the build is in the memory of a process,
    may not spill to a disk, and ends with it. Raises InputError and BuildError as
    ``build_marts`` does, whose lines have no content.
    """
    settings = _settings_in_memory(data_dir, sources, is_redacted=is_redacted)
    log: list[str] = []

    def hear(line: str) -> None:
        if not line.startswith(CONTENT_LINE):
            log.append(_event(line, progress))
        # of a process that is killed, the last line may be incomplete
        elif line.endswith("\n"):
            take(json.loads(line)["content"])

    with target_folder(has_contents=True) as target:
        models = ["contents", *(f"stg_{source}__interactions" for source in sources)]
        select = " ".join(f"+{model}" for model in models)
        arguments = _arguments(target, select, full_refresh=False)
        code = _dbt(arguments, {**os.environ, "DO_NOT_TRACK": "1", **settings}, hear)
    if code:
        errors = "\n".join(filter(None, log))
        raise _explained(errors, data_dir, sources, Path(IN_MEMORY), settings[LIMIT])


def _settings_in_memory(
    data_dir: Path, sources: Sequence[str], *, is_redacted: bool
) -> dict[str, str]:
    """Return the variables of a build in memory, which reads prompts and answers."""
    return {
        "LLMOPS_DATA_DIR": str(data_dir),
        "LLM_TELEMETRY_WAREHOUSE": IN_MEMORY,
        "LLM_TELEMETRY_MARTS": IN_MEMORY,
        "LLM_TELEMETRY_CONTENTS": "redacted" if is_redacted else "plain",
        "LLM_TELEMETRY_EARLIER": "",
        "SOURCES": ",".join(sources),
        "KEEP_CONTENT": "1",
        **memory_settings(data_dir, sources),
        # there is no disk to spill to
        LIMIT: os.environ.get(LIMIT) or MOST,
    }


def _places(**places: Path | None) -> dict[str, str]:
    """Return the variables of files and folders of earlier runs, of those there are."""
    if ledger := places.get("LEDGER"):
        places["REVIEWS"] = ledger.with_name(REVIEWS)
    return {f"LLM_TELEMETRY_{name}": str(at) for name, at in places.items() if at}


@contextmanager
def _files(warehouse: Path, *, wait: bool) -> Iterator[tuple[Path, Path]]:
    """Yield the files to build in, locked for this run, and delete them afterwards."""
    place = _place(warehouse)
    # DuckDB names each by the first word of the file, which must not be a schema
    marts = place.with_name(f".published.{place.name}")
    files = marts, scratch_of(marts)
    with exclusive_lock(place, wait=wait):
        try:
            # left by a run that was killed
            for file in files:
                discard(file)
            yield files
        except KeyboardInterrupt:
            forget_unfinished(place)
            raise
        finally:
            for file in files:
                discard(file)


def _incremental_settings(
    warehouse: Path, sources: Sequence[str], *, full_refresh: bool
) -> dict[str, str]:
    """Return the variables that name the build to continue from, if there is one."""
    now = state(sources)
    # where all days are retained, nothing is taken from an earlier build
    may_continue = is_windowed() and not full_refresh
    is_continued = may_continue and can_continue_from(warehouse, now)
    return {
        "LLM_TELEMETRY_STATE": now,
        "LLM_TELEMETRY_EARLIER": str(warehouse.resolve()) if is_continued else "",
    }


def scratch_of(marts: Path) -> Path:
    """Return the file of all other models, which is next to that of the marts."""
    return marts.with_name(f".building.{marts.name.removeprefix('.published.')}")


def _place(warehouse: Path) -> Path:
    """Return the absolute path of the warehouse, and create its folder."""
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
    checks = read("integrity_checks", warehouse)
    return checks.loc[checks["status"] == "failed", "problem"].tolist()


def doubts(checks: "pd.DataFrame") -> list[str]:
    """Return a line per check that is degraded, and per column that is ignored."""
    # without a failed gate, every line begins with one of these two words
    return sorted(checks["problem"].dropna(), key=lambda line: line.split(":")[0])


def _build(
    environment: Mapping[str, str],
    warehouse: Path,
    select: str | None,
    progress: Progress,
    *,
    full_refresh: bool,
) -> str | None:
    """Replay the last build, or run dbt where that fails; return dbt's errors."""
    # a full refresh lands the files again, which no plan does
    plan = None if full_refresh else statement_replay.place(environment, select)
    if plan and statement_replay.is_sent(
        plan, environment, lambda line: _event(line, progress)
    ):
        return None
    log, sent = _run_dbt(environment, select, progress, full_refresh=full_refresh)
    if log is None:
        sweep(warehouse, Path(environment["LLMOPS_DATA_DIR"]))
        if plan:
            statement_replay.keep(plan, environment, sent)
    return log


def _run_dbt(
    environment: Mapping[str, str],
    select: str | None,
    progress: Progress,
    *,
    full_refresh: bool,
) -> tuple[str | None, list[statement_replay.Statement]]:
    """Run dbt build; return its errors, None where it succeeded, and what it sent."""
    log: list[str] = []
    sent: list[statement_replay.Statement] = []

    def hear(line: str) -> None:
        log.append(_event(line, progress, sent))

    with target_folder() as target:
        arguments = _arguments(target, select, full_refresh=full_refresh)
        code = _dbt(arguments, environment, hear)
    return "\n".join(filter(None, log)) if code else None, sent


def _arguments(target: str, select: str | None, *, full_refresh: bool) -> list[str]:
    """Return the arguments of dbt that build, in a target folder, what is selected."""
    return [
        *("build", "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
        *("--target-path", target, "--log-path", target),
        *("--log-level", "none", "--log-level-file", "none", "--no-write-json"),
        *("--target", "run"),
        # more nodes at a time need more memory, and are no faster
        *("--threads", "2"),
        *("--exclude-resource-type", "unit_test"),
        *("--exclude", *LEFT_OUT),
        # for a selection of models, only the tests that need no others
        *(("--select", select) if select else ()),
        *("--indirect-selection", "buildable"),
        *(("--full-refresh",) if full_refresh else ()),
    ]


def _dbt(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    hear: Callable[[str], None],
) -> int:
    """Run dbt in a process of its own; return its exit code."""
    return run_module(
        "llm_telemetry.warehouse.dbt_process", arguments, environment, hear
    )


def _event(
    line: str, progress: Progress, sent: list[statement_replay.Statement] | None = None
) -> str:
    """Report progress, record a statement, and return an error's message or ""."""
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
    log: str, data_dir: Path, sources: Sequence[str], marts: Path, limit: str
) -> Exception:
    """Return an InputError if the input caused the failure, otherwise a BuildError."""
    if "Out of Memory Error" in log:
        room = f"{limit} of the memory" if limit.endswith("%") else limit
        return InputError(
            f"LLM_TELEMETRY_MEMORY_LIMIT: DuckDB cannot build this in {room}, or has no"
            " disk left to spill to: set it higher, or LLM_TELEMETRY_THREADS lower"
        )
    if too_large := TOO_LARGE.search(log):
        file = Path(too_large[1])
        name = file.relative_to(data_dir) if file.is_relative_to(data_dir) else file
        return InputError(
            f"{name}: a document of more than {USUAL >> 20} MB in it: unzip the file"
        )
    lines = _gates(marts) or malformed_files(data_dir, sources)
    return InputError(*lines) if lines else BuildError(without_content(log))


def _gates(marts: Path) -> list[str]:
    try:
        return failing_checks(marts)
    except InputError:
        # the build failed before the checks
        return []
