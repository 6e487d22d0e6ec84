"""Write, audit, publish: from a finished build to the file that readers open."""

import os
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from llm_telemetry.errors import InputError
from llm_telemetry.files.atomic import sync
from llm_telemetry.warehouse.build import BuildError, scratch_of
from llm_telemetry.warehouse.connection import (
    is_written,
    joined,
    log_of,
    replace_rows,
)
from llm_telemetry.warehouse.data_tests import breaches


def seal(marts: Path, fresh_rows: Mapping[str, pd.DataFrame]) -> None:
    """Complete the marts of a build, and audit them.

    ``fresh_rows`` are of marts of what was fitted or decided. Where a promise is
    broken, raises InputError if it is one of the seeds, which people edit, else
    BuildError.
    """
    for mart, rows in fresh_rows.items():
        replace_rows(mart, rows, marts)
    with joined(scratch_of(marts), marts) as connection:
        broken = breaches(connection)
    if edited := [line for line in broken if line.startswith("seeds.")]:
        raise InputError(*edited)
    if broken:
        raise BuildError("\n".join(broken))
    sync(marts)


def check(warehouse: Path) -> None:
    """Raise InputError where another process, say `dbt build`, writes the warehouse."""
    if is_written(warehouse):
        raise InputError(f"{warehouse}: another process is writing it: wait for it")


def publish(marts: Path, warehouse: Path) -> None:
    """Put sealed marts in the warehouse's place, in one step that outlasts a crash.

    A reader of the earlier file keeps it.
    """
    # a symbolic link keeps its target
    place = warehouse.resolve()
    try:
        # of a `dbt build` that was killed: it must not be replayed into another file
        log_of(place).unlink(missing_ok=True)
        os.replace(marts, place)
        sync(place.parent)
    except OSError as error:
        where = f"{warehouse}: cannot write: {error.strerror}"
        raise InputError(where) from error
