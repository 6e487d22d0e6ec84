"""Warehouses at the limits: a thousand models of long names, a single row, nulls."""

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb

MODELS, CALLS, LENGTH = 1000, 2000, 200
# the first member has an eighth of the calls; names differ in their last letters only
NAMES = {
    "model_name": MODELS,
    "model_provider": 20,
    "use_case": 20,
    "prompt_version": 20,
    "failure_type": 20,
    "account_tier": 3,
    "channel": 3,
    "region": 3,
    "segment": 3,
    "environment": 3,
    "service_name": 3,
}
# of a warehouse with these rows, pages know that there are calls
COUNTED = ("usage_by_day", "build_info", "knobs")
# what has no value of its own: keys, and what the models of a layer above rely on
KEYS = ("interaction_id", "session_id", "user_id", "operation_id", "source", "currency")
KEYS += ("cost_source", "tokens_missing", "attempt_index", "is_final_attempt")


def write(folder: Path) -> None:
    """Write calls of a thousand models, whose names have 200 characters, as CSV."""
    folder.mkdir(parents=True)
    names = ", ".join(
        f"rpad('{name} ', {LENGTH - 5}, 'and so on ') || lpad(("
        f"if(n % 8 = 0, 0, n // 2 % {members}))::varchar, 5, '0') as {name}"
        for name, members in NAMES.items()
    )
    duckdb.sql(
        f"""
        copy (
            select
                * replace (if(is_failure, failure_type, 'none') as failure_type),
                prompt_tokens + completion_tokens as total_tokens
            from (
                select
                    'call-' || n as interaction_id,
                    'session-' || n // 3 as session_id,
                    'user-' || n // 9 as user_id,
                    timestamp '2026-03-01' + to_minutes(20 * n) as timestamp_utc,
                    n % 7 = 0 as is_failure,
                    300 + n * 7919 % 3000 as latency_ms,
                    0.001 + n % 10 / 1000 as cost_usd,
                    100 + n % 900 as prompt_tokens,
                    n % 300 as completion_tokens,
                    n % 11 = 0 as hallucination_flag,
                    n % 5 as user_feedback_score,
                    {names}
                from range({CALLS}) as numbers(n)
            )
        ) to '{folder / "llm_system_interactions.csv"}'
        """
    )


def changed(
    warehouse: Path, file: Path, change: Callable[[str, list[str]], str | None]
) -> Path:
    """Return a copy of a warehouse in which each table was changed.

    ``change`` returns the SQL for a table and its nullable columns, or None.
    """
    shutil.copyfile(warehouse, file)
    with duckdb.connect(str(file)) as connection:
        tables = connection.execute(
            "select schema_name || '.' || table_name, "
            "list(column_name) filter (where is_nullable) "
            "from duckdb_columns where not internal and table_name in "
            "(select table_name from duckdb_tables) group by all order by all"
        ).fetchall()
        for table, columns in tables:
            if sql := change(table, columns or []):
                connection.execute(sql)
    return file


def to_null(table: str, columns: list[str]) -> str | None:
    """Return the SQL that makes all of a table null that may be."""
    unknown = [f'"{name}" = null' for name in columns if name not in KEYS]
    return f"update {table} set {', '.join(unknown)}" if unknown else None


def to_one_row(table: str, columns: list[str]) -> str | None:
    """Return the SQL that leaves a single row of a table."""
    if table == "marts.knobs":
        return None
    return f"delete from {table} where rowid != (select min(rowid) from {table})"


def to_counts(table: str, columns: list[str]) -> str | None:
    """Return the SQL that leaves nothing of a table but the counts of calls."""
    name = table.partition(".")[2]
    return None if name in COUNTED else f"delete from {table}"
