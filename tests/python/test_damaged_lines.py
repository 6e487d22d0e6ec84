"""Lines of JSON that no reader of JSON takes: what is left of them counts."""

import gzip
import json
from pathlib import Path

import compiled_sources
import pytest
from litellm_rows import spend
from staged_otlp import call, landed, request, staged
from test_otlp_records import unreadable

HALF, PAIR = "\\ud83d", "\\ud83d\\ude00"
BATCH = [call(name, gen_ai__prompt="MARK") for name in "abc"]
TEXT = request(*BATCH)
# an escaped backslash and a u that follows it are no escape
WRITTEN = [
    *(HALF, "\\ude00", "\\uDBFF", f"{PAIR}{HALF}", f"{HALF}{PAIR}", f"{HALF}{HALF}"),
    *(f"\\n{HALF}\\u00e9", f"\\\\\\\\ud83d{HALF}", f'{HALF}\\"', f"é{HALF}"),
]


@pytest.mark.parametrize("written", WRITTEN)
def test_half_of_a_character_damages_nothing_else(tmp_path: Path, written: str) -> None:
    frames = staged(landed(tmp_path, request(call("z")), TEXT.replace("MARK", written)))
    assert len(frames["interactions"]) == 4
    assert unreadable(frames) == 0


@pytest.mark.parametrize("name", ["spans.json", "spans.jsonl"])
def test_a_document_with_half_of_a_character_is_read(tmp_path: Path, name: str) -> None:
    spread = json.dumps(json.loads(TEXT), indent=None if name[-1] == "l" else 1)
    listed = f"[{spread}]".replace("MARK", HALF)
    frames = staged(landed(tmp_path, listed, name=name))
    assert len(frames["interactions"]) == 3
    assert unreadable(frames) == 0


@pytest.mark.parametrize("between", ["", " ", " \t"])
def test_documents_on_one_line_are_as_many(tmp_path: Path, between: str) -> None:
    code = request(call("z", gen_ai__prompt="\\frac{a}{b} }{ "))
    one = between.join([TEXT, code, request(call("y")).replace('"y"', HALF)])
    frames = staged(landed(tmp_path, one))
    assert len(frames["interactions"]) == 5
    assert unreadable(frames) == 0


def test_what_stays_unreadable_of_a_line_is_counted(tmp_path: Path) -> None:
    torn = TEXT[:-30]
    frames = staged(landed(tmp_path, request(call("z")) + torn, torn, "x" * 10))
    assert len(frames["interactions"]) == 1
    assert unreadable(frames) == 3


@pytest.mark.parametrize("name", ["spans.jsonl", "spans.jsonl.gz"])
def test_a_line_that_is_no_text_is_counted(tmp_path: Path, name: str) -> None:
    lines = [request(call(letter)).encode() for letter in "ab"]
    content = b"\xef\xbb\xbf" + b"\n".join([lines[0], b'{"a": "\xff"}', b"", lines[1]])
    # the end of what was written before a crash
    content += b"\r\n\n" + '{"a": "é'.encode()[:-1]
    file = tmp_path / name
    file.write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    frames = staged([file])
    assert len(frames["interactions"]) == 2
    assert unreadable(frames) == 2


def test_records_on_one_line_are_as_many(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    first, second, torn = (json.dumps(spend(name)) for name in "abc")
    half = json.dumps(spend("d", messages="MARK")).replace("MARK", HALF)
    inner = spend("e", {"attempted_retries": 2, "note": "MARK"})
    metadata = json.dumps(inner).replace("MARK", f"\\{HALF}")
    lines = [first + second, f"{half}{torn[:-30]}", metadata, torn[:-30]]
    file.write_bytes("\n".join(lines).encode() + b'\n{"a": "\xff"}\n')
    tables = compiled_sources.staged("litellm", [file], "jsonl")
    found = tables["interactions"].set_index("interaction_id")
    assert sorted(found.index) == ["a", "b", "d", "e"]
    assert found.loc["e", "attempted_retries"] == 2
    assert (~tables["records"]["is_readable"].astype(bool)).sum() == 3
