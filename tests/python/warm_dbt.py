"""dbt in a process of its own, forked from one that has imported dbt already.

To import dbt takes two CPU seconds, and the tests build a hundred times.
"""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection

from llm_telemetry.warehouse import dbt_process, dbt_speedups

FORKS = get_context("forkserver")
FORKS.set_forkserver_preload(
    ["dbt.cli.main", "dbt.adapters.duckdb", "llm_telemetry.warehouse.dbt_process"]
)


def run(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    hear: Callable[[str], None],
) -> int:
    """Stand in for the build's own way to run dbt."""
    ours, theirs = FORKS.Pipe()
    given = (theirs, list(arguments), dict(environment), os.getcwd())
    dbt = FORKS.Process(target=_main, args=given)
    dbt.start()
    theirs.close()
    with open(ours.fileno(), closefd=False) as lines, ours:
        for line in lines:
            hear(line)
    dbt.join()
    assert dbt.exitcode is not None
    return dbt.exitcode


def _main(
    caller: Connection, arguments: list[str], environment: dict[str, str], folder: str
) -> None:
    """Be the process that dbt runs in."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for stream in range(3):
        os.dup2(caller.fileno(), stream)
    caller.close()
    sys.argv[1:] = arguments
    code = dbt_process.main()
    # a process that was forked calls no function that waits for its end
    dbt_speedups.templates.keep()
    sys.exit(code)
