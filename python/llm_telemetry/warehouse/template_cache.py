"""Jinja templates that dbt compiled, kept from one dbt to the next.

To compile the macros and models that a build uses takes half a second.
"""

import marshal
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from hashlib import sha256
from importlib.metadata import version
from types import CodeType

from llm_telemetry.config.project import CACHE

KEPT = CACHE / "templates"
# as many as five versions of the project have
BYTES = 20_000_000
MADE_BY = (sys.version, *map(version, ("jinja2", "dbt-common")))


class Templates:
    """The code of each text, from the file of earlier ones or compiled once."""

    def __init__(self) -> None:
        """Begin with nothing; the file is read with the first text."""
        self._new: dict[str, CodeType] = {}

    @cached_property
    def _kept(self) -> dict[str, CodeType]:
        return _read()

    def code(self, compile: Callable[[], CodeType], *text: object) -> CodeType:
        """Return the code of a text and the options that it is compiled with."""
        key = sha256(repr(text).encode()).hexdigest()
        code = self._kept.get(key) or self._new.get(key)
        if code is None:
            code = self._new[key] = compile()
        return code

    def keep(self) -> None:
        """Write the file again, with what was compiled since."""
        if not self._new:
            return
        # a read-only project keeps nothing
        with suppress(OSError):
            if not _write({**self._kept, **self._new}):
                _write(self._new)
        self._new.clear()


def _read() -> dict[str, CodeType]:
    """Return what the file has, unless other versions made it."""
    with suppress(OSError):
        content = KEPT.read_bytes()
        # another Python's code may not be readable at all
        if _digest(content[32:]) == content[:32]:
            codes: dict[str, CodeType] = marshal.loads(content[32:])
            return codes
    return {}


def _digest(content: bytes) -> bytes:
    return sha256(repr(MADE_BY).encode() + content).digest()


def _write(codes: dict[str, CodeType]) -> bool:
    """Replace the file; return whether so many have room in it."""
    content = marshal.dumps(codes)
    if len(content) > BYTES:
        return False
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    copy = KEPT.with_name(f"{KEPT.name}.{os.getpid()}")
    copy.write_bytes(_digest(content) + content)
    copy.replace(KEPT)
    return True
