"""What every connection of dbt to DuckDB is told, and no file that dbt writes holds.

dbt keeps what it parsed for as long as the profile says the same; what differs from
one run to the next is therefore told here.
"""

import os
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.events.base_types import EventLevel
from dbt_common.events.event_manager_client import get_event_manager

from llm_telemetry.warehouse.typed_cache import folder_of

LIMITS = {
    "threads": "LLM_TELEMETRY_THREADS",
    "memory_limit": "LLM_TELEMETRY_MEMORY_LIMIT",
}
# successful nodes that dbt's console names, of however many
SHOWN = 20


class Plugin(BasePlugin):
    """The plugin that profiles.yml names; dbt-duckdb looks for this class."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Leave most of the nodes that succeed out of the console."""
        for logger in get_event_manager().loggers:
            # not where somebody asked for more, or for less
            if logger.name == "stdout_log" and logger.level == EventLevel.INFO:
                logger.filter = _is_shown

    def update_connection_config(self, creds: Any, config: dict[str, Any]) -> None:
        """Set the limits, and of a run the two files that it builds."""
        asked = {option: os.environ.get(name) for option, name in LIMITS.items()}
        config.update({option: limit for option, limit in asked.items() if limit})
        # the target of `llm-telemetry run` alone attaches a file
        for attached in creds.attach or ():
            creds.path = os.environ["LLM_TELEMETRY_WAREHOUSE"]
            attached.path = os.environ["LLM_TELEMETRY_MARTS"]

    def configure_connection(self, conn: Any) -> None:
        """Make the folder to land in; attach the build that this one goes on from."""
        assert self.creds is not None
        scratch = Path(self.creds.path)
        warehouse = scratch.with_name(scratch.name.replace(".building.", ""))
        folder_of(warehouse).mkdir(parents=True, exist_ok=True)
        if earlier := os.environ.get("LLM_TELEMETRY_EARLIER"):
            place = earlier.replace("'", "''")
            conn.execute(f"attach '{place}' as earlier (read_only)")

    def configure_cursor(self, cursor: Any) -> None:
        """Give the connection the salt that ids of users are hashed with."""
        # env_var would put it into what dbt compiles, caches and logs
        salt = os.environ.get("LLM_TELEMETRY_USER_SALT", "")
        cursor.execute("set variable user_salt = ?", [salt])
        state = os.environ.get("LLM_TELEMETRY_STATE")
        cursor.execute("set variable build_state = ?", [state])


def _is_shown(event: Any) -> bool:
    """Whether an event is more than one of many nodes that start or succeed."""
    total = getattr(event.data, "total", 0) or getattr(event.data, "num_models", 0)
    if event.info.level != "info" or total <= 2 * SHOWN:
        return True
    if event.info.name == "LogStartLine":
        return False
    index: int = event.data.index
    return index * SHOWN // total > (index - 1) * SHOWN // total
