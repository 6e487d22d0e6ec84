"""Headers of CSV files that leave open which column is meant."""

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from llm_telemetry.ingest.file_heads import Head, read_head

CONTRACT = re.compile("llm_(system|provider)_")
SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


def separator(head: Head, known: Collection[str] = ()) -> str | None:
    """Return what separates the columns, where it is no comma."""
    first, *others = head.columns or [""]
    if others or first.lower() in known:
        return None
    return next((mark for mark in SEPARATORS if mark in first), None)


def separated(head: Head, mark: str) -> str:
    """Say that the columns of a file are separated by other marks than commas."""
    (only,) = head.columns or [""]
    name = f"{only[:40]}..." if len(only) > 40 else only
    return (
        f"has one column, '{name}': its columns are separated by {SEPARATORS[mark]}: "
        "export it with commas"
    )


def twice(head: Head, column: str) -> str | None:
    """Say that a file has a column, in lower case, in two spellings, or twice."""
    named = zip(head.lower(), head.written, strict=True)
    written = [f"`{spelled}`" for name, spelled in named if name == column]
    if len(written) < 2:
        return None
    return (
        f"has {' and '.join(written)}: which one is meant cannot be known: "
        "remove or rename the others"
    )


def header_faults(files: Collection[Path], folder: Path, source: str) -> Iterator[str]:
    """Yield what is wrong with the headers of a gateway's CSV files."""
    for file in files:
        # tables of the contract and invoices may lie in the same folder
        if not file.name.endswith((".csv", ".csv.gz")) or CONTRACT.match(file.name):
            continue
        head = read_head(file, folder, {}, rows=0)
        if mark := separator(head):
            yield f"{source}.file: {head.name} {separated(head, mark)}"
