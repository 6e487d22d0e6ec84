"""Evaluators of your own: any command that reads calls and writes their scores."""

import hashlib
import json
import math
import os
import re
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llm_telemetry.config.project import PROJECT
from llm_telemetry.errors import InputError
from llm_telemetry.judge.evaluators import EVALUATORS

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
# calls that the command reads at a time
BATCH = 1_000
FIELDS = ("id", "prompt", "answer", "source", "expected")
# in the marts, labels without an evaluator, and what people agree on
RESERVED = ("none", "reviewers")
NOT_SCORED = "not_scored"
# a score, or why there is none
Scored = tuple[float | None, str | None]


@dataclass(frozen=True)
class Custom:
    """A command by the name of what it evaluates."""

    name: str
    command: tuple[str, ...]

    @property
    def version(self) -> str:
        """Return the digest of the command and of every file that it names."""
        digest = hashlib.sha256(json.dumps(self.command).encode())
        for word in self.command:
            digest.update(hashlib.sha256(_content(word)).digest())
        return digest.hexdigest()


def parse(given: Sequence[str]) -> list[Custom]:
    """Return the evaluators of texts NAME=COMMAND; raise InputError for others."""
    parsed = [_parse(text) for text in given]
    names = [one.name for one in parsed]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"--custom: {name} is given twice: leave one out")
    return parsed


def score(
    custom: Custom, calls: Sequence[Mapping[str, Any]], *, timeout_s: float
) -> dict[str, Scored]:
    """Return the score of each call by its id, or why it has none.

    The command is started once per BATCH calls. Raises InputError if it fails, takes
    longer than ``timeout_s`` for a batch, or does not write exactly one score in
    [0, 1], or null, per call. What it says besides the scores is not kept.
    """
    scores: dict[str, Scored] = {}
    for start in range(0, len(calls), BATCH):
        batch = calls[start : start + BATCH]
        written = _run(custom, batch, timeout_s)
        scores.update(_scores(custom, [str(call["id"]) for call in batch], written))
    return scores


def _parse(text: str) -> Custom:
    name, equals, command = text.partition("=")
    name = name.strip()
    if not equals or not NAME.fullmatch(name):
        raise InputError(
            f"--custom: '{text}': write NAME=COMMAND, the name in lower case, digits "
            "and underscores"
        )
    if name in EVALUATORS or name in RESERVED or name in _names_of_columns():
        raise InputError(
            f"--custom: {name}: the name of an evaluator or a column of the telemetry: "
            "choose another"
        )
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise InputError(f"--custom: {name}: {command}: {error}") from error
    if not words or shutil.which(words[0]) is None:
        raise InputError(
            f"--custom: {name}: '{words[0] if words else ''}' is no command that can "
            "be run: give its path"
        )
    return Custom(name, words)


def _names_of_columns() -> set[str]:
    """Return the names under which an evaluation fills a column of interactions."""
    lines = (PROJECT / "seeds" / "evaluation_names.csv").read_text().splitlines()
    return {line.split(",")[0] for line in lines[1:]}


def _content(word: str) -> bytes:
    """Return the bytes of the file that a word of a command names, if it does."""
    place = Path(shutil.which(word) or word)
    with suppress(OSError):
        if place.is_file():
            return place.read_bytes()
    return b""


def _run(custom: Custom, batch: Sequence[Mapping[str, Any]], timeout_s: float) -> bytes:
    """Give calls to the command, and return what it wrote."""
    lines = "".join(
        json.dumps({field: call.get(field) for field in FIELDS}) + "\n"
        for call in batch
    )
    with subprocess.Popen(
        custom.command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # of its own group, so that what it starts ends with it
        start_new_session=True,
    ) as process:
        try:
            written, _ = process.communicate(lines.encode(), timeout=timeout_s)
        except subprocess.TimeoutExpired:
            _kill(process)
            raise InputError(
                f"--custom: {custom.name}: no scores of {len(batch):,} calls after "
                f"{timeout_s:g} s: make it faster, or raise --timeout"
            ) from None
        except BaseException:
            _kill(process)
            raise
    if process.returncode:
        raise InputError(
            f"--custom: {custom.name}: ended with exit code {process.returncode}: its "
            "messages are above"
        )
    return written


def _kill(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _scores(
    custom: Custom, asked: Sequence[str], written: bytes
) -> Iterator[tuple[str, Scored]]:
    """Yield the score of each call that was asked for; raise InputError otherwise."""
    missing = dict.fromkeys(asked)
    for number, line in enumerate(written.splitlines(), start=1):
        if not line.strip():
            continue
        # never the line itself, which may have a prompt or an answer
        where = f"--custom: {custom.name}: line {number} of what it wrote"
        name, value = _read(line, where)
        if name not in missing:
            raise InputError(f"{where}: id is none of the calls, or is there twice")
        del missing[name]
        yield name, (value, NOT_SCORED if value is None else None)
    if missing:
        raise InputError(
            f"--custom: {custom.name}: no line for {len(missing):,} of {len(asked):,} "
            f"calls, such as {next(iter(missing))}: write one per call, with score "
            "null where there is none"
        )


def _read(line: bytes, where: str) -> tuple[str, float | None]:
    try:
        parsed = json.loads(line)
    except ValueError:
        raise InputError(f"{where}: not JSON: write one object per line") from None
    if not isinstance(parsed, dict) or not {"id", "score"} <= parsed.keys():
        raise InputError(f"{where}: not an object with id and score")
    name, value = parsed["id"], parsed["score"]
    if not isinstance(name, str):
        raise InputError(f"{where}: id is not a text: write the one that was read")
    if value is None:
        return name, None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not 0 <= value <= 1:
        raise InputError(
            f"{where}: score is not a number in [0, 1]: 0 is good, 1 is bad"
        )
    return name, float(value)
