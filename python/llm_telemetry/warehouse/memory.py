"""How much memory a build may take, by the size of what it reads."""

import os
from collections.abc import Sequence
from pathlib import Path

from llm_telemetry.config.knobs import CONTRACT
from llm_telemetry.ingest.discovery import contract_files
from llm_telemetry.ingest.long_lines import USUAL, longest_line

LIMIT = "LLM_TELEMETRY_MEMORY_LIMIT"
# of the machine's memory, as in profiles.yml: for what cannot be spilled to a disk
MOST = "80%"
# bytes added to the size of each file: every open file needs buffers
A_FILE = 400_000


def memory_settings(data_dir: Path, sources: Sequence[str]) -> dict[str, str]:
    """Return the variables of the longest line, "" for a usual one, and of memory."""
    longest = longest_line(data_dir, sources)
    return {
        # a multiple: a plan of statements serves lines of about one length
        "LLM_TELEMETRY_LONGEST_LINE": str(-(-longest // USUAL) * USUAL or ""),
        LIMIT: os.environ.get(LIMIT) or _memory_limit(data_dir, sources),
    }


def _memory_limit(data_dir: Path, sources: Sequence[str]) -> str:
    """Return DuckDB's memory limit, such as "600MB": 1.5 times the size of tables.

    Compressed files and Parquet count ten times their size, and each file counts
    A_FILE more, because some pages of every open file are in memory at once. Traces
    get MOST: each thread parses many lines at a time, into copies of all their parts.
    """
    if list(sources) != [CONTRACT]:
        return MOST
    sizes = (
        A_FILE + file.stat().st_size * (10 if file.suffix in (".gz", ".parquet") else 1)
        for file in contract_files(data_dir)
        if file.is_file()
    )
    return f"{max(600, 3 * sum(sizes) // 2_000_000)}MB"
