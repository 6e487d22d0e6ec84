"""The plugin of dbt-duckdb: sessions as `session` has them, and a short console."""

import logging
import os
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.events.base_types import EventLevel
from dbt_common.events.event_manager_client import get_event_manager
from dbt_common.exceptions import DbtRuntimeError

from llm_telemetry.warehouse import dbt_speedups
from llm_telemetry.warehouse.session import limit, prepare, set_variables

NOT_UTC = (
    "profiles.yml: set `settings: {TimeZone: UTC}` in this output: the models of "
    "llm_production_telemetry read and write times in UTC"
)
# successful nodes that dbt's console names, of however many
SHOWN = 20
# of logs/dbt.log, after which it becomes dbt.log.1: some eight builds
LOG_BYTES = 1_000_000
# the hook at the end prints only what is wrong
HOOK_LINES = ("LogHookStartLine", "LogHookEndLine")


class Plugin(BasePlugin):
    """The plugin that profiles.yml names; dbt-duckdb looks for this class."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Leave most nodes that succeed out of the console, limit the log, be quick.

        Only where the profile asks for it: a project that uses this one as a package
        keeps dbt as it is.
        """
        if not plugin_config.get("is_quick_and_brief"):
            return
        dbt_speedups.install()
        for handler in logging.getLogger("file_log").handlers:
            if isinstance(handler, RotatingFileHandler):
                handler.maxBytes, handler.backupCount = LOG_BYTES, 1
        for logger in get_event_manager().loggers:
            # unless another log level is set
            if logger.name == "stdout_log" and logger.level == EventLevel.INFO:
                logger.filter = _is_shown

    def update_connection_config(self, creds: Any, config: dict[str, Any]) -> None:
        """Set the limits, and of a run the two files that it builds."""
        limit(config)
        if (creds.settings or {}).get("TimeZone") != "UTC":
            raise DbtRuntimeError(NOT_UTC)
        # only `llm-telemetry run` sets the variable; another project may attach files
        if marts := os.environ.get("LLM_TELEMETRY_MARTS"):
            creds.path = os.environ["LLM_TELEMETRY_WAREHOUSE"]
            (attached,) = creds.attach
            attached.path = marts

    def configure_connection(self, conn: Any) -> None:
        """Prepare what the whole build needs."""
        assert self.creds is not None
        prepare(conn, Path(self.creds.path))

    def configure_cursor(self, cursor: Any) -> None:
        """Prepare what each connection needs."""
        set_variables(cursor)


def _is_shown(event: Any) -> bool:
    """Whether an event is more than one of many nodes that start or succeed."""
    if event.info.level == "info" and event.info.name in HOOK_LINES:
        return False
    total = getattr(event.data, "total", 0) or getattr(event.data, "num_models", 0)
    if event.info.level != "info" or total <= 2 * SHOWN:
        return True
    if event.info.name == "LogStartLine":
        return False
    index: int = event.data.index
    return index * SHOWN // total > (index - 1) * SHOWN // total
