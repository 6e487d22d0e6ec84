"""What each session of a build in DuckDB is set to, whatever opens it.

dbt keeps what it parsed for as long as the profile says the same; what differs from
one run to the next is therefore set here.
"""

import glob
import os
from pathlib import Path
from typing import Any

from llm_telemetry.warehouse.connection import Connection
from llm_telemetry.warehouse.typed_cache import folder_of

# by the variable of the session; the files are those of a plain `dbt build`, which does
# not name any
LEDGERS = {
    "ledger_file": ("LLM_TELEMETRY_LEDGER", "artifacts/decision_ledger.jsonl"),
    "alert_ledger_file": (
        "LLM_TELEMETRY_ALERT_LEDGER",
        "artifacts/alert_ledger.jsonl",
    ),
    "review_ledger_file": ("LLM_TELEMETRY_REVIEWS", "artifacts/review_ledger.jsonl"),
}

# of the requests of a model as judge, in the folder of its scores
JUDGE_SCORES = ("LLM_TELEMETRY_JUDGE_SCORES", "artifacts/judge_scores")
JUDGE_REQUESTS = "requests.jsonl"

# the path of a database without a file
IN_MEMORY = ":memory:"
LIMITS = {
    "threads": "LLM_TELEMETRY_THREADS",
    "memory_limit": "LLM_TELEMETRY_MEMORY_LIMIT",
}


def limit(config: dict[str, Any]) -> None:
    """Set the limits that the environment names."""
    limits = {option: os.environ.get(name) for option, name in LIMITS.items()}
    config.update({option: limit for option, limit in limits.items() if limit})
    if os.environ.get("LLM_TELEMETRY_WAREHOUSE") == IN_MEMORY:
        # what is in memory is not spilled to a disk
        config["temp_directory"] = ""


def prepare(connection: Connection, scratch: Path) -> None:
    """Create the landing folder; attach the build that this one continues.

    A build in memory lands nothing, and has the name that dbt calls it by.
    """
    if str(scratch) == IN_MEMORY:
        connection.execute("attach ':memory:' as building")
        return
    warehouse = scratch.with_name(scratch.name.replace(".building.", ""))
    folder_of(warehouse).mkdir(parents=True, exist_ok=True)
    if earlier := os.environ.get("LLM_TELEMETRY_EARLIER"):
        connection.execute(f"attach {text(earlier)} as earlier (read_only)")


def set_variables(cursor: Connection) -> None:
    """Give the connection the salt of user ids, and the ledgers to read.

    A build without a ledger reads an empty file in its place, so that its statements
    are those of the next build, which has one.
    """
    # env_var would put it into what dbt compiles, caches and logs
    salt = os.environ.get("LLM_TELEMETRY_USER_SALT", "")
    cursor.execute("set variable user_salt = ?", [salt])
    state = os.environ.get("LLM_TELEMETRY_STATE")
    cursor.execute("set variable build_state = ?", [state])
    files = {
        variable: os.environ.get(name, default)
        for variable, (name, default) in LEDGERS.items()
    }
    scores = os.environ.get(*JUDGE_SCORES)
    files["judge_requests_file"] = str(Path(scores, JUDGE_REQUESTS))
    for variable, path in files.items():
        file = glob.escape(path) if Path(path).exists() else os.devnull
        cursor.execute(f"set variable {variable} = ?", [file])


def text(value: str) -> str:
    """Return a string as a literal of SQL."""
    return "'" + value.replace("'", "''") + "'"
