"""Generate the data, compare, and write the page as each comparison ends.

Everything found is kept under target/bench/results: `--only landing --sizes 1000000`
measures one case again, `--page` only writes the page.
"""

import argparse
import os
import traceback
from collections.abc import Sequence

import page
from comparisons import COMPARISONS
from measuring import Plan, tell


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for; exit with 1 where a comparison could not end."""
    options = parser().parse_args(arguments)
    plan = Plan(
        sizes=tuple(options.sizes),
        runs=options.runs,
        patience_s=options.patience,
        world=options.world,
        seed=options.seed,
        is_full=os.environ.get("BENCH") == "full",
    )
    failures = 0
    for name in [] if options.page else options.only or COMPARISONS:
        for case, measured in COMPARISONS[name].cases(plan).items():
            tell(f"--- {name}: {case}")
            try:
                page.keep(name, case, measured())
                page.write(COMPARISONS)
            except Exception:
                # hours of others are not to be lost for it
                traceback.print_exc()
                failures += 1
    page.write(COMPARISONS)
    return int(failures > 0)


def parser() -> argparse.ArgumentParser:
    """Return the parser."""
    parsed = argparse.ArgumentParser(description=__doc__)
    parsed.add_argument("--only", nargs="+", choices=list(COMPARISONS), metavar="NAME")
    parsed.add_argument(
        "--sizes", type=int, nargs="+", default=[], help="default: of each comparison"
    )
    parsed.add_argument("--runs", type=int, default=3, help="medians are shown")
    parsed.add_argument(
        "--patience",
        type=float,
        default=300.0,
        help="seconds after which a job is not run again (default: %(default).0f)",
    )
    parsed.add_argument("--world", default="real")
    parsed.add_argument("--seed", type=int, default=42)
    parsed.add_argument("--page", action="store_true", help="write the page, no more")
    return parsed


if __name__ == "__main__":
    raise SystemExit(main())
