"""What this process serves: the places that the command line named."""

from pathlib import Path
from types import SimpleNamespace

Options = SimpleNamespace

_served: list[Options] = []


def serve(options: Options) -> None:
    """Remember the options of the command for every session of this process."""
    _served[:] = [options]


def options() -> Options:
    """Return the options of the command."""
    return _served[0]


def warehouse() -> Path:
    """Return the warehouse that is shown."""
    found: Path = options().warehouse
    return found


def out_dir() -> Path:
    """Return the folder of the bundle and of the ledgers."""
    found: Path = options().out_dir
    return found
