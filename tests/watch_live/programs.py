"""Real programs of Debian packages, unpacked and not installed."""

import contextlib
import json
import shutil
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PACKAGES = ("prometheus", "prometheus-alertmanager", "prometheus-node-exporter")
PATIENCE = 30.0


def unpacked(folder: Path) -> Path:
    """Download and unpack the packages once; skip where they cannot be had."""
    root, done = folder / "root", folder / "done"
    if done.exists():
        return root
    for tool in ("apt-get", "dpkg"):
        if not shutil.which(tool):
            pytest.skip(f"{tool} is not on this machine: Debian packages are needed")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    command = ["apt-get", "download", *PACKAGES]
    got = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if got.returncode:
        reason = (got.stderr.strip().splitlines() or ["no reason given"])[-1]
        pytest.skip(f"the packages cannot be downloaded (apt-get update?): {reason}")
    for package in folder.glob("*.deb"):
        unpack = ["dpkg", "-x", str(package), str(root)]
        subprocess.run(unpack, check=True, capture_output=True)
    done.touch()
    return root


def in_own_share(root: Path, command: Sequence[str]) -> list[str]:
    """Return a command that sees the /usr/share of the packages as its own.

    Debian's Alertmanager reads its template from there; nothing else changes.
    """
    script = 'mount --bind "$0" /usr/share && exec "$@"'
    unshare = ["unshare", "--user", "--map-root-user", "--mount"]
    tried = shutil.which("unshare") and subprocess.run([*unshare, "true"]).returncode
    if tried != 0:
        pytest.skip("unshare is not allowed here: Alertmanager lacks its template")
    return [*unshare, "sh", "-c", script, str(root / "usr/share"), *command]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def asked(url: str, content: Any = None) -> Any:
    """Return what an API answers, after a POST where there is content."""
    data = None if content is None else json.dumps(content).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, data, headers)
    with urllib.request.urlopen(request, timeout=10) as response:
        text = response.read()
    return json.loads(text) if text.strip() else None


def query(prometheus: str, expression: str) -> list[dict[str, Any]]:
    """Return the result of a PromQL expression now."""
    given = urllib.parse.urlencode({"query": expression})
    found: list[dict[str, Any]]
    found = asked(f"{prometheus}/api/v1/query?{given}")["data"]["result"]
    return found


def until(condition: Callable[[], Any], *, seconds: float = PATIENCE) -> Any:
    """Return what a condition gives once it holds; fail where it never does."""
    end, found = time.monotonic() + seconds, None
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            if found := condition():
                return found
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds:.0f} s, last: {found}")


@contextmanager
def running(
    command: Sequence[str], ready: str, log: Path, *, seconds: float = PATIENCE
) -> Iterator[None]:
    """Run a program until the end of the block; wait until an address answers."""
    with log.open("ab") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
        try:

            def is_ready() -> bool:
                if process.poll() is not None:
                    said = log.read_text()[-400:]
                    raise RuntimeError(f"{command[0]} does not start: {said}")
                with urllib.request.urlopen(ready, timeout=5) as response:
                    return bool(response.status == 200)

            until(is_ready, seconds=seconds)
            yield
        finally:
            process.terminate()
            process.wait(timeout=20)
