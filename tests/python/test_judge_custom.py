"""An evaluator of one's own is a command; what it writes is refused if it is wrong."""

import stat
import sys
import time
from pathlib import Path

import pytest

from llm_telemetry.errors import InputError
from llm_telemetry.judge import custom
from llm_telemetry.judge.custom import Custom

CALLS = [
    {"id": "a", "prompt": "SECRET ask", "answer": "SECRET say", "source": None},
    {"id": "b", "prompt": None, "answer": "SECRET", "expected": ["x", "y"]},
]
READS = "import json, sys\nrows = [json.loads(line) for line in sys.stdin]\n"


def command(folder: Path, body: str) -> Custom:
    """Return an evaluator whose program has a body."""
    file = folder / "evaluator.py"
    file.write_text(READS + body)
    (one,) = custom.parse([f"polite={sys.executable} {file}"])
    return one


def test_a_command_reads_calls_and_writes_scores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = command(
        tmp_path,
        "for row in rows:\n"
        "    assert row.keys() == {'id', 'prompt', 'answer', 'source', 'expected'}\n"
        "    score = len(row['expected']) / 4 if row['expected'] else None\n"
        "    print(json.dumps({'id': row['id'], 'score': score, 'why': 'SECRET'}))\n",
    )
    expected = {"a": (None, "not_scored"), "b": (0.5, None)}
    assert custom.score(one, CALLS, timeout_s=60) == expected
    # a process per batch
    monkeypatch.setattr(custom, "BATCH", 1)
    assert custom.score(one, CALLS, timeout_s=60) == expected


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("print('SECRET')", "line 1 of what it wrote: not JSON"),
        ("print('[]')", "line 1 .*: not an object with id and score"),
        ('print(\'{"id": "a"}\')', "line 1 .*: not an object with id and score"),
        ('print(\'{"id": 1, "score": 1}\')', "line 1 .*: id is not a text"),
        ('print(\'{"id": "c", "score": 1}\')', "line 1 .*: id is none of the calls"),
        ('print(\'{"id": "a", "score": 1}\\n\' * 2)', "line 2 .*: id is none of"),
        ('print(\'{"id": "a", "score": 1}\')', "no line for 1 of 2 calls, such as b"),
        ("pass", "no line for 2 of 2 calls, such as a"),
        *(
            (
                f'print(\'{{"id": "a", "score": {value}}}\')',
                "line 1 .*: score is not a number in",
            )
            for value in ("1.5", "-0.1", "true", '"0.5"', "NaN", "1e999")
        ),
        ("sys.exit(3)", "ended with exit code 3"),
    ],
)
def test_what_is_wrong_is_one_line_without_content(
    tmp_path: Path, body: str, said: str
) -> None:
    with pytest.raises(InputError, match=f"^--custom: polite: .*{said}") as error:
        custom.score(command(tmp_path, body), CALLS, timeout_s=60)
    assert len(error.value.lines) == 1
    assert "SECRET" not in str(error.value)


def test_a_command_that_takes_too_long_ends_with_what_it_started(
    tmp_path: Path,
) -> None:
    late = tmp_path / "late"
    child = f"import time, pathlib; time.sleep(2); pathlib.Path({str(late)!r}).touch()"
    one = command(
        tmp_path,
        "import subprocess, time\n"
        f"subprocess.Popen([sys.executable, '-c', {child!r}])\n"
        "time.sleep(60)\n",
    )
    started = time.monotonic()
    with pytest.raises(InputError, match="no scores of 2 calls after 1 s"):
        custom.score(one, CALLS, timeout_s=1)
    assert time.monotonic() - started < 10
    time.sleep(2)
    assert not late.exists()


def test_a_version_is_of_the_command_and_the_bytes_of_its_files(tmp_path: Path) -> None:
    one = command(tmp_path, "pass")
    before = one.version
    assert one.version == before
    assert Custom("polite", (*one.command, "--strict")).version != before
    command(tmp_path, "pass\n")
    assert one.version != before
    # a program that is found by its name
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    by_path = Custom("polite", (str(program),))
    before = by_path.version
    program.write_text("#!/bin/sh\n\n")
    assert by_path.version != before


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("polite", "write NAME=COMMAND"),
        ("Polite=true", "write NAME=COMMAND"),
        ("off_topic=true", "off_topic: the name of an evaluator or a column"),
        ("hallucination=true", "hallucination: the name of an evaluator or a column"),
        ("none=true", "none: the name of an evaluator or a column"),
        ("reviewers=true", "reviewers: the name of an evaluator or a column"),
        ("polite=no_such_program", "'no_such_program' is no command"),
        ("polite=", "'' is no command"),
        ("polite=true 'open", "polite: true 'open: No closing quotation"),
    ],
)
def test_a_wrong_command_is_one_line(given: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        custom.parse([given])


def test_a_name_is_given_once() -> None:
    with pytest.raises(InputError, match="polite is given twice"):
        custom.parse(["polite=true", "polite=false"])
