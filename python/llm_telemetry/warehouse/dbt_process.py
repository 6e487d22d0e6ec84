"""dbt in a process of its own: one line of JSON for each event that is of use.

dbt's own JSON log renders thousands of debug events to drop them: a second per run.
"""

import gc
import os
import sys
from typing import Any

from dbt.cli.main import dbtRunner

from llm_telemetry.warehouse.child_process import follow, send_line
from llm_telemetry.warehouse.dbt_plugin import HOOK_LINES


def main() -> int:
    """Run dbt with the arguments of this process and return its exit code."""
    # dbt makes millions of objects and few cycles; the search for them takes a tenth
    gc.set_threshold(100_000, 50, 50)
    follow()
    result = dbtRunner(callbacks=[_tell]).invoke(sys.argv[1:])
    if result.exception:
        send_line(error=str(result.exception))
    if not result.success:
        # an orderly end would add a report of DuckDB's objects to the errors
        os._exit(1)
    return 0


def _tell(event: Any) -> None:
    """Tell of an error, a statement that is sent, or how far the build has come."""
    data = event.data
    if event.info.name == "SQLQuery":
        send_line(connection=data.conn_name, sql=data.sql)
        return
    if event.info.name in HOOK_LINES and event.info.level != "error":
        # the hook at the end is no node of the build
        return
    total = getattr(data, "total", 0) or getattr(data, "num_models", 0)
    if event.info.level == "error":
        send_line(error=event.info.msg)
    elif total and hasattr(data, "node_info"):
        send_line(progress=f"{data.index}/{total} {data.node_info.node_name}")


if __name__ == "__main__":
    sys.exit(main())
