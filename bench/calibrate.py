"""Simulate scenarios many times, and write their rows of docs/measured/calibration.md.

Seeds that start elsewhere than at 0 are an extra look, which is printed only.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from pathlib import Path

import pandas as pd
from calibration import claims, store
from calibration.replicate import ROOT
from calibration.scenario import Scenario
from calibration.scenarios import SCENARIOS

DOCUMENT = ROOT / "docs" / "measured" / "calibration.md"
BEGIN, END = "<!-- calibrate: begin -->", "<!-- calibrate: end -->"
SAID_EVERY_SECONDS = 10.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table; exit with 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", nargs="*", help="scenarios whose name contains one")
    parser.add_argument("--list", action="store_true", help="name the scenarios")
    options = parser.parse_args(arguments)
    chosen = [
        scenario
        for scenario in SCENARIOS
        if scenario.can_run()
        and (not options.only or any(name in scenario.name for name in options.only))
    ]
    if options.list:
        print("\n".join(scenario.name for scenario in chosen))
        return 0
    # one thread a worker: two workers fill two cores
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    lines = measured(chosen, seeds, options.workers)
    print("\n".join(claims.table(lines)))
    if options.first_seed == 0:
        rewrite(DOCUMENT, lines)
    return int(any(line.endswith("| not reached |") for line in lines))


def measured(chosen: Iterable[Scenario], seeds: range, workers: int) -> list[str]:
    """Run what is not yet on disk, and return the lines of the table."""
    folder = store.folder()
    lines: list[str] = []
    with ProcessPoolExecutor(workers) as pool:
        for scenario in chosen:
            numbers = replicates(scenario, folder, seeds, pool)
            lines += [
                claims.row(scenario.world, claim, numbers) for claim in scenario.claims
            ]
    return lines


def replicates(
    scenario: Scenario, folder: Path, seeds: range, pool: ProcessPoolExecutor
) -> pd.DataFrame:
    """Return the numbers of every seed, those on disk as they are."""
    file = folder / f"{scenario.name}.jsonl"
    done = set(store.load(file).index)
    started = said = time.monotonic()
    waiting: dict[Future[store.Numbers], int] = {
        pool.submit(scenario.run, seed): seed for seed in seeds if seed not in done
    }
    for count, future in enumerate(as_completed(waiting), start=1):
        store.append(file, waiting[future], future.result())
        now = time.monotonic()
        if now - said > SAID_EVERY_SECONDS or count == len(waiting):
            said = now
            took = f"{count} of {len(waiting)} in {now - started:.0f} s"
            print(f"{scenario.name}: {took}", file=sys.stderr, flush=True)
    numbers = store.load(file)
    return numbers[numbers.index.isin(seeds)]


def rewrite(document: Path, lines: Sequence[str]) -> None:
    """Put lines into the table between the markers, for those of the same claims.

    Lines of other scenarios stay as they were measured; those of claims that no
    scenario makes any more go.
    """
    before, rest = document.read_text(encoding="utf-8").split(BEGIN)
    table, after = rest.split(END)
    rows = {claimed(line): line for line in (*table.splitlines(), *lines)}
    order = [
        (scenario.world, claim.what)
        for scenario in SCENARIOS
        for claim in scenario.claims
    ]
    found = [rows[key] for key in dict.fromkeys(order) if key in rows]
    said = (
        "`make calibrate`; `n` counts the replicates that a row could be measured in."
    )
    body = "\n".join([BEGIN, said, "", *claims.table(found), END])
    document.write_text(before + body + after, encoding="utf-8")


def claimed(line: str) -> tuple[str, ...]:
    """Return the world and the claim of a line of the table."""
    return tuple(cell.strip() for cell in line.split("|")[1:3])


if __name__ == "__main__":
    sys.exit(main())
