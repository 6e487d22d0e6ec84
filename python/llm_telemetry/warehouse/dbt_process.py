"""dbt in a process of its own: one line of JSON for each event that is of use.

dbt's own JSON log renders thousands of debug events to drop them: a second a run.
"""

import gc
import json
import os
import sys
from threading import Thread
from typing import Any

from dbt.cli.main import dbtRunner


def main() -> int:
    """Run dbt with the arguments of this process and return its exit code."""
    # dbt makes millions of objects and few cycles; the search for them takes a tenth
    gc.set_threshold(100_000, 50, 50)
    Thread(target=_end_with_the_caller, daemon=True).start()
    result = dbtRunner(callbacks=[_tell]).invoke(sys.argv[1:])
    if result.exception:
        _print(error=str(result.exception))
    if not result.success:
        # an orderly end would add a report of DuckDB's objects to the errors
        os._exit(1)
    return 0


def _end_with_the_caller() -> None:
    """End at once when the caller's end of stdin closes: it was killed."""
    # not through sys.stdin, which the interpreter locks when it ends
    os.read(0, 1)
    os._exit(1)


def _tell(event: Any) -> None:
    """Print an error, or how far the build has come."""
    data = event.data
    total = getattr(data, "total", 0) or getattr(data, "num_models", 0)
    if event.info.level == "error":
        _print(error=event.info.msg)
    elif total and hasattr(data, "node_info"):
        _print(progress=f"{data.index}/{total} {data.node_info.node_name}")


def _print(**line: str) -> None:
    try:
        # in one piece: several threads tell
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # whoever asked is gone; an exception here would leave dbt's threads waiting
        os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
