"""dbt in a process of its own: one line of JSON for each event that is of use.

dbt's own JSON log renders thousands of debug events to drop them: a second per run.
"""

import os
import sys
from typing import Any

from llm_telemetry.quick_end import end_quickly  # isort: skip

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from llm_telemetry.warehouse import dbt_speedups
from llm_telemetry.warehouse.child_process import follow, send_line
from llm_telemetry.warehouse.dbt_plugin import HOOK_LINES


def main() -> int:
    """Run dbt with the arguments of this process and return its exit code."""
    follow()
    dbt_speedups.install()
    dbt_speedups.ON_DEBUG[_tell] = {"SQLQuery"}
    result = dbtRunner(callbacks=[_tell]).invoke(sys.argv[1:])
    if result.exception:
        send_line(error=str(result.exception))
    if result.success and os.environ.get("LLM_TELEMETRY_CONTENTS"):
        _send_contents()
    return end_quickly(0 if result.success else 1)


def _send_contents() -> None:
    """Send the prompt and the answer of each call, from the memory of this process."""
    environment: Any = DuckDBConnectionManager.env()
    cursor = environment.handle().cursor()
    cursor.execute("select distinct source from published.marts.contents")
    for (source,) in cursor.fetchall():
        calls = f"building.staging.stg_{source}__interactions"
        cursor.execute(f"describe {calls}")
        has_prompt_id = "prompt_id" in {name for name, *_ in cursor.fetchall()}
        cursor.execute(
            "select contents.interaction_id, contents.prompt_text, "
            "contents.response_text, "
            f"{'calls.prompt_id' if has_prompt_id else 'null'} as prompt_id "
            "from published.marts.contents as contents "
            f"left join {calls} as calls using (interaction_id) "
            f"where contents.source = '{source}'"
        )
        names = [name for name, *_ in cursor.description]
        while rows := cursor.fetchmany(1_000):
            for row in rows:
                send_line(content=dict(zip(names, row, strict=True)))


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
