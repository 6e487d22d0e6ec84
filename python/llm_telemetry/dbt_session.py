"""What every connection of dbt to DuckDB is told, and no file that dbt writes holds."""

import os
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin


class Plugin(BasePlugin):
    """The plugin that profiles.yml names; dbt-duckdb looks for this class."""

    def configure_connection(self, conn: Any) -> None:
        """Attach the published build that this one goes on from, where there is one."""
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
