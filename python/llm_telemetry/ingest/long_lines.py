"""Measure lines of JSON that are longer than DuckDB reads without being told."""

import gzip
import mmap
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from llm_telemetry.config.knobs import CONTRACT
from llm_telemetry.errors import InputError
from llm_telemetry.ingest.malformed import UNREADABLE, source_files

# macros/loading/json_lines.sql reads lines of so many bytes by itself
USUAL = 16 << 20
# two buffers of each thread take twice the longest line
LIMIT = 256 << 20
# deflate makes nothing smaller than by this factor
DEFLATED = 1032
BLOCK = 1 << 20
ENDINGS = (".jsonl", ".ndjson")
ZIPPED = tuple(f"{ending}.gz" for ending in (*ENDINGS, ".json"))


def longest_line(folder: Path, sources: Collection[str]) -> int:
    """Return the bytes of the longest line to be read, 0 where all are usual.

    Raises InputError with one line per line of a file that is too long.
    """
    gateways = [source for source in sources if source != CONTRACT]
    files = {file for source in gateways for file in source_files(folder, source)}
    longest, faults = 0, []
    for file in sorted(files):
        for number, length in long_lines(file):
            longest = max(longest, length)
            if length > LIMIT:
                faults.append(
                    f"{file.relative_to(folder)}: line {number}: {length >> 20} MB:"
                    f" export at most {LIMIT >> 20} MB a line, such as smaller batches"
                )
    if faults:
        raise InputError(*faults)
    return longest


def long_lines(file: Path) -> Iterator[tuple[int, int]]:
    """Yield number and bytes of each line that is longer than usual."""
    size = file.stat().st_size
    # what cannot be read is named when it fails the build
    with suppress(*UNREADABLE):
        if file.name.endswith(ENDINGS) and size > USUAL:
            yield from _in_mapped(file)
        elif file.name.endswith(ZIPPED) and size * DEFLATED > USUAL:
            yield from _in_zipped(file)


def _in_mapped(file: Path) -> Iterator[tuple[int, int]]:
    """Look for the last end of a line in each stretch; read no more of the file."""
    with (
        file.open("rb") as opened,
        mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        start, size = 0, len(content)
        while size - start > USUAL:
            end = content.rfind(b"\n", start, start + USUAL + 1)
            if end < 0:
                end = content.find(b"\n", start)
                end = size if end < 0 else end
                yield _line_number(content, start), end - start
            start = end + 1


def _line_number(content: mmap.mmap, start: int) -> int:
    blocks = range(0, start, BLOCK)
    return 1 + sum(
        content[block : min(start, block + BLOCK)].count(b"\n") for block in blocks
    )


def _in_zipped(file: Path) -> Iterator[tuple[int, int]]:
    number, length = 1, 0
    with gzip.open(file) as content:
        while block := content.read(BLOCK):
            first, *others = block.split(b"\n") if b"\n" in block else (block,)
            length += len(first)
            for line in others:
                if length > USUAL:
                    yield number, length
                number, length = number + 1, len(line)
    if length > USUAL:
        yield number, length
