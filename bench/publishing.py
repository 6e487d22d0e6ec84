"""What a publish costs, and what those who read meanwhile see of a hundred of them."""

import argparse
import json
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from measuring import ROOT, Plan, simulated

from llm_telemetry.warehouse import promote
from llm_telemetry.warehouse.build import build_marts
from llm_telemetry.warehouse.connection import opened
from llm_telemetry.warehouse.reader import connect

# two counts that only agree within one build
BUILD = "select build_id from marts.build_info"
ROWS = "select count(*) from marts.interactions"
READERS = ("reader", "duckdb")


@dataclass(frozen=True)
class Cost:
    """Seconds from the end of dbt to the published file, and that file's size."""

    interactions: int
    seal_s: float
    publish_s: float
    megabytes: float
    seconds_per_gb: float


@dataclass(frozen=True)
class Reads:
    """What the readers of one kind met."""

    reader: str
    publishes: int
    reads: int
    errors: int
    mixed: int


def main() -> None:
    """Measure both and print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--publishes", type=int, default=100)
    parser.add_argument("--json", action="store_true")
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--costs-only", action="store_true")
    shown.add_argument("--readers-only", action="store_true")
    parser.add_argument("--read", choices=READERS, help=argparse.SUPPRESS)
    parser.add_argument("--warehouse", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        print(json.dumps(read_until_told(options.read, options.warehouse)))
        return
    with TemporaryDirectory() as name:
        folder = Path(name)
        sizes = [] if options.readers_only else options.sizes
        costs = [cost(size, folder / f"{size}.duckdb") for size in sizes]
        reads = [] if options.costs_only else readers(folder, options.publishes)
    if options.json:
        print(json.dumps([asdict(row) for row in (*costs, *reads)], indent=2))
        return
    for of_size in costs:
        print(
            f"{of_size.interactions:>10,} interactions: seal {of_size.seal_s:.2f} s, "
            f"publish {of_size.publish_s:.2f} s, {of_size.megabytes:.0f} MB, "
            f"{of_size.seconds_per_gb:.1f} s per GB"
        )
    for met in reads:
        print(
            f"{met.publishes} publishes, {met.reader}: {met.reads:,} reads, "
            f"{met.errors} errors, {met.mixed} mixed"
        )


def readers(folder: Path, publishes: int) -> list[Reads]:
    """Build two small warehouses and return what readers meet of them."""
    files = [folder / f"{seed}.duckdb" for seed in (1, 2)]
    for seed, file in enumerate(files, start=1):
        cost(9_000 * seed, file)
    return published_while_read(files, folder / "w.duckdb", publishes)


def cost(interactions: int, warehouse: Path) -> Cost:
    """Build the marts of a simulated world, publish them, and time the end of it."""
    data_dir = simulated(interactions, Plan())
    with build_marts(data_dir, warehouse) as marts:
        began = time.perf_counter()
        promote.seal(marts, {})
        sealed = time.perf_counter()
        promote.publish(marts, warehouse)
        published = time.perf_counter()
    size = warehouse.stat().st_size
    return Cost(
        interactions=interactions,
        seal_s=sealed - began,
        publish_s=published - sealed,
        megabytes=size / 1e6,
        seconds_per_gb=(published - began) / size * 1e9,
    )


def published_while_read(files: list[Path], warehouse: Path, times: int) -> list[Reads]:
    """Publish two builds in turn while other processes read; return what those met."""
    known = {tuple(pair) for file in files for pair in [read(connect(file))]}
    shutil.copyfile(files[0], warehouse)
    readers = {name: begun(name, warehouse) for name in READERS}
    fresh = warehouse.with_name("fresh.duckdb")
    for turn in range(times):
        shutil.copyfile(files[turn % 2], fresh)
        promote.check(warehouse)
        promote.publish(fresh, warehouse)
        time.sleep(0.05)
    met = []
    for name, process in readers.items():
        said, _ = process.communicate(input="enough")
        pairs, errors = json.loads(said)
        mixed = sum(tuple(pair) not in known for pair in pairs)
        met.append(Reads(name, times, len(pairs), errors, mixed))
    return met


def begun(reader: str, warehouse: Path) -> "subprocess.Popen[str]":
    """Begin to read in a process of its own."""
    command = [sys.executable, __file__, "--read", reader, "--warehouse", warehouse]
    return subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def read_until_told(reader: str, warehouse: Path) -> tuple[list[tuple[str, int]], int]:
    """Read in turns until stdin says that it is enough; count what fails."""
    from select import select

    pairs, errors = [], 0
    while not select([sys.stdin], [], [], 0)[0]:
        try:
            if reader == "reader":
                pairs.append(read(connect(warehouse)))
            else:
                with opened(warehouse) as connection:
                    pairs.append(read(connection))
        except Exception as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
            errors += 1
    return pairs, errors


def read(connection: promote.Connection) -> tuple[str, int]:
    """Return which build it is and how many calls it has, from two queries."""
    ((build,),) = connection.execute(BUILD).fetchall()
    ((rows,),) = connection.execute(ROWS).fetchall()
    return build, rows


if __name__ == "__main__":
    main()
