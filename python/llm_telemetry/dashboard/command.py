"""`llm-telemetry dashboard`: serve the pages on this machine."""

import gc
import socket
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

from llm_telemetry.errors import InputError
from llm_telemetry.metrics.serve import is_loopback
from llm_telemetry.warehouse.connection import fetched
from llm_telemetry.warehouse.reader import connect

APP = Path(__file__).parent / "served" / "app.py"
INSTALL = "pip install 'llm-production-telemetry[dashboard]'"
# nothing leaves this machine, and no page reads what it was not given
FIXED = {
    "browser.gatherUsageStats": "false",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
    "client.toolbarMode": "viewer",
    # it would tell the address that a service on the internet sees
    "logger.hideWelcomeMessage": "true",
    "logger.level": "warning",
    "runner.magicEnabled": "false",
    "server.enableAgentApi": "false",
    "server.enableCORS": "true",
    "server.enableStaticServing": "false",
    "server.enableXsrfProtection": "true",
    "server.fileWatcherType": "none",
    "server.runOnSave": "false",
    "server.showEmailPrompt": "false",
}
# names of this machine: another site may have its own name resolved to this address
OWN_NAMES = ("localhost", "127.0.0.1", "::1")


def dashboard(options: SimpleNamespace) -> tuple[list[str], int]:
    """Serve the dashboard until it is interrupted."""
    if find_spec("streamlit") is None:
        raise InputError(f"dashboard: streamlit is not installed: {INSTALL}")
    check_warehouse(options.warehouse)
    words = server_words(options)
    check_address(options.address, options.port, is_remote=options.allow_remote)

    from streamlit import net_util
    from streamlit.web import cli

    from llm_telemetry.dashboard import serving

    # asked of a service on the internet, where a page of another site tries to connect
    net_util.get_external_ip = lambda: None
    serving.serve(options)
    # a server lives long enough to make cycles
    gc.enable()
    if not options.quiet:
        host = f"[{options.address}]" if ":" in options.address else options.address
        print(f"serving http://{host}:{options.port}", flush=True)
    cli.main(["run", str(APP), *words], prog_name="streamlit", standalone_mode=False)
    return [], 0


def server_words(options: SimpleNamespace) -> list[str]:
    """Return how Streamlit is to serve; a user's own settings of it do not count."""
    given = {
        **FIXED,
        "server.address": options.address,
        "server.port": str(options.port),
        "server.headless": str(not options.open).lower(),
    }
    words = [f"--{name}={value}" for name, value in given.items()]
    names = {*OWN_NAMES, options.address, socket.gethostname(), socket.getfqdn()}
    if public := options.public_url:
        words.append(f"--server.corsAllowedOrigins={public}")
        names.add(_host(public))
    words += [f"--server.allowedHosts={name}" for name in sorted(names)]
    return words


def _host(url: str) -> str:
    """Return the host of a URL; raise InputError where it is none."""
    found = urlsplit(url)
    if found.scheme not in ("http", "https") or not found.hostname:
        raise InputError(f"--public-url {url}: write https://telemetry.example.com")
    return found.hostname


def check_warehouse(warehouse: Path) -> None:
    """Raise InputError where there is no warehouse, or something else."""
    with closing(connect(warehouse)) as connection:
        try:
            fetched(connection, "select as_of from marts.build_info", {})
        except InputError as error:
            raise InputError(
                f"{warehouse}: has no marts: build them: llm-telemetry run"
            ) from error


def check_address(host: str, port: int, *, is_remote: bool) -> None:
    """Raise InputError where others would reach the address, or it cannot be had."""
    if not (is_remote or is_loopback(host)):
        raise InputError(
            f"--address {host}: there is no password and no encryption, and others "
            "reach this address: put a proxy with sign-in before 127.0.0.1, or add "
            "--allow-remote"
        )
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family) as probe:
            # what was closed a moment ago is free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"{host}:{port}: {reason}: choose another one by --port"
        ) from error
