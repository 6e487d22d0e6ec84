"""Encrypted connections: certificates are checked, and nothing is sent without."""

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest
from fake_receivers import NOW, Clock, http_receiver, message, smtp_receiver

from llm_telemetry.watch import channels
from llm_telemetry.watch.message import Delivery

REFUSED = "localhost: its certificate is not valid"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RELAY_USER", "watch")
    monkeypatch.setenv("RELAY_PASSWORD", "p4ss-of-the-relay")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a certificate of localhost that signed itself."""
    if not shutil.which("openssl"):
        pytest.skip("openssl makes the certificate, and is not on this machine")
    folder = tmp_path_factory.mktemp("certificate")
    files = ["-keyout", str(folder / "key"), "-out", str(folder / "certificate")]
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    name = ["-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*command.split(), *name, *files], check=True, capture_output=True)
    return folder


@pytest.fixture
def context(certificate: Path) -> ssl.SSLContext:
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    found.load_cert_chain(certificate / "certificate", certificate / "key")
    return found


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust the certificate, as an administrator would."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "certificate"))


def posted(context: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> Delivery:
    with http_receiver(context=context) as receiver:
        monkeypatch.setenv("HOOK_URL", f"{receiver.url}/path")
        to = channels.parse("team", {"type": "slack", "url_env": "HOOK_URL"})
        patience = Clock().patience()
        delivery = channels.send(to, message(), now=NOW, patience=patience)
        assert len(receiver.requests) == delivery.ok
    return delivery


def mailed(context: ssl.SSLContext, security: str) -> Delivery:
    settings = {
        **{"type": "email", "host": "localhost", "security": security},
        **{"from": "watch@example.com", "to": ["team@example.com"]},
        **{"user_env": "RELAY_USER", "password_env": "RELAY_PASSWORD"},
    }
    with smtp_receiver(
        context=context,
        is_encrypted=security == "tls",
        extensions=["STARTTLS", "AUTH PLAIN"],
    ) as box:
        to = channels.parse("post", {**settings, "port": box.port})
        patience = Clock().patience()
        delivery = channels.send(to, message(), now=NOW, patience=patience)
    words = [command.split()[0].upper() for command in box.commands]
    assert len(box.mails) == words.count("AUTH") == delivery.ok
    if delivery.ok and security == "starttls":
        assert words.index("STARTTLS") < words.index("AUTH")
    return delivery


def test_a_certificate_that_nobody_signed_is_not_accepted(
    context: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert posted(context, monkeypatch) == Delivery(False, 1, REFUSED)


@pytest.mark.usefixtures("trusted")
def test_a_message_is_posted_encrypted(
    context: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = Delivery(True, 1, "localhost answered 200")
    assert posted(context, monkeypatch) == expected


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_no_password_goes_to_a_server_that_nobody_vouches_for(
    security: str, context: ssl.SSLContext
) -> None:
    assert mailed(context, security) == Delivery(False, 1, REFUSED)


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_mail_is_sent_encrypted(security: str, context: ssl.SSLContext) -> None:
    assert mailed(context, security) == Delivery(True, 1, "localhost took it")
