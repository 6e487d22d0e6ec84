"""Files that have the name of one table of the contract and the columns of another."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from llm_telemetry.config.column_names import STEMS, contract
from llm_telemetry.ingest.file_heads import Head

TABLES = ("interactions", "sessions", "users")
# columns that a file has to share with the other table beyond those of its own
CLEARLY_MORE = 2


def other_table(table: str, head: Head) -> str | None:
    """Return the table whose columns a file named after ``table`` has, if another."""
    names = set(head.lower())
    known = {name: len(names & set(contract()[name])) for name in TABLES}
    if table not in known:
        return None
    likelier = [
        name
        for name in TABLES
        if known[name] >= known[table] + CLEARLY_MORE and _is_complete(name, names)
    ]
    return max(likelier, key=known.__getitem__, default=None)


def lines(found: Mapping[str, tuple[str, str]]) -> Sequence[str]:
    """Return one line per file, or per two files that were swapped.

    ``found`` has the name of each file, and whose columns it has, by the table that it
    is named after.
    """
    said = {}
    for table, (file, other) in found.items():
        beside, back = found.get(other, ("", ""))
        if back == table:
            first, second = sorted([(table, file, other), (other, beside, back)])
            said[frozenset((table, other))] = (
                f"{first[0]}.file: {first[1]} has the columns of {first[2]}, and "
                f"{second[1]} those of {second[2]}: swap the names of the two files"
            )
        else:
            suffix = "".join(Path(file).suffixes)
            said[frozenset((table,))] = (
                f"{table}.file: {file} has the columns of {other}: name it "
                f"{STEMS[other]}{suffix}, and put the file of {table} in its place"
            )
    return list(said.values())


def _is_complete(table: str, names: set[str]) -> bool:
    """Return whether every required column of the table is there."""
    columns = contract()[table].items()
    return {name for name, needed in columns if needed == "required"} <= names
