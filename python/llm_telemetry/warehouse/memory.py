"""How much memory a build may take, by the size of what it reads."""

import os
from collections.abc import Sequence
from pathlib import Path

from llm_telemetry.config.knobs import CONTRACT
from llm_telemetry.ingest.discovery import contract_files
from llm_telemetry.ingest.long_lines import USUAL, longest_line

LIMIT = "LLM_TELEMETRY_MEMORY_LIMIT"
# bytes added to the size of each file: every open file needs buffers
A_FILE = 400_000
# a line that is longer than usual is parsed into many copies of its parts
A_LINE = 64
# bytes for each byte of input, and the least MB: of CSV, and of traces as JSON, of
# which 200,000 spans need at most 900 MB and 1,000,000 at most 3 GB
OF_CSV, OF_JSON = (1.5, 600), (4, 1_200)


def memory_settings(data_dir: Path, sources: Sequence[str]) -> dict[str, str]:
    """Return the variables of the longest line, "" for a usual one, and of memory."""
    longest = longest_line(data_dir, sources)
    return {
        # a multiple: a plan of statements serves lines of about one length
        "LLM_TELEMETRY_LONGEST_LINE": str(-(-longest // USUAL) * USUAL or ""),
        LIMIT: _memory_limit(data_dir, sources, longest),
    }


def _memory_limit(data_dir: Path, sources: Sequence[str], longest: int = 0) -> str:
    """Return DuckDB's memory limit, such as "600MB": a multiple of the input's size.

    And A_LINE times the bytes of the ``longest`` line, where it is longer than usual.
    Compressed files and Parquet count ten times their size, and each file counts
    A_FILE more, because some pages of every open file are in memory at once. The
    variable LLM_TELEMETRY_MEMORY_LIMIT takes precedence.
    """
    if limit := os.environ.get(LIMIT):
        return limit
    is_contract = list(sources) == [CONTRACT]
    times, least = OF_CSV if is_contract else OF_JSON
    files = contract_files(data_dir) if is_contract else data_dir.rglob("*")
    sizes = (
        A_FILE + file.stat().st_size * (10 if file.suffix in (".gz", ".parquet") else 1)
        for file in files
        if file.is_file()
    )
    of_line = A_LINE * longest // 1_000_000
    return f"{of_line + max(least, int(times * sum(sizes)) // 1_000_000)}MB"
