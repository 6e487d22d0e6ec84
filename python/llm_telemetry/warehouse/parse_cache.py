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
# a build that reads prompts and answers has other models
PARSED_CONTENTS = CACHE / "partial_parse_contents.msgpack"


@contextmanager
def target_folder(*, has_contents: bool = False) -> Iterator[str]:
    """Yield a target folder for dbt that contains the parse result of the last run."""
    kept = PARSED_CONTENTS if has_contents else PARSED
    with tempfile.TemporaryDirectory() as folder:
        # the name by which dbt knows it
        parsed = Path(folder, "partial_parse.msgpack")
        # a copy, as dbt writes it in place while another run may be reading it
        with suppress(OSError):
            shutil.copy2(kept, parsed)
        yield folder
        # a read-only project keeps nothing
        with suppress(OSError):
            _keep(parsed, kept)


def _keep(parsed: Path, kept: Path) -> None:
    """Replace the parse result of the last run by this one, atomically."""
    if kept.exists() and kept.stat().st_mtime_ns == parsed.stat().st_mtime_ns:
        return
    kept.parent.mkdir(parents=True, exist_ok=True)
    copy = kept.with_name(f"{kept.name}.{os.getpid()}")
    shutil.copy2(parsed, copy)
    copy.replace(kept)
