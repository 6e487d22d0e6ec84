"""Running a module of the build in a child process."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from threading import Thread
from typing import Any

# how a line starts that has the prompt and the answer of a call, as `json` writes it
CONTENT_LINE = '{"content": '


def run_module(
    module: str,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    hear: Callable[[str], object],
) -> int:
    """Run a module in a child process; return its exit code.

    ``hear`` is called with each line that it prints.
    """
    with subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env=environment,
        # closed when this process ends, for whatever reason
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # an interrupted dbt reports that the pipe is closed
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                hear(line)
        except BaseException:
            # what is deleted next must not be written again
            process.kill()
            process.wait()
            raise
    return process.returncode


def follow() -> None:
    """End this process at once when its parent ends."""
    Thread(target=_end_with_the_caller, daemon=True).start()


def send_line(**line: Any) -> None:
    """Send one line of JSON to the parent process."""
    try:
        # in one write, as several threads send lines
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # the parent has ended; an exception here would leave dbt's threads waiting
        os._exit(1)


def _end_with_the_caller() -> None:
    """End when the parent's end of stdin closes, as when it was killed."""
    # not through sys.stdin, which the interpreter locks on exit
    os.read(0, 1)
    os._exit(1)
