"""A process of a build, and the one that started it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from threading import Thread


def run_module(
    module: str,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    hear: Callable[[str], object],
) -> int:
    """Run a module in a process of its own; return its exit code."""
    with subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env=environment,
        # it closes when this process ends, however that comes
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # an interrupted dbt complains of the pipe that is gone
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            hear(line)
    return process.returncode


def follow() -> None:
    """End at once when the caller does."""
    Thread(target=_end_with_the_caller, daemon=True).start()


def tell(**line: str) -> None:
    """Send the caller one line of JSON."""
    try:
        # in one piece: several threads tell
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # whoever asked is gone; an exception here would leave dbt's threads waiting
        os._exit(1)


def _end_with_the_caller() -> None:
    """End when the caller's end of stdin closes: it was killed."""
    # not through sys.stdin, which the interpreter locks when it ends
    os.read(0, 1)
    os._exit(1)
