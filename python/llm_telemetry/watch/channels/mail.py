"""E-mail, by SMTP with encryption unless the rules file declines it."""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import quote

from llm_telemetry.http_exchange import connection_problem
from llm_telemetry.watch.channels import texts
from llm_telemetry.watch.channels.patience import Patience, Try, deliver
from llm_telemetry.watch.channels.settings import Channel
from llm_telemetry.watch.message import Delivery, Message

SUBMISSION_PORT, TLS_PORT = 587, 465
# what may stand in the left part of a message id
ID_CHARACTERS = "!#$&'*+-/=?^_`{|}~."


def send(
    channel: Channel, message: Message, now: datetime, patience: Patience
) -> Delivery:
    """Send a message to every recipient; those refused for now are tried again."""
    mail = compose(channel, message, now)
    waiting = list(channel.settings["to"])
    refused: dict[str, int] = {}

    def attempt(timeout: float) -> Try:
        return _attempt(channel, mail, waiting, refused, timeout)

    return deliver(attempt, patience)


def compose(channel: Channel, message: Message, now: datetime) -> EmailMessage:
    """Return the mail; the mails of one episode are one thread."""
    settings = channel.settings
    mail = EmailMessage(policy=SMTP)
    mail["From"] = settings["from"]
    mail["To"] = ", ".join(settings["to"])
    mail["Subject"] = texts.one_line(message.title)
    mail["Date"] = format_datetime(now)
    domain = settings["from"].rpartition("@")[2]
    mail["Message-ID"] = f"<{id_text(message.delivery_key)}@{domain}>"
    mail["References"] = f"<{id_text(message.episode)}@{domain}>"
    # keeps absence notes away
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(f"{texts.plain(message)}\n")
    return mail


def id_text(text: str) -> str:
    """Return a text as the left part of a message id, which another text never is."""
    dotted = re.sub(r"^\.|\.$|\.(?=\.)", "%2E", quote(text, safe=ID_CHARACTERS))
    return dotted or "%"


def _attempt(
    channel: Channel,
    mail: EmailMessage,
    waiting: list[str],
    refused: dict[str, int],
    timeout: float,
) -> Try:
    host = channel.settings["host"]
    try:
        with _connected(channel, timeout) as server:
            codes = _sent(server, mail, waiting)
    except smtplib.SMTPNotSupportedError:
        return Try(False, f"{host} offers no encryption or no login")
    except ssl.SSLCertVerificationError:
        return Try(False, f"{host}: its certificate is not valid")
    except smtplib.SMTPResponseException as error:
        code = error.smtp_code
        return Try(False, f"{host} answered {code}", is_temporary=_is_temporary(code))
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return Try(False, f"{host}: {connection_problem(error)}", is_temporary=True)
    return _result(channel, codes, waiting, refused)


def _result(
    channel: Channel, codes: dict[str, int], waiting: list[str], refused: dict[str, int]
) -> Try:
    """Return the outcome, and leave in ``waiting`` who is to be tried again."""
    host, everybody = channel.settings["host"], len(channel.settings["to"])
    refused |= {to: code for to, code in codes.items() if not _is_temporary(code)}
    waiting[:] = [to for to, code in codes.items() if _is_temporary(code)]
    if not codes and not refused:
        return Try(True, f"{host} took it")
    listed = ", ".join(map(str, sorted({*codes.values(), *refused.values()})))
    reached = everybody - len(refused) - len(waiting)
    outcome = f"{host} answered {listed}, {reached} of {everybody} recipients taken"
    # who has it must not be told again because of an address that is wrong
    return Try(bool(reached and not waiting), outcome, is_temporary=bool(waiting))


@contextmanager
def _connected(channel: Channel, timeout: float) -> Iterator[smtplib.SMTP]:
    settings = channel.settings
    port = settings.get("port", SUBMISSION_PORT)
    usual = "tls" if port == TLS_PORT else "starttls"
    security = settings.get("security", usual)
    context = ssl.create_default_context()
    host = settings["host"]
    server = (
        smtplib.SMTP_SSL(host, port, timeout=timeout, context=context)
        if security == "tls"
        else smtplib.SMTP(host, port, timeout=timeout)
    )
    try:
        if security == "starttls":
            server.starttls(context=context)
        user, password = channel.secret("user"), channel.secret("password")
        if user and password:
            server.login(user, password)
        yield server
        # the mail is taken by now, whatever the server says
        with suppress(OSError):
            server.quit()
    finally:
        server.close()


def _sent(server: smtplib.SMTP, mail: EmailMessage, to: list[str]) -> dict[str, int]:
    """Return the code of each recipient that was refused."""
    sender = str(mail["From"])
    try:
        found = server.send_message(mail, from_addr=sender, to_addrs=to)
    except smtplib.SMTPRecipientsRefused as error:
        found = error.recipients
    return {address: code for address, (code, _) in found.items()}


def _is_temporary(code: int) -> bool:
    return 400 <= code < 500 or code == -1
