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

from llm_telemetry.warehouse.connection import Connection, Identity, attached, identity

_instances: dict[Path, tuple[Identity, Connection]] = {}
_lock = Lock()


def connect(warehouse: str | Path) -> Connection:
    """Return a connection of its own to the file that is there now, to read.

    Raises InputError where there is none. It reads no other file, writes none, and its
    settings cannot be changed.
    """
    place = Path(warehouse).resolve()
    with _lock:
        found = identity(place)
        instance = _instances.get(place)
        if instance is None or instance[0] != found:
            # taken before it is opened: a file that comes between is opened once more
            instance = _instances[place] = (found, attached(place))
        connection = instance[1].cursor()
    connection.execute("use warehouse")
    return connection
