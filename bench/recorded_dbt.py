"""dbt, with what it has DuckDB do written down: `recorded_dbt.py FILE ARGUMENTS`.

The first line says how DuckDB was set, each other which node sent what. Left out is
what dbt only asks to steer itself: which schemas, relations and columns there are.
"""

import json
import re
import sys
from pathlib import Path
from threading import Lock
from typing import IO, Any

from dbt.adapters.duckdb.environments.local import (
    DuckDBCursorWrapper,
    LocalEnvironment,
)
from dbt.cli.main import dbtRunner
from dbt_common.events.contextvars import get_node_info

COMMENT = re.compile(r"^\s*/\*.*?\*/", re.S)
WORK = ("alter", "comment", "copy", "create", "delete", "drop", "insert", "update")


def main() -> int:
    """Run dbt and return its exit code."""
    with Path(sys.argv[1]).open("w", encoding="utf-8") as log:
        record(log)
        return 0 if dbtRunner().invoke(sys.argv[2:]).success else 1


def record(log: IO[str]) -> None:
    """Have the adapter write what it does before it does it."""
    handle, execute, lock = LocalEnvironment.handle, DuckDBCursorWrapper.execute, Lock()

    def write(line: dict[str, Any]) -> None:
        with lock:
            log.write(json.dumps(line, default=str) + "\n")

    def opened(self: Any) -> Any:
        if not log.tell():
            config = dict(self.creds.config_options)
            for plugin in self._plugins.values():
                plugin.update_connection_config(self.creds, config)
            write({"config": config, "settings": self.creds.settings})
        return handle(self)

    def executed(self: Any, sql: str, bindings: Any = None) -> Any:
        node = get_node_info().get("unique_id", "")
        if is_work(node, sql):
            write({"node": node, "sql": sql, "values": bindings})
        return execute(self, sql, bindings)

    LocalEnvironment.handle = opened
    DuckDBCursorWrapper.execute = executed


def is_work(node: str, sql: str) -> bool:
    """Return whether a statement makes or tests something."""
    said = COMMENT.sub("", sql).strip().lower()
    is_test = node.startswith("test.") and " as failures" in said
    return is_test or said.startswith(WORK)


if __name__ == "__main__":
    sys.exit(main())
