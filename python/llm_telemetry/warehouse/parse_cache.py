"""What dbt parsed, kept from one run to the next: to parse all models takes seconds."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from llm_telemetry.config.project import CACHE

# separate from that of `dbt build`, which uses another profile
PARSED = CACHE / "partial_parse.msgpack"


@contextmanager
def target_folder(*, is_kept: bool = True) -> Iterator[str]:
    """Yield a target folder for dbt that contains the parse result of the last run.

    Unless ``is_kept`` is false, the parse result of this run replaces that one.
    """
    with tempfile.TemporaryDirectory() as folder:
        parsed = Path(folder, PARSED.name)
        # a copy, as dbt writes it in place while another run may be reading it
        with suppress(OSError):
            shutil.copy2(PARSED, parsed)
        yield folder
        # a read-only project keeps nothing
        with suppress(OSError):
            if is_kept:
                _keep(parsed)


def _keep(parsed: Path) -> None:
    """Replace the parse result of the last run by this one, atomically."""
    if PARSED.exists() and PARSED.stat().st_mtime_ns == parsed.stat().st_mtime_ns:
        return
    PARSED.parent.mkdir(parents=True, exist_ok=True)
    copy = PARSED.with_name(f"{PARSED.name}.{os.getpid()}")
    shutil.copy2(parsed, copy)
    copy.replace(PARSED)
