"""Time and peak memory of commands, each a process of its own.

This process stays small: on Linux a child's peak memory is at least what its parent
held when it was started.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile
from time import perf_counter
from typing import Any

ROOT = Path(__file__).parents[1]
BENCH = ROOT / "target" / "bench"
CLI: list[str | Path] = [sys.executable, "-m", "llm_telemetry.cli"]
SAMPLED_EVERY_SECONDS = 0.1
# maxrss is in KB, on macOS in bytes; pages of statm
RSS_UNIT = 1024**2 if sys.platform == "darwin" else 1024
PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 1024**2

Row = dict[str, Any]
# the cases of a comparison by name: a size, a length of history
Cases = dict[str, Callable[[], list[Row]]]


class Failed(Exception):
    """A command that did not end as it should, say for want of memory."""


@dataclass(frozen=True)
class Plan:
    """What is asked of the benchmark."""

    sizes: tuple[int, ...] = ()
    runs: int = 3
    patience_s: float = 300.0
    world: str = "real"
    seed: int = 42
    is_full: bool = False


def by_size(
    measured: Callable[[int, Plan], list[Row]], plan: Plan, *default: int
) -> Cases:
    """Return a case for every size asked for, else for those it is made for."""
    return {str(size): partial(measured, size, plan) for size in plan.sizes or default}


@dataclass(frozen=True)
class Usage:
    """What a command took; medians, where it ran several times.

    ``peak_mb`` is of its largest process, ``tree_mb`` of all at one moment: their
    resident sets added up, so that what they share counts in each.
    """

    wall_s: float
    cpu_s: float
    peak_mb: float
    tree_mb: float
    runs: int = 1


def measure(
    command: Sequence[str | Path],
    environment: Mapping[str, Any] | None = None,
    *,
    codes: Sequence[int] = (0,),
) -> tuple[Usage, str]:
    """Run a command; return what it took and what it printed.

    Raises Failed where its exit code is none of ``codes``.
    """
    said = {name: str(value) for name, value in (environment or {}).items()}
    with TemporaryFile("w+") as output:
        started = perf_counter()
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=output,
            env=os.environ | {"DO_NOT_TRACK": "1"} | said,
        )
        with sampled(process.pid) as tree_mb:
            # the usage of a child that is waited for includes those it waited for
            _, status, usage = os.wait4(process.pid, 0)
        wall_s = perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in codes:
            raise Failed(f"exit {process.returncode}: {' '.join(map(str, command))}")
        output.seek(0)
        peak_mb = usage.ru_maxrss / RSS_UNIT
        cpu_s = usage.ru_utime + usage.ru_stime
        tree = max(peak_mb, *tree_mb)
        return Usage(wall_s, cpu_s, peak_mb, tree), output.read()


@contextmanager
def sampled(pid: int) -> Iterator[list[float]]:
    """Yield the MB of a process and of all it starts, sampled in the background."""
    found, is_over = [0.0], threading.Event()

    def sample() -> None:
        while not is_over.wait(SAMPLED_EVERY_SECONDS):
            found.append(sum(map(resident_mb, family(pid))))

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        is_over.set()
        thread.join()


def family(pid: int) -> list[int]:
    """Return a process and its descendants; none of them where there is no /proc."""
    found = [pid]
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = file.read_text().split()
        except OSError:
            continue
        found += [one for child in children for one in family(int(child))]
    return found


def resident_mb(pid: int) -> float:
    """Return the resident set of a process, 0 where it has ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_MB
    except (OSError, IndexError):
        return 0.0


def in_turn(jobs: Mapping[str, Callable[[], Usage]], plan: Plan) -> list[Row]:
    """Return the medians of jobs that run in turn, a row each.

    In turn, so that all meet the same state of the machine. Whatever has taken
    longer than the plan has patience for is not run again.
    """
    taken: dict[str, list[Usage]] = {name: [] for name in jobs}
    failed: dict[str, str] = {}
    for _ in range(plan.runs):
        for name, job in jobs.items():
            spent = sum(usage.wall_s for usage in taken[name])
            if name in failed or spent > plan.patience_s:
                continue
            tell(name)
            try:
                taken[name].append(job())
            except Failed as error:
                failed[name] = str(error)
                tell(failed[name])
    return [
        {"job": name, "failed": failed[name]}
        if name in failed
        else {"job": name, **asdict(middle(usages))}
        for name, usages in taken.items()
    ]


def middle(usages: Sequence[Usage]) -> Usage:
    """Return the medians."""
    fields = ("wall_s", "cpu_s", "peak_mb", "tree_mb")
    found = {part: median(getattr(one, part) for one in usages) for part in fields}
    return Usage(**found, runs=len(usages))


def simulated(interactions: int, plan: Plan) -> Path:
    """Return a folder of simulated telemetry, written once."""
    folder = BENCH / f"{plan.world}-{interactions}-{plan.seed}"
    if not (folder / "truth.json").is_file():
        arguments = ["--world", plan.world, "--interactions", str(interactions)]
        arguments += ["--seed", str(plan.seed), "--out-dir", str(folder)]
        tell(f"simulating {interactions:,} interactions")
        measure([*CLI, "simulate", *arguments])
    return folder


def tell(progress: str) -> None:
    """Say how far it has come."""
    print(progress, file=sys.stderr, flush=True)
