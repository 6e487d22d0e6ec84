"""The file that the textfile collector of node_exporter reads."""

import os
from pathlib import Path

from llm_telemetry.errors import InputError
from llm_telemetry.files.atomic import sync

SUFFIX = ".prom"


def check(file: Path) -> None:
    """Raise InputError where the collector would not read a file of this name."""
    if file.suffix != SUFFIX:
        raise InputError(
            f"{file}: the textfile collector reads files that end with {SUFFIX}"
        )


def write(text: str, file: Path) -> None:
    """Replace a file at once: of a torn one, the collector drops every series.

    Anyone may read it, as the umask allows: the collector is another user's.
    """
    # its own name ends otherwise, so that it is not collected
    new = file.with_name(f".{file.name}.{os.getpid()}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(text, encoding="utf-8", newline="\n")
        sync(new)
        os.replace(new, file)
    except OSError as error:
        raise InputError(f"{file}: cannot write: {error.strerror}") from error
    finally:
        new.unlink(missing_ok=True)
