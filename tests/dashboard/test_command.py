"""The command serves this machine only, and says what it cannot do."""

import socket
import subprocess
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import duckdb
import pytest
from conftest import ENVIRONMENT, ROOT, World, program

Serve = Callable[[World], str]


def refused(*words: str) -> str:
    """Run the command; return the one line that it ends with."""
    done = subprocess.run(
        program("dashboard", *words),
        env=ENVIRONMENT,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    return done.stderr


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.0.2.1", "example.com"])
def test_an_address_that_others_reach_has_to_be_allowed(
    real: World, address: str
) -> None:
    said = refused("--warehouse", str(real.warehouse), "--address", address)
    assert "--allow-remote" in said


def test_a_port_that_is_taken_is_one_line(real: World) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        said = refused("--warehouse", str(real.warehouse), "--port", port)
    assert f"127.0.0.1:{port}" in said
    assert "--port" in said


def test_a_missing_warehouse_and_a_wrong_url_are_one_line(real: World) -> None:
    assert "llm-telemetry run" in refused("--warehouse", "nowhere.duckdb")
    warehouse = ("--warehouse", str(real.warehouse))
    assert "https://" in refused(*warehouse, "--public-url", "telemetry", "--port", "1")


def test_a_file_without_marts_is_one_line(tmp_path: Path) -> None:
    text, other = tmp_path / "notes.duckdb", tmp_path / "other.duckdb"
    text.write_text("hello")
    duckdb.connect(str(other)).close()
    assert f"{text}: cannot be read" in refused("--warehouse", str(text))
    for place in (other, tmp_path):
        said = refused("--warehouse", str(place))
        assert f"{place}: has no marts: build them: llm-telemetry run" in said


def upgrade(address: str, **headers: str) -> int:
    """Ask for the connection of a page; return the status of the answer."""
    wanted = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        **headers,
    }
    return answer(address, "/_stcore/stream", wanted)[0]


def answer(address: str, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
    """Ask for a path as it is written; return the status and the body."""
    connection = HTTPConnection(address.removeprefix("http://"), timeout=10)
    with closing(connection):
        connection.request("GET", path, headers=headers)
        found = connection.getresponse()
        return found.status, b"" if found.status == 101 else found.read()


def test_other_sites_and_other_names_are_refused(incident: World, serve: Serve) -> None:
    address = serve(incident)
    own = address.removeprefix("http://")
    assert upgrade(address, Origin=address) == 101
    assert upgrade(address, Origin="https://evil.example") == 403
    # a name that somebody had resolved to this machine
    rebound = {"Host": f"evil.example:{own.rpartition(':')[2]}"}
    assert upgrade(address, Origin="http://evil.example", **rebound) == 403


def test_no_path_leads_to_a_file_or_to_the_agents_interface(
    incident: World, serve: Serve
) -> None:
    address = serve(incident)
    for path in ("/app/static/../../command.py", "/_stcore/agent/interact"):
        status, body = answer(address, path, {})
        # what is no file is the page itself
        assert status in (400, 403, 404, 405) or b"<!DOCTYPE html>" in body
