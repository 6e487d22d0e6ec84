"""Read a published warehouse from Python: never a stale file, and nothing but it.

    from llm_telemetry.warehouse.reader import connect

    with connect("target/llm_telemetry.duckdb") as marts:
        frame = marts.sql("select * from marts.health_by_day").df()

A connection keeps the file it was opened on, whole, however often that is replaced;
the next one sees the new file. DuckDB's own ``connect`` would return the old one for as
long as anything in the process has it open.
"""

from pathlib import Path
from threading import Lock

from llm_telemetry.errors import InputError
from llm_telemetry.warehouse.connection import Connection, Identity, attached, identity

# a file that is replaced while it is opened is opened again
OPENINGS = 20
_instances: dict[Path, tuple[Identity, Connection]] = {}
_lock = Lock()


def connect(warehouse: str | Path) -> Connection:
    """Return a connection of its own to the file that is there now, to read.

    Raises InputError where there is none. It reads no other file, writes none, and its
    settings cannot be changed.
    """
    return identified(warehouse)[1]


def identified(warehouse: str | Path) -> tuple[Identity, Connection]:
    """Return the file that is there now, and a connection to it as by ``connect``."""
    place = Path(warehouse).resolve()
    with _lock:
        found, instance = _instance(place)
        connection = instance.cursor()
    connection.execute("use warehouse")
    return found, connection


def _instance(place: Path) -> tuple[Identity, Connection]:
    for _ in range(OPENINGS):
        found = identity(place)
        known = _instances.get(place)
        if known and known[0] == found:
            return known
        opened = attached(place)
        if identity(place) == found:
            _instances[place] = found, opened
            return _instances[place]
    raise InputError(f"{place}: replaced again and again while it was opened")
