"""Files replaced together or not at all, however the process ends."""

import errno
import os
import shutil
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from llm_telemetry.files.lock import exclusive_lock

NEW, READY = ".bundle.new", ".bundle.ready"


def write_together(files: Mapping[str, bytes], folder: Path, *, last: str) -> None:
    """Replace files of a folder, all or none; the file named ``last`` comes last.

    A name may have folders in it, as in ``figures/a.svg``.
    They are written and synced in a separate folder, and committed by one rename; if
    the process is killed after that, the next one completes the replacement. Raises
    OSError if a file cannot be written, after restoring the previous files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    new, ready = folder / NEW, folder / READY
    with exclusive_lock(folder / "bundle", wait=True):
        _complete(folder, last)
        shutil.rmtree(new, ignore_errors=True)
        try:
            _stage(files, new, folder)
            with _uninterrupted():
                os.rename(new, ready)
                sync(folder)
                _place_or_undo(folder, last)
        finally:
            shutil.rmtree(new, ignore_errors=True)


def refusal(folder: Path) -> str | None:
    """Return why a folder, which may not exist yet, cannot be written, or None."""
    place = folder.absolute()
    # unlike Path.exists, it does not raise where a parent may not be looked into
    while not os.path.exists(place):
        place = place.parent
    if not place.is_dir():
        return os.strerror(errno.ENOTDIR)
    return None if os.access(place, os.W_OK | os.X_OK) else os.strerror(errno.EACCES)


def complete(folder: Path, *, last: str) -> None:
    """Complete a replacement that a killed process had committed."""
    if (folder / READY).is_dir():
        with exclusive_lock(folder / "bundle", wait=True):
            _complete(folder, last)


def sync(path: Path) -> None:
    """Flush a file, or the entries of a folder, to the disk."""
    if path.is_dir() and os.name == "nt":
        # Windows cannot open a folder, and flushes its entries itself
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _stage(files: Mapping[str, bytes], new: Path, folder: Path) -> None:
    """Write the new files, and copies of the files that they replace."""
    fresh, earlier = new / "fresh", new / "earlier"
    fresh.mkdir(parents=True)
    earlier.mkdir()
    for name, content in files.items():
        for place in (fresh, earlier):
            (place / name).parent.mkdir(exist_ok=True)
        (fresh / name).write_bytes(content)
        sync(fresh / name)
        if (folder / name).exists():
            shutil.copy2(folder / name, earlier / name)
    for written in (*_folders(fresh), *_folders(earlier), new):
        sync(written)


def _folders(place: Path) -> list[Path]:
    """Return a folder and those within it."""
    return [place, *(inner for inner in place.rglob("*") if inner.is_dir())]


def _complete(folder: Path, last: str) -> None:
    fresh = folder / READY / "fresh"
    if not (folder / READY).is_dir():
        return
    for name in _in_order(fresh, last):
        (folder / name).parent.mkdir(exist_ok=True)
        os.replace(fresh / name, folder / name)
    for place in _folders(fresh):
        sync(folder / place.relative_to(fresh))
    shutil.rmtree(folder / READY)


def _place_or_undo(folder: Path, last: str) -> None:
    names = _in_order(folder / READY / "fresh", last)
    try:
        _complete(folder, last)
    except OSError:
        earlier, waiting = folder / READY / "earlier", folder / READY / "fresh"
        for name in names:
            if (waiting / name).exists():
                continue
            (folder / name).unlink()
            if (earlier / name).exists():
                os.replace(earlier / name, folder / name)
        for place in {folder / Path(name).parent for name in names} - {folder}:
            with suppress(OSError):
                # an empty one was made for the new files
                place.rmdir()
        shutil.rmtree(folder / READY)
        raise


def _in_order(fresh: Path, last: str) -> list[str]:
    files = (file for file in fresh.rglob("*") if file.is_file())
    names = [file.relative_to(fresh).as_posix() for file in files]
    return sorted(names, key=lambda name: (name == last, name))


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Defer SIGINT and SIGTERM until the files are in place."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    previous_mask = signal.pthread_sigmask(
        signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM}
    )
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, previous_mask)
