"""Spans as three instrumentations write them: the same spans for the same number."""

from pathlib import Path

import duckdb

HERE = Path(__file__).parent
SPANS_A_TRACE = 25


def write_spans(folder: Path, spans: int, files: int) -> None:
    """Write files of OTLP/JSON lines; of 25 spans, 12 are calls to a model."""
    folder.mkdir(parents=True, exist_ok=True)
    query = (HERE / "otlp_spans.sql").read_text()
    traces = spans // SPANS_A_TRACE
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute((HERE / "otlp_macros.sql").read_text())
        for file in range(files):
            first, last = traces * file // files, traces * (file + 1) // files
            lines = query.format(first=first, last=last)
            # a delimiter that no span holds, and nothing quoted: a line is a line
            connection.execute(
                f"copy ({lines}) to '{folder}/spans-{file:03}.jsonl' "
                "(format csv, header false, quote '', escape '', delimiter '\x01')"
            )
