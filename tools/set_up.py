"""Install a lock and this checkout into a virtual environment, saying how far it is.

    python3 tools/set_up.py .venv requirements.lock --no-compile

Further options are pip's. With --no-compile, only what a run imports is compiled ahead
of time: pip spends most of its time on modules that no run imports.
"""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

OLDEST = (3, 11)
INSTALLING = "Installing collected packages: "
# where no terminal is, a line for every so many packages
STEP = 20
IMPORTED = (
    "llm_telemetry.cli, llm_telemetry.pipeline, llm_telemetry.warehouse.dbt_process, "
    "llm_telemetry.warehouse.dbt_plugin, dbt.adapters.duckdb, rich.progress, rich.table"
)


def main() -> int:
    """Set up the folder that the first argument names; return an exit code."""
    folder, lock, *options = sys.argv[1:]
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:3]))
        print(f"python3 is {found}: install Python 3.11 or newer", file=sys.stderr)
        return 2
    show = Line()
    show(f"making {folder}")
    # this process would lose the advice for a system without ensurepip
    made = subprocess.run([sys.executable, "-m", "venv", folder], check=False)
    locked = ("--require-hashes", "--requirement", lock)
    # the checkout itself: its requirements are those of the lock
    checkout = ("--no-deps", "--no-build-isolation", "--editable", ".")
    code = made.returncode or pip(Path(folder), show, *options, *locked)
    # `make -j` sets up several environments, and setuptools writes beside the package
    with open("pyproject.toml") as project:
        fcntl.flock(project, fcntl.LOCK_EX)
        code = code or pip(Path(folder), show, *options, *checkout)
    if not code and "--no-compile" in options:
        show("compiling what a run imports")
        code = compile_imports(Path(folder))
    show.end(f"{folder}: installed {lock}" if not code else "")
    return code


class Line:
    """A line on a terminal that the next one replaces; elsewhere a line per message."""

    def __init__(self) -> None:
        """Remember whether there is a terminal."""
        self.is_terminal = sys.stderr.isatty()

    def __call__(self, message: str) -> None:
        """Show a message."""
        text = f"\r\x1b[2K{message}" if self.is_terminal else f"{message}\n"
        print(text, end="", file=sys.stderr, flush=True)

    def count(self, done: int, message: str) -> None:
        """Show how many packages are done, on each where there is a terminal."""
        if self.is_terminal or done % STEP == 0:
            self(message)

    def end(self, message: str) -> None:
        """Show the last message, and leave it."""
        self(f"{message}\n" if self.is_terminal else message)


def pip(folder: Path, show: Line, *options: str) -> int:
    """Run pip install and count what it fetches and installs; return its exit code."""
    command = [str(folder / "bin" / "python"), "-m", "pip", "install"]
    said: list[str] = []
    fetched = 0
    with subprocess.Popen(
        [*command, "--progress-bar", "off", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line)
            if line.startswith(("Collecting ", "Obtaining ")):
                fetched += 1
                show.count(fetched, f"fetching: {fetched} packages")
            elif line.startswith(INSTALLING):
                with watched(folder, show, line.count(",") + 1):
                    said.extend(process.stdout)
    if process.returncode:
        show.end("")
        print("".join(said[-20:]), end="", file=sys.stderr)
    return process.returncode


def compile_imports(folder: Path) -> int:
    """Import what a run imports, so that Python keeps it compiled."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    command = [str(folder / "bin" / "python"), "-c", f"import {IMPORTED}"]
    return subprocess.run(command, env=environment, check=False).returncode


@contextmanager
def watched(folder: Path, show: Line, packages: int) -> Iterator[None]:
    """Count the packages that appear in the folder during the block."""
    ended = Event()

    def count() -> int:
        return sum(1 for _ in folder.glob("lib/python*/site-packages/*.dist-info"))

    def watch() -> None:
        before, seen = count(), 0
        while not ended.wait(0.5):
            new = count() - before
            # at least every STEP packages where no terminal is
            if new > seen and (show.is_terminal or new // STEP > seen // STEP):
                show(f"installing: {new} of {packages} packages")
                seen = new

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


if __name__ == "__main__":
    sys.exit(main())
