"""Running a module of the build in a child process."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from queue import SimpleQueue
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


class Worker:
    """A module in a child process that answers each line of JSON with one, in order.

    Lines wait here, not in the pipe, which is full after a few of them.
    """

    def __init__(self, module: str) -> None:
        """Start the process."""
        self._module = module
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._questions: SimpleQueue[str] = SimpleQueue()
        self._answers: SimpleQueue[str] = SimpleQueue()
        self._threads = [Thread(target=self._write), Thread(target=self._read)]
        for thread in self._threads:
            thread.daemon = True
            thread.start()

    def _write(self) -> None:
        assert self._process.stdin is not None
        # the process may have ended, as who waits for its answers will learn
        with suppress(OSError), self._process.stdin as pipe:
            while line := self._questions.get():
                pipe.write(line)
                pipe.flush()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as pipe:
            for line in pipe:
                self._answers.put(line)
        self._answers.put("")

    def send(self, question: Mapping[str, Any]) -> None:
        """Send a line; do not wait for the answer."""
        self._questions.put(json.dumps(question) + "\n")

    def receive(self) -> dict[str, Any]:
        """Return the next answer; raise RuntimeError where the process has ended."""
        line = self._answers.get()
        if not line:
            raise RuntimeError(f"{self._module}: ended without an answer")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        self._questions.put("")
        for thread in self._threads:
            thread.join()


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
