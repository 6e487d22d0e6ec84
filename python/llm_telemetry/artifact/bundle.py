"""The files of one decision: written together or not at all, and verified."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from llm_telemetry.artifact import document, intoto
from llm_telemetry.decisions.types import plain
from llm_telemetry.errors import InputError
from llm_telemetry.files import atomic

ARTIFACT = "decision_artifact.json"
# names the decision and the folder that was read: the statement digests it, not the
# artifact, whose id is that of the same data anywhere
README = "README.md"


def csv_bytes(frame: pd.DataFrame, *, digits: int = 10) -> bytes:
    """Return a frame as CSV, the same bytes on every machine.

    Numbers have ``digits`` significant digits and times are UTC. Takes a fifth of the
    time of ``DataFrame.to_csv`` where nothing has to be quoted.
    """
    columns = [[str(name), *_texts(frame[name], digits)] for name in frame]
    lines = [",".join(cells) for cells in zip(*columns, strict=True)]
    text = "\n".join([*lines, ""])
    if len(columns) > 1 and _is_unquoted(text, len(lines), len(columns)):
        return text.encode()
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(zip(*columns, strict=True))
    return out.getvalue().encode()


def _is_unquoted(text: str, lines: int, columns: int) -> bool:
    """Say whether no cell contains what CSV quotes."""
    return (
        text.count("\n") == lines
        and text.count(",") == lines * (columns - 1)
        and not any(mark in text for mark in '"\r')
    )


def _texts(column: pd.Series, digits: int) -> list[str]:
    if column.dtype.kind == "f":
        form = f"{{:.{digits}g}}".format
        # most values are repeated: each is formatted once, distinguished by its bits
        codes, bits = pd.factorize(column.to_numpy("float64").view("int64"))
        values = bits.view("float64").tolist()
        texts = [form(value) if value == value else "" for value in values]
        return [texts[code] for code in codes.tolist()]
    if isinstance(column.dtype, pd.StringDtype):
        return column.fillna("").tolist()
    if column.dtype.kind == "M":
        seconds = np.datetime_as_string(column.to_numpy("datetime64[s]"), unit="s")
        return [
            f"{text[:10]} {text[11:]}+00:00" if text != "NaT" else ""
            for text in seconds.tolist()
        ]
    return [
        str(value) if is_known else ""
        for value, is_known in zip(column.tolist(), column.notna(), strict=True)
    ]


def json_bytes(content: Mapping[str, Any]) -> bytes:
    """Return content as readable JSON, the same bytes on every machine."""
    text = json.dumps(plain(dict(content)), indent=2, allow_nan=False)
    return f"{text}\n".encode()


def digests(files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """Return name, size and SHA-256 of every file, by name."""
    return [
        {"name": name, "bytes": len(content), "sha256": _sha256(content)}
        for name, content in sorted(files.items())
    ]


def write(files: Mapping[str, bytes], out_dir: Path) -> None:
    """Put all files into ``out_dir``; on any failure the earlier ones stay.

    The artifact, which names the digests of the others, comes last.
    """
    try:
        atomic.write_together(files, out_dir, last=ARTIFACT)
    except OSError as error:
        raise InputError(f"{out_dir}: cannot write: {error.strerror}") from error


def load(file: Path) -> Any:
    """Return the JSON of an artifact; raise InputError where there is none.

    If a killed run was publishing a bundle, that is completed first.
    """
    try:
        atomic.complete(file.parent, last=ARTIFACT)
        return json.loads(file.read_bytes(), parse_constant=_refuse)
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise InputError(f"{file}: not JSON: {error}") from error


def load_valid(file: Path) -> dict[str, Any]:
    """Return an artifact; raise InputError where it does not follow its schema."""
    content: dict[str, Any] = load(file)
    if faults := document.faults(content):
        raise InputError(f"{file}: not a valid artifact: {faults[0]}")
    return content


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number that JSON knows")


def read_earlier(out_dir: Path) -> dict[str, Any] | None:
    """Return the artifact that a new one would replace, if there is a valid one."""
    try:
        content = load(out_dir / ARTIFACT)
    except InputError:
        return None
    return None if document.faults(content) else content


def read_figures(artifact: Mapping[str, Any] | None, out_dir: Path) -> dict[str, bytes]:
    """Return the figures of a bundle that are as its artifact digests them."""
    return read_files(artifact, out_dir, r"figures/\w+\.svg") if artifact else {}


def read_files(
    artifact: Mapping[str, Any], out_dir: Path, names: str
) -> dict[str, bytes]:
    """Return the files of a bundle, of a pattern of names, that are as digested."""
    found = {}
    for entry in artifact["files"]:
        file = out_dir / entry["name"]
        if re.fullmatch(names, entry["name"]) and file.is_file():
            content = file.read_bytes()
            if _sha256(content) == entry["sha256"]:
                found[entry["name"]] = content
    return found


def make_statement(
    content: Mapping[str, Any], files: Mapping[str, bytes]
) -> dict[str, Any]:
    """Return the in-toto statement on an artifact, its bytes and its README's."""
    sums = {name: _sha256(files[name]) for name in (ARTIFACT, README) if name in files}
    return intoto.state(content, ARTIFACT, sums)


def verify(file: Path) -> list[str]:
    """Return what is wrong with a bundle: schema, id, digests, statement."""
    content = load(file)
    faults = document.faults(content)
    if faults:
        return faults
    changed = [
        fault
        for entry in content["files"]
        if (fault := _file_fault(file.parent / entry["name"], entry))
    ]
    return changed + _statement_faults(file, content)


def _statement_faults(file: Path, content: Mapping[str, Any]) -> list[str]:
    beside, page = file.parent / intoto.STATEMENT, file.parent / README
    if not beside.is_file():
        return [f"{intoto.STATEMENT}: missing"]
    if not page.is_file():
        return [f"{README}: missing"]
    files = {ARTIFACT: file.read_bytes(), README: page.read_bytes()}
    return intoto.faults(beside.read_bytes(), make_statement(content, files))


def _file_fault(file: Path, entry: Mapping[str, Any]) -> str | None:
    if not file.is_file():
        return f"{entry['name']}: missing"
    if _sha256(file.read_bytes()) != entry["sha256"]:
        return f"{entry['name']}: changed since the decision was written"
    return None


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
