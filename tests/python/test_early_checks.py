"""What is wrong with the input is said before dbt starts, all in one list."""

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from llm_telemetry.cli import main
from llm_telemetry.config.settings_file import NAME
from llm_telemetry.errors import InputError
from llm_telemetry.files.atomic import refusal
from llm_telemetry.ingest.early_checks import DENIED, check
from llm_telemetry.warehouse import build

CSV = ["telemetry_csv"]
CALLS = "llm_system_interactions"
FILE = f"{CALLS}.csv"
HEADER = "interaction_id,session_id,user_id,timestamp_utc,is_failure,latency_ms"
ROW = "a,s1,u1,2025-03-01T10:00:00Z,false,843"
WELL = f"{HEADER}\n{ROW}\n"


def contract(folder: Path, calls: str | bytes = WELL, name: str = FILE) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(calls.encode() if isinstance(calls, str) else calls)
    (folder / "llm_system_sessions_summary.csv").write_text("session_id\ns1\n")
    (folder / "llm_system_users_summary.csv").write_text("user_id\nu1\n")
    return folder


def said(folder: Path, sources: list[str] = CSV) -> list[str]:
    try:
        return check(folder, sources)
    except InputError as error:
        return list(error.lines)


def with_values(**values: str) -> str:
    """Return interactions of which two rows have other values."""
    names = HEADER.split(",")
    row = dict(zip(names, ROW.split(","), strict=True)) | values
    line = ",".join(row[name] for name in names)
    return "\n".join([HEADER, line, line, ""])


DATES = "05/05/2026 10:00"


def meant(written: str, column: str) -> str:
    return f"did you mean `{written}` -> `{column}`? rename the column or map it"


BAD: dict[str, tuple[str | bytes, list[str]]] = {
    "an empty file": (
        "",
        [f"interactions.file: not_empty: {FILE} has no rows: export it again"],
    ),
    "only a header": (
        HEADER,
        [f"interactions.file: not_empty: {FILE} has no rows: export it again"],
    ),
    "semicolons": (
        WELL.replace(",", ";"),
        [
            f"interactions.file: {FILE} has one column, "
            "'interaction_id;session_id;user_id;timest...': its columns are separated "
            "by semicolons: export it with commas"
        ],
    ),
    "tabs": (
        "id\tmodel\n1\tx\n",
        [
            f"interactions.file: {FILE} has one column, 'id\tmodel': its columns are "
            "separated by tabs: export it with commas"
        ],
    ),
    "renamed columns": (
        "request_id,session_id,user_id,created_at,failed,duration_ms,model\n"
        "a,s1,u1,2025-03-01,no,843,gpt\n",
        [
            f"interactions.interaction_id: required_column: not in {FILE}: "
            + meant("request_id", "interaction_id"),
            f"interactions.is_failure: required_column: not in {FILE}: "
            + meant("failed", "is_failure"),
            f"interactions.timestamp_utc: required_column: not in {FILE}: "
            + meant("created_at", "timestamp_utc"),
            f"interactions.latency_ms: missing_latency: not in {FILE}: "
            + meant("duration_ms", "latency_ms"),
            "interactions.model_name: " + meant("model", "model_name"),
            f"to map these columns, write in {NAME}: columns: {{interactions: "
            "{interaction_id: request_id, is_failure: failed, latency_ms: duration_ms, "
            "model_name: model, timestamp_utc: created_at}}",
        ],
    ),
    "an absent column": (
        WELL.replace("user_id", "surprise"),
        [
            f"interactions.user_id: required_column: not in {FILE}: add the column; "
            "found: interaction_id, session_id, surprise, timestamp_utc, is_failure, "
            "latency_ms"
        ],
    ),
    "dates of another kind": (
        with_values(timestamp_utc=DATES),
        [
            f"interactions.timestamp_utc: no_usable_value: {FILE}: none of the 2 "
            f"values can be read, e.g. '{DATES}': write "
            "ISO 8601, such as 2026-05-31T10:00:00Z"
        ],
    ),
    "words as outcomes": (
        with_values(is_failure="OK"),
        [
            f"interactions.is_failure: no_usable_value: {FILE}: none of the 2 values "
            "can be read, e.g. 'OK': write true or false"
        ],
    ),
    "outcomes that are all empty": (
        with_values(is_failure=" "),
        [
            f"interactions.is_failure: no_usable_value: {FILE}: none of the 2 rows has "
            "a value: write true or false"
        ],
    ),
    "latencies with a unit": (
        with_values(latency_ms="843 ms"),
        [
            f"interactions.latency_ms: missing_latency: {FILE}: none of the 2 values "
            "can be read, e.g. '843 ms': write milliseconds as a plain number, such as "
            "843, or set MAX_LATENCY_MISSING_RATE=1 to do without"
        ],
    ),
    "another encoding": (
        WELL.encode("utf-16"),
        [f"{FILE}: not UTF-8 text: export it as UTF-8"],
    ),
    "three columns at once": (
        with_values(timestamp_utc=DATES, is_failure="OK", latency_ms="1 s"),
        [
            "interactions.timestamp_utc: no_usable_value: ",
            "interactions.is_failure: no_usable_value: ",
            "interactions.latency_ms: missing_latency: ",
        ],
    ),
}


@pytest.mark.parametrize(("calls", "expected"), BAD.values(), ids=BAD)
def test_a_problem_of_the_interactions_is_one_line(
    calls: str | bytes, expected: list[str], tmp_path: Path
) -> None:
    lines = said(contract(tmp_path, calls))
    assert len(lines) == len(expected), lines
    for line, start in zip(lines, expected, strict=True):
        assert line.startswith(start)
        # only the beginning is expected of several columns that are read alike
        assert line == start or start.endswith(": ")


def parquet(folder: Path) -> Path:
    file = folder / f"{CALLS}.parquet"
    contract(folder, b"", file.name)
    columns = ", ".join(f"'{v}' as {k}" for k, v in zip(*rows(), strict=True))
    duckdb.sql(f"select {columns}").write_parquet(str(file))
    return folder


def rows() -> tuple[list[str], list[str]]:
    return HEADER.split(","), ROW.split(",")


def linked(folder: Path) -> Path:
    (folder / "elsewhere").mkdir(parents=True)
    (folder / "elsewhere" / "may.csv").write_text(WELL)
    contract(folder)
    (folder / FILE).unlink()
    (folder / CALLS).symlink_to(folder / "elsewhere")
    return folder


GOOD: dict[str, Callable[[Path], Path]] = {
    "plain": contract,
    "a byte order mark and CRLF": lambda folder: contract(
        folder, b"\xef\xbb\xbf" + WELL.replace("\n", "\r\n").encode()
    ),
    "quoted names in capitals, spaces around them": lambda folder: contract(
        folder, WELL.replace(HEADER, ", ".join(f'"{n.upper()}"' for n in rows()[0]))
    ),
    "more columns, with a semicolon": lambda folder: contract(
        folder, WELL.replace("latency_ms", "latency_ms,a;b").replace("843", "843,x;y")
    ),
    "empty lines before the header": lambda folder: contract(folder, f"\n\n{WELL}"),
    "gzip": lambda folder: contract(folder, gzip.compress(WELL.encode()), f"{FILE}.gz"),
    "Parquet": parquet,
    "batches": lambda folder: contract(folder, WELL, f"{CALLS}/2025/03.csv"),
    "batches behind a link": linked,
    "a day for the time": lambda folder: contract(
        folder, WELL.replace("timestamp_utc", "date_utc")
    ),
    "a kind of failure for the outcome": lambda folder: contract(
        folder,
        with_values(is_failure="OK")
        .replace("ms\n", "ms,failure_type\n")
        .replace("843\n", "843,none\n"),
    ),
    "answers from a cache without latency": lambda folder: contract(
        folder, WELL.replace("latency_ms", "cache_hit").replace("843", "true")
    ),
    "a folder with the marks of a pattern": lambda folder: contract(folder / "a[1]*?"),
}


@pytest.mark.parametrize("written", GOOD.values(), ids=GOOD)
def test_what_a_build_accepts_is_not_refused(
    written: Callable[[Path], Path], tmp_path: Path
) -> None:
    assert said(written(tmp_path)) == []


def test_a_column_is_refused_only_if_no_row_of_any_file_can_be_read(
    tmp_path: Path,
) -> None:
    folder = contract(tmp_path, with_values(timestamp_utc=DATES), f"{CALLS}/b.csv")
    (line,) = said(folder)
    assert "no_usable_value" in line
    contract(tmp_path, WELL, f"{CALLS}/a.csv")
    assert said(folder) == []


def test_the_knob_of_missing_latencies_does_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = contract(tmp_path, with_values(latency_ms="843 ms"))
    monkeypatch.setenv("MAX_LATENCY_MISSING_RATE", "1")
    assert said(folder) == []
    contract(folder, WELL.replace("latency_ms", "took_ms"))
    hint, mapping = said(folder)
    assert hint.endswith(": " + meant("took_ms", "latency_ms"))
    assert mapping.endswith("columns: {interactions: {latency_ms: took_ms}}")


def test_a_file_that_is_absent_is_said_with_what_is_there_instead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "mine"
    contract(folder)
    (folder / FILE).rename(folder / "requests.csv")
    assert said(folder) == [
        f"interactions.file: required_file: no {FILE} (or .csv.gz, .parquet) in mine; "
        "found: llm_system_sessions_summary.csv, llm_system_users_summary.csv, "
        "requests.csv: give the file this name, or name another folder with --data-dir"
    ]


SOURCES: dict[str, tuple[str, bytes | None, list[str]]] = {
    "no file": (
        "notes.txt",
        b"x",
        [
            "otlp.file: required_file: no file of .json, .jsonl, .ndjson (or .gz of "
            "them) in otlp or .; found: notes.txt: put the export there, or name its "
            "folder with --data-dir"
        ],
    ),
    "an empty file": (
        "otlp/a.jsonl",
        b"",
        ["otlp.file: not_empty: otlp/a.jsonl is empty: export it again"],
    ),
    "an empty gzip file": (
        "otlp/a.jsonl.gz",
        b"",
        ["otlp/a.jsonl.gz: not a complete gzip file: export it again"],
    ),
    "a torn line, which is counted": ("otlp/a.jsonl", b'{"a": ', []),
}


@pytest.mark.parametrize(("name", "content", "expected"), SOURCES.values(), ids=SOURCES)
def test_a_problem_of_another_source_is_one_line(
    name: str,
    content: bytes,
    expected: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(content)
    assert said(tmp_path, ["otlp"]) == expected


@pytest.fixture
def locked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse what is named `locked`; the tests may run as root, who may do all."""
    monkeypatch.setattr(os, "access", lambda path, mode: "locked" not in str(path))


@pytest.mark.usefixtures("locked")
def test_what_may_not_be_read_or_written_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = contract(tmp_path / "locked")
    assert said(folder) == [f"locked: {DENIED}"]
    contract(tmp_path / "open")
    (tmp_path / "open" / FILE).unlink()
    (tmp_path / "open" / CALLS).mkdir()
    assert refusal(tmp_path / "open" / "new" / "folder") is None
    assert refusal(tmp_path / "locked" / "new") == "Permission denied"
    assert refusal(tmp_path / "open" / FILE.replace("interactions", "users_summary"))


def test_every_problem_is_in_one_list_and_dbt_is_not_started(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def start(*arguments: object, **settings: object) -> None:
        pytest.fail("dbt was started")

    monkeypatch.setattr(build, "_build", start)
    monkeypatch.setenv("SLA_MS", "fast")
    folder = contract(tmp_path / "data", with_values(timestamp_utc=DATES))
    (folder / "llm_system_users_summary.csv").write_text("user_id\n")
    (tmp_path / "file").write_text("no folder")
    places = [
        *("--out-dir", str(tmp_path / "file" / "out")),
        *("--warehouse", str(tmp_path / "file" / "w.duckdb")),
    ]

    assert main(["run", "--data-dir", str(folder), *places]) == 2

    lines = capsys.readouterr().err.splitlines()
    starts = [
        "SLA_MS: 'fast' is not a number",
        f"{tmp_path}/file/out: cannot write: Not a directory",
        f"{tmp_path}/file: cannot write: Not a directory",
        "interactions.timestamp_utc: no_usable_value",
        "users.file: not_empty",
    ]
    assert len(lines) == len(starts), lines
    for line, start_of_line in zip(lines, starts, strict=True):
        assert line.startswith(start_of_line)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["data", "file"]
