"""What each session of a build in DuckDB is set to, whoever opens it.

dbt keeps what it parsed for as long as the profile says the same; what differs from
one run to the next is therefore set here.
"""

import os
from pathlib import Path
from typing import Any

from llm_telemetry.warehouse.connection import Connection
from llm_telemetry.warehouse.typed_cache import folder_of

LIMITS = {
    "threads": "LLM_TELEMETRY_THREADS",
    "memory_limit": "LLM_TELEMETRY_MEMORY_LIMIT",
}


def limit(config: dict[str, Any]) -> None:
    """Set the limits that the environment asks for."""
    asked = {option: os.environ.get(name) for option, name in LIMITS.items()}
    config.update({option: limit for option, limit in asked.items() if limit})


def prepare(connection: Connection, scratch: Path) -> None:
    """Make the folder to land in; attach the build that this one goes on from."""
    warehouse = scratch.with_name(scratch.name.replace(".building.", ""))
    folder_of(warehouse).mkdir(parents=True, exist_ok=True)
    if earlier := os.environ.get("LLM_TELEMETRY_EARLIER"):
        connection.execute(f"attach {text(earlier)} as earlier (read_only)")


def set_variables(cursor: Connection) -> None:
    """Give the connection the salt that ids of users are hashed with."""
    # env_var would put it into what dbt compiles, caches and logs
    salt = os.environ.get("LLM_TELEMETRY_USER_SALT", "")
    cursor.execute("set variable user_salt = ?", [salt])
    state = os.environ.get("LLM_TELEMETRY_STATE")
    cursor.execute("set variable build_state = ?", [state])


def text(value: str) -> str:
    """Return a string as a literal of SQL."""
    return "'" + value.replace("'", "''") + "'"
