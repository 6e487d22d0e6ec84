"""The rows that a page shows, all of one build.

The file is published anew by each run. A page reads the one that was there when its
drawing began, and what was read is kept for as long as that file is the newest.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import streamlit as st

from llm_telemetry.dashboard import serving
from llm_telemetry.warehouse.connection import Connection, Identity, fetched
from llm_telemetry.warehouse.reader import identified

Row = dict[str, Any]

# queries of a few builds: the oldest make room
KEPT_QUERIES = 500
_build: ContextVar[tuple[Identity, Connection] | None] = ContextVar(
    "build", default=None
)


@contextmanager
def one_build() -> Iterator[None]:
    """Read one and the same file for the length of a block, and of blocks in it."""
    if _build.get():
        yield
        return
    opened = identified(serving.warehouse())
    before = _build.set(opened)
    try:
        yield
    finally:
        _build.reset(before)
        opened[1].close()


def _opened() -> tuple[Identity, Connection]:
    found = _build.get()
    assert found, "rows are read within one_build()"
    return found


def rows(sql: str, **parameters: Any) -> list[Row]:
    """Return the rows of a query on the marts; ``$name`` is a parameter.

    Decimals are floats. The rows are the caller's own.
    """
    found, _ = _opened()
    kept: list[Row] = _rows(str(serving.warehouse()), found, sql, parameters)
    return kept


def count(mart: str) -> int:
    """Return how many rows a mart has."""
    found: int = rows(f"select count(*) as counted from marts.{mart}")[0]["counted"]
    return found


@st.cache_data(show_spinner=False, max_entries=KEPT_QUERIES)
def _rows(
    warehouse: str, found: Identity, sql: str, parameters: dict[str, Any]
) -> list[Row]:
    return fetched(_opened()[1], sql, parameters)
