"""Time of pricing a million calls from the price book, beside that of reading them.

The calls are drawn over every model of a few providers and two years, with cached and
reasoning tokens, some beyond a tier; none has a cost. A second folder holds the same
calls with a cost each: what the price book takes where nothing is to be priced.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import duckdb

ROOT = Path(__file__).parents[1]
DBT = [sys.executable, "-c", "from dbt.cli.main import cli; cli()", "build", "--quiet"]
PROVIDERS = ("anthropic", "google", "openai", "mistral", "deepseek")
CALLS = """
copy (
    with models as (
        select provider, model, row_number() over () as number
        from (
            select distinct provider, model
            from read_csv(?, all_varchar = true)
            where list_contains(?, provider)
        )
    ),

    drawn as (
        select
            range as number,
            1 + hash(range) % (select count(*) from models) as model_number,
            cast(hash(range, 1) % 300000 as bigint) as prompt_tokens,
            cast(hash(range, 2) % 4000 as bigint) as completion_tokens
        from range(?)
    )

    select
        'i' || drawn.number as interaction_id,
        's' || drawn.number // 8 as session_id,
        'u' || drawn.number // 64 as user_id,
        timestamp '2025-01-01' + to_minutes(drawn.number % 1000000) as timestamp_utc,
        models.provider as model_provider,
        models.model as model_name,
        drawn.prompt_tokens,
        drawn.completion_tokens,
        drawn.prompt_tokens + drawn.completion_tokens as total_tokens,
        drawn.prompt_tokens // 2 as cache_read_tokens,
        drawn.prompt_tokens // 10 as cache_write_tokens,
        drawn.completion_tokens // 3 as reasoning_tokens,
        false as is_failure,
        if(?, 0.01, null) as cost_usd
    from drawn
    inner join models on drawn.model_number = models.number
) to '{}' (format parquet)
"""


def main() -> None:
    """Draw the calls, build the price models, and print the seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3, help="the median is shown")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = []
    for name, has_cost in {"no cost logged": False, "every cost logged": True}.items():
        folder = ROOT / "target" / "bench" / f"pricing-{options.calls}-{has_cost:d}"
        draw(folder, options.calls, has_cost)
        matching = build(folder)
        reading, pricing = (
            median(query(folder, model) for _ in range(options.runs))
            for model in ("int_interactions_unioned", "int_interactions_priced")
        )
        found.append(
            {
                "kind": name,
                "calls": options.calls,
                "matching_s": matching,
                "pricing_s": pricing,
                "reading_s": reading,
            }
        )
    print(json.dumps(found) if options.json else "\n".join(map(said, found)))


def said(row: dict[str, Any]) -> str:
    """Return a line on one kind of calls."""
    return (
        "{calls:,} calls, {kind}: {matching_s:.2f} s to match models, {pricing_s:.2f} "
        "s to read and price, {reading_s:.2f} s to read alone"
    ).format(**row)


def draw(folder: Path, calls: int, has_cost: bool) -> None:
    """Write the calls in the contract's columns, with a session and a user file."""
    folder.mkdir(parents=True, exist_ok=True)
    prices = str(ROOT / "seeds" / "model_prices.csv")
    file = folder / "llm_system_interactions.parquet"
    with duckdb.connect() as connection:
        values = [prices, list(PROVIDERS), calls, has_cost]
        connection.execute(CALLS.format(file), values)
    (folder / "llm_system_sessions_summary.csv").write_text("session_id\n")
    (folder / "llm_system_users_summary.csv").write_text("user_id\n")


def build(folder: Path) -> float:
    """Build the calls and their prices; return the seconds of the price models."""
    places = {
        "LLMOPS_DATA_DIR": str(folder),
        "LLM_TELEMETRY_WAREHOUSE": str(folder / "priced.duckdb"),
        "DO_NOT_TRACK": "1",
    }
    select = ["--select", "+int_interactions_priced", "--target-path", str(folder)]
    select += ["--exclude-resource-type", "test", "unit_test"]
    subprocess.run(
        [*DBT, *select],
        check=True,
        cwd=ROOT,
        env=os.environ | places,
        stdout=sys.stderr,
    )
    results = json.loads((folder / "run_results.json").read_text())["results"]
    return float(
        sum(
            result["execution_time"]
            for result in results
            if result["unique_id"]
            .split(".")[-1]
            .startswith(("int_models", "int_prices"))
        )
    )


def query(folder: Path, model: str) -> float:
    """Return the seconds that the calls of one model take, each cost and token read."""
    started = time.perf_counter()
    with duckdb.connect(str(folder / "priced.duckdb"), read_only=True) as connection:
        connection.execute(
            "select sum(cost_usd), sum(prompt_tokens), count(distinct model_name), "
            f"max(timestamp_utc) from intermediate.{model}"
        ).fetchall()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
