"""Send statements to DuckDB on one connection: `straight.py STATEMENTS WAREHOUSE`.

The statements are those that recorded_dbt.py wrote down. Prints the seconds of every
node as JSON.
"""

import json
import sys
from collections import defaultdict
from pathlib import Path
from time import perf_counter

import duckdb

from llm_telemetry.warehouse.session import set_variables

ELSEWHERE = "seeds and schemas"


def main() -> None:
    """Send all of them, and print the seconds by node."""
    statements, warehouse = sys.argv[1:]
    with Path(statements).open(encoding="utf-8") as lines:
        first, *rest = map(json.loads, lines)
    seconds: dict[str, float] = defaultdict(float)
    with duckdb.connect(warehouse, config=first["config"]) as connection:
        for name, value in first["settings"].items():
            connection.execute(f"set {name} = '{value}'")
        # as the plugin of profiles.yml does
        set_variables(connection)
        for line in rest:
            began = perf_counter()
            connection.execute(line["sql"], line["values"]).fetchall()
            seconds[line["node"] or ELSEWHERE] += perf_counter() - began
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
