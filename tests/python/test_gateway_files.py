"""Files of gateways: whose they are, how they are packed, and what both logged."""

import gzip
import json
from pathlib import Path

import duckdb
import pytest
from langfuse_rows import observation
from litellm_rows import spend
from staged_sources import Row, by_id, write_lines

from llm_telemetry.warehouse.build import build_marts, scratch_of

SOURCES = ["litellm", "langfuse"]
MODELS = {
    "calls": "int_interactions_unioned",
    "files": "int_source_files",
    "checks": "int_checks_sources",
}


def zipped(text: str) -> bytes:
    return gzip.compress(text.encode())


def write_pages(folder: Path) -> None:
    """Write a record a page, each page a file of its own shape."""
    (folder / "first.json").write_text(json.dumps({"data": [spend("first")], "n": 1}))
    (folder / "late.json").write_text(json.dumps({"n": 1, "data": [spend("late")]}))
    (folder / "logs.json").write_text(json.dumps({"logs": [spend("logs")]}))
    write_lines(folder / "lines.jsonl", [{"meta": {}, "data": [spend("lines")]}])
    (folder / "none.json").write_text(json.dumps({"n": 0, "data": []}))
    meta = {"meta": {"page": 1}, "data": [observation("paged")]}
    (folder / "meta.json").write_text(json.dumps(meta, indent=1))


def write_packed(folder: Path) -> None:
    """Write files behind a byte order mark, zipped files, and a torn one of each."""
    lines = "".join(f"{json.dumps(spend(name))}\r\n" for name in ("m1", "m2"))
    (folder / "marked.jsonl").write_text(lines, encoding="utf-8-sig")
    (folder / "marked.jsonl.gz").write_bytes(zipped("\ufeff" + lines[:-40]))
    array = json.dumps([spend("z1"), spend("z2")]).replace("}, {", "},\n{")
    (folder / "pretty.json.gz").write_bytes(zipped(json.dumps([spend("z3")], indent=1)))
    (folder / "cut.json.gz").write_bytes(zipped(array[:-40]))
    (folder / "lines.json.gz").write_bytes(zipped(json.dumps(spend("z4")) + "\n{"))


def write_twice(folder: Path) -> None:
    """Write one call as both gateways log it, and one answer's id a day apart."""
    day = {"startTime": "2025-08-28T07:32:31.2Z", "endTime": "2025-08-28T07:32:32Z"}
    logged = [spend("chatcmpl-1", **day), spend("chatcmpl-2", **day), spend("own")]
    write_lines(folder / "spend.jsonl", logged, torn='{"request_id"')
    later = {"startTime": "2025-08-29T07:32:31Z", "endTime": "2025-08-29T07:32:32Z"}
    seen = [
        observation("time-07-32-31-200000_chatcmpl-1"),
        observation("time-07-32-31-000000_chatcmpl-2", **later),
    ]
    write_lines(folder / "seen.jsonl", seen)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Row]]:
    """What two sources that share a folder make of it."""
    folder = tmp_path_factory.mktemp("shared")
    write_pages(folder)
    write_packed(folder)
    write_twice(folder)
    (folder / "nobodys.json").write_text(json.dumps({"name": "nobody"}))
    (folder / "llm_provider_invoices.csv").write_text("invoice_id\ni1\n")
    select = " ".join(f"+{model}" for model in MODELS.values())
    with (
        build_marts(folder, folder / "w.duckdb", SOURCES, select=select) as marts,
        duckdb.connect(str(scratch_of(marts)), read_only=True) as connection,
    ):
        read = {
            name: connection.execute(f"from intermediate.{model}").df()
            for name, model in MODELS.items()
        }
    files = read["files"]
    files = files.assign(key=files["source"] + " " + files["file_name"])
    twice = read["checks"].query("check_name == 'logged_twice'")
    return {
        "calls": by_id(read["calls"]),
        "files": by_id(files, "key"),
        "checks": by_id(twice, "table_name"),
    }


Found = dict[str, dict[str, Row]]


def counts(found: Found, name: str) -> dict[str, tuple[int, int]]:
    """Return of each source that counts the file its records and those unreadable."""
    return {
        row["source"]: (row["records"], row["unreadable_records"])
        for row in found["files"].values()
        if row["file_name"] == name
    }


@pytest.mark.parametrize("name", ["first", "late", "logs", "lines", "paged"])
def test_a_page_may_hold_its_records_anywhere(found: Found, name: str) -> None:
    assert name in found["calls"]
    kind = {"lines": "lines.jsonl", "paged": "meta.json"}.get(name, f"{name}.json")
    source = "langfuse" if name == "paged" else "litellm"
    assert counts(found, kind) == {source: (1, 0)}


@pytest.mark.parametrize(
    ("file", "calls", "records", "torn"),
    [
        ("marked.jsonl", {"m1", "m2"}, 2, 0),
        ("marked.jsonl.gz", {"m1"}, 2, 1),
        ("pretty.json.gz", {"z3"}, 1, 0),
        ("cut.json.gz", {"z1"}, 2, 1),
        ("lines.json.gz", {"z4"}, 2, 1),
    ],
)
def test_neither_a_mark_nor_gzip_costs_a_record(
    found: Found, file: str, calls: set[str], records: int, torn: int
) -> None:
    assert calls <= set(found["calls"])
    assert counts(found, file) == {"litellm": (records, torn)}


def test_a_file_is_of_the_source_that_reads_it_and_else_of_all(found: Found) -> None:
    assert counts(found, "spend.jsonl") == {"litellm": (4, 1)}
    assert counts(found, "seen.jsonl") == {"langfuse": (2, 0)}
    assert counts(found, "nobodys.json") == {"litellm": (1, 1), "langfuse": (1, 1)}
    assert counts(found, "none.json") == {"litellm": (0, 0), "langfuse": (0, 0)}
    assert counts(found, "llm_provider_invoices.csv") == {}


def test_a_call_that_two_sources_logged_is_named(found: Found) -> None:
    check = found["checks"]["litellm"]
    assert (check["failed_rows"], check["example_key"]) == (1, "chatcmpl-1")
    assert found["checks"]["langfuse"]["failed_rows"] == 0
