"""Files of any source that cannot be opened: exit code 2, one line a file."""

import gzip
from pathlib import Path

import pytest

from llm_telemetry.cli import main
from llm_telemetry.ingest.malformed import malformed_files

WHOLE = gzip.compress(b'{"a": 1}\n' * 1000)
GZIP = "not a complete gzip file: export it again"
BROKEN: dict[str, tuple[bytes, str]] = {
    "a.jsonl.gz": (b"", GZIP),
    "b.ndjson.gz": (WHOLE[:-20], GZIP),
    "c.csv.gz": (b"id,model\n", GZIP),
    "d.json.gz": (WHOLE[:10] + b"\0\xff" * 9 + WHOLE[28:], GZIP),
    "e.parquet": (b"", "not a Parquet file: export it again"),
    "f.json.gz": (
        gzip.compress(b'[{"a": 1},\n{"a": '),
        "line 2: not JSON: export it again, or as .jsonl.gz",
    ),
}
WELL: dict[str, bytes] = {
    "a.jsonl.gz": WHOLE,
    "b.json.gz": WHOLE,
    "c.json.gz": gzip.compress(b'\xef\xbb\xbf[{"a": 1}]\n'),
    # a line that is torn is counted, and ends no build
    "d.jsonl": b'{"a": 1}\n{"a": ',
    "e.json": b"\xff",
    "f.txt.gz": b"of somebody else",
}


def written(folder: Path, name: str, content: bytes) -> None:
    """Write a file, and the folders it lies in."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


@pytest.mark.parametrize("place", ["litellm/2026/05", "2026"])
def test_a_broken_file_is_named_with_its_folder(tmp_path: Path, place: str) -> None:
    for name, (content, _) in BROKEN.items():
        written(tmp_path / place, name, content)
    expected = [f"{place}/{name}: {said}" for name, (_, said) in BROKEN.items()]
    assert malformed_files(tmp_path, ["litellm"]) == expected


def test_what_can_be_read_or_is_not_read_is_not_named(tmp_path: Path) -> None:
    for name, content in WELL.items():
        written(tmp_path / "otlp", name, content)
    written(tmp_path / "langfuse", "a.parquet", b"")
    assert malformed_files(tmp_path, ["otlp", "telemetry_csv"]) == []


@pytest.mark.parametrize(
    ("source", "name"), [("otlp", "a.jsonl.gz"), ("langfuse", "e.parquet")]
)
def test_a_broken_file_ends_the_run_in_one_line(
    source: str, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, said = BROKEN[name]
    written(tmp_path / source, name, content)
    assert main(["validate", "--data-dir", str(tmp_path), "--sources", source]) == 2
    assert capsys.readouterr().err.splitlines() == [f"{source}/{name}: {said}"]
