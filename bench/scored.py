"""Score every call of a warehouse by its scorecard: `scored.py WAREHOUSE`, JSON out."""

import json
import sys
from time import perf_counter

import duckdb

QUERY = (
    "select count(*), count(proba_failure), sum(proba_failure) from marts.triage_scores"
)


def main() -> None:
    """Print the calls, and the seconds that their scores took."""
    with duckdb.connect(sys.argv[1], read_only=True) as connection:
        began = perf_counter()
        ((rows, scores, _),) = connection.execute(QUERY).fetchall()
        seconds = perf_counter() - began
    if not scores:
        raise SystemExit(f"{sys.argv[1]}: no scorecard: nothing was scored")
    print(json.dumps({"rows": rows, "seconds": seconds}))


if __name__ == "__main__":
    main()
