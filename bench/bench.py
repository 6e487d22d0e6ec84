"""Time and peak memory of a whole run, beside the same job in pandas.

Every measurement is a process of its own. This one stays small: on Linux a child's
peak memory is at least what its parent held when it was started.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
CLI = [sys.executable, "-m", "llm_telemetry.cli"]
ARTIFACT = "decision_artifact.json"


@dataclass(frozen=True)
class Usage:
    """What one job took: wall and CPU seconds, and the largest process in MB."""

    interactions: int
    job: str
    wall_s: float
    cpu_s: float
    peak_mb: float


def main() -> None:
    """Measure every job at every size and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--runs", type=int, default=3, help="the median is shown")
    parser.add_argument("--world", default="real")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    usages = []
    for size in options.sizes:
        data_dir = simulated(options.world, size, options.seed)
        for job, (command, out_dir) in jobs(data_dir).items():
            runs = [measure(command, out_dir) for _ in range(options.runs)]
            usages.append(Usage(size, job, *map(median, zip(*runs, strict=True))))
    if options.json:
        print(json.dumps([asdict(usage) for usage in usages], indent=2))
    else:
        print("\n".join(table(usages)))


def simulated(world: str, interactions: int, seed: int) -> Path:
    """Return a folder of simulated telemetry, written once."""
    folder = ROOT / "target" / "bench" / f"{world}-{interactions}-{seed}"
    if not (folder / "truth.json").is_file():
        arguments = ["--world", world, "--interactions", str(interactions)]
        arguments += ["--seed", str(seed), "--out-dir", str(folder)]
        subprocess.run([*CLI, "simulate", *arguments], check=True, stdout=sys.stderr)
    return folder


def jobs(data_dir: Path) -> dict[str, tuple[list[str], Path]]:
    """Return the commands to compare, each with the folder it writes."""
    ours, theirs = data_dir / "ours", data_dir / "pandas"
    common = ["--quiet", "--warehouse", str(data_dir / "ours.duckdb")]
    run = ["run", *common, "--data-dir", str(data_dir), "--out-dir", str(ours)]
    again = data_dir / "again"
    decide = ["decide", *common, "--out-dir", str(again)]
    script = str(ROOT / "bench" / "reference_pandas.py")
    pandas = [sys.executable, script, str(data_dir), str(theirs)]
    return {
        "llm-telemetry run": ([*CLI, *run], ours),
        "its decisions alone": ([*CLI, *decide], again),
        "pandas, its tables": (pandas, theirs),
        "pandas, our slices": ([*pandas, "--lattice"], theirs),
    }


def measure(command: list[str], out_dir: Path) -> tuple[float, float, float]:
    """Run a command; return wall seconds, CPU seconds and peak MB of its processes."""
    shutil.rmtree(out_dir, ignore_errors=True)
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    # the usage of a child that is waited for includes those it waited for itself
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    # a run that a gate blocks exits with 1, and has done all the work
    if not (out_dir / ARTIFACT).is_file():
        raise SystemExit(f"exit {process.returncode}: {' '.join(command)}")
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit


def table(usages: list[Usage]) -> list[str]:
    """Return the lines of a table; times and memory also as a multiple of ours."""
    lines = [f"{'interactions':>12}  {'job':<20} {'wall s':>8} {'CPU s':>8} {'MB':>7}"]
    for usage in usages:
        ours = next(u for u in usages if u.interactions == usage.interactions)
        lines.append(
            f"{usage.interactions:>12,}  {usage.job:<20} {usage.wall_s:>8.1f} "
            f"{usage.cpu_s:>8.1f} {usage.peak_mb:>7.0f}"
            f"   x{usage.wall_s / ours.wall_s:.1f} time, "
            f"x{usage.peak_mb / ours.peak_mb:.1f} memory"
        )
    return lines


if __name__ == "__main__":
    main()
