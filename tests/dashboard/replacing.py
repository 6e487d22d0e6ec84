"""Pages that are read while the file under them is replaced, again and again."""

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from types import SimpleNamespace

import duckdb

from llm_telemetry.dashboard import marts, serving

READERS = 4
PATIENCE = 30.0
QUERIES = tuple(f"select distinct build from marts.{name}" for name in ("a", "b", "c"))


@dataclass
class Met:
    """What the readers met."""

    pages: int = 0
    builds: set[int] = field(default_factory=set)
    mixed: list[tuple[int, ...]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def read_while_replaced(folder: Path, replacements: int) -> Met:
    """Replace a file so many times under four readers of three queries a page."""
    warehouse = folder / "w.duckdb"
    publish(warehouse, 0)
    serving.serve(SimpleNamespace(warehouse=warehouse))
    met, is_over = Met(), Event()
    readers = [Thread(target=read, args=(met, is_over)) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    for build in range(1, replacements + 1):
        publish(warehouse, build)
        # each build is seen at least once
        end = time.monotonic() + PATIENCE
        while build not in met.builds and not met.errors and time.monotonic() < end:
            time.sleep(0.01)
    is_over.set()
    for reader in readers:
        reader.join()
    return met


def publish(warehouse: Path, build: int) -> None:
    """Put a file of one build into the place of the one before."""
    new = warehouse.with_suffix(".new")
    with duckdb.connect(str(new)) as connection:
        connection.execute("create schema marts")
        for name in ("a", "b", "c"):
            connection.execute(
                f"create table marts.{name} as select {build} as build, range as n, "
                "md5(range::varchar) as text from range(20000)"
            )
    os.replace(new, warehouse)


def read(met: Met, is_over: Event) -> None:
    """Read pages, each of one build, until it is over."""
    while not is_over.is_set():
        try:
            with marts.one_build():
                found = [marts.rows(sql)[0]["build"] for sql in QUERIES]
        except Exception as error:
            met.errors.append(f"{type(error).__name__}: {error}")
            return
        met.pages += 1
        met.builds.update(found)
        if len(set(found)) > 1:
            met.mixed.append(tuple(found))
