"""Messages by e-mail, over SMTP on loopback."""

import base64
import email
import email.policy
import logging
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from fake_receivers import NOW, Clock, Mailbox, message, smtp_receiver
from hypothesis import given
from hypothesis import strategies as st

from llm_telemetry.watch import channels
from llm_telemetry.watch.channels import mail
from llm_telemetry.watch.message import Delivery

PASSWORD = "p4ss-of-the-relay"
TEAM = "team@example.com"
OTHER = "other@example.com"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAY_USER", "watch")
    monkeypatch.setenv("RELAY_PASSWORD", PASSWORD)


@pytest.fixture(autouse=True)
def no_secret_is_logged(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> Iterator[None]:
    caplog.set_level(1)
    for name in list(logging.root.manager.loggerDict):
        logging.getLogger(name).setLevel(1)
    yield
    coded = base64.b64encode(f"\0watch\0{PASSWORD}".encode()).decode()
    written = "".join(capfd.readouterr()) + caplog.text
    assert PASSWORD not in written
    assert coded not in written


@pytest.fixture
def clock() -> Clock:
    return Clock()


def channel(port: int, **settings: Any) -> channels.Channel:
    given = {"type": "email", "host": "127.0.0.1", "port": port, "security": "none"}
    people = {"from": "watch@example.com", "to": [TEAM]}
    return channels.parse("post", {**given, **people, **settings})


def sent(box: Mailbox, clock: Clock, **settings: Any) -> Delivery:
    """Send a message, and look for the password in what is said about it."""
    to = channel(box.port, **settings)
    patience = clock.patience(timeout=0.5)
    delivery = channels.send(to, message(), now=NOW, patience=patience)
    assert PASSWORD not in delivery.outcome
    return delivery


LOGIN = {"user_env": "RELAY_USER", "password_env": "RELAY_PASSWORD"}


def test_a_mail_arrives_once_with_its_key(clock: Clock) -> None:
    with smtp_receiver() as box:
        delivery = sent(box, clock, to=[TEAM, OTHER])
    ((to, text),) = box.mails
    read = email.message_from_string(text, policy=email.policy.default)
    assert delivery == Delivery(True, 1, "127.0.0.1 took it")
    assert to == [TEAM, OTHER]
    assert read["To"] == f"{TEAM}, {OTHER}"
    assert read["Subject"] == "critical: Failures of calls"
    assert str(read["Message-ID"]) == "<team|failures%3A1|opened|critical@example.com>"
    assert str(read["References"]) == "<failures%3A1@example.com>"
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["Date"].datetime == NOW
    assert "22.6 % instead of 1.3 %" in read.get_content()


@pytest.mark.parametrize("code", [421, 450, 451, 452])
def test_a_mail_refused_for_now_is_tried_again(code: int, clock: Clock) -> None:
    with smtp_receiver(recipients=[{TEAM: code}, {TEAM: code}, {}]) as box:
        delivery = sent(box, clock)
    assert delivery == Delivery(True, 3, "127.0.0.1 took it")
    assert len(box.mails) == 1
    assert clock.pauses == [1.0, 2.0]


@pytest.mark.parametrize("code", [550, 552, 554])
def test_a_mail_refused_is_not_tried_again(code: int, clock: Clock) -> None:
    with smtp_receiver(recipients=[{TEAM: code}]) as box:
        delivery = sent(box, clock)
    assert delivery == Delivery(
        False, 1, f"127.0.0.1 answered {code}, 0 of 1 recipients taken"
    )
    assert (box.mails, clock.pauses) == ([], [])


def test_a_mail_refused_for_now_at_every_try_is_given_up(clock: Clock) -> None:
    with smtp_receiver(recipients=[{TEAM: 451}]) as box:
        delivery = sent(box, clock)
    assert not delivery.ok
    assert (delivery.tries, clock.pauses) == (4, [1.0, 2.0, 4.0])
    assert "451" in delivery.outcome


def test_a_recipient_who_has_the_mail_does_not_get_it_again(clock: Clock) -> None:
    with smtp_receiver(recipients=[{OTHER: 451}, {}]) as box:
        delivery = sent(box, clock, to=[TEAM, OTHER])
    assert delivery.ok
    assert [to for to, _ in box.mails] == [[TEAM], [OTHER]]


def test_a_wrong_address_is_named_by_its_code_and_the_others_are_told(
    clock: Clock,
) -> None:
    with smtp_receiver(recipients=[{OTHER: 550}]) as box:
        delivery = sent(box, clock, to=[TEAM, OTHER])
    assert delivery == Delivery(
        True, 1, "127.0.0.1 answered 550, 1 of 2 recipients taken"
    )
    assert [to for to, _ in box.mails] == [[TEAM]]


@pytest.mark.parametrize(("greeting", "tries"), [(421, 4), (554, 1)])
def test_a_server_that_takes_no_mail_now_is_tried_again(
    greeting: int, tries: int, clock: Clock
) -> None:
    with smtp_receiver(greeting=greeting) as box:
        delivery = sent(box, clock)
    assert delivery == Delivery(False, tries, f"127.0.0.1 answered {greeting}")


def test_a_login_is_sent(clock: Clock) -> None:
    with smtp_receiver(extensions=["AUTH PLAIN"]) as box:
        assert sent(box, clock, **LOGIN).ok
    coded = base64.b64encode(f"\0watch\0{PASSWORD}".encode()).decode()
    assert f"AUTH PLAIN {coded}" in box.commands


def test_a_wrong_password_is_not_tried_again(clock: Clock) -> None:
    with smtp_receiver(extensions=["AUTH PLAIN"], login=535) as box:
        delivery = sent(box, clock, **LOGIN)
    assert delivery == Delivery(False, 1, "127.0.0.1 answered 535")


@pytest.mark.parametrize(
    "settings", [LOGIN, {"security": "starttls"}, {"security": "starttls", **LOGIN}]
)
def test_nothing_is_sent_without_what_was_asked_for(
    settings: dict[str, str], clock: Clock
) -> None:
    """Check that a server without encryption gets neither a mail nor the password."""
    with smtp_receiver() as box:
        delivery = sent(box, clock, **settings)
    assert delivery == Delivery(False, 1, "127.0.0.1 offers no encryption or no login")
    assert box.mails == []
    assert {command.split()[0].upper() for command in box.commands} == {"EHLO"}


def test_a_refused_connection_is_tried_again(clock: Clock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    delivery = sent(Mailbox(port), clock)
    assert delivery == Delivery(False, 4, "127.0.0.1: connection refused")


def test_a_hanging_server_is_tried_again(clock: Clock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        patience = clock.patience(timeout=0.1)
        to = channel(server.getsockname()[1])
        delivery = channels.send(to, message(), now=NOW, patience=patience)
    assert delivery == Delivery(False, 4, "127.0.0.1: timed out")


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x85"])
def test_a_title_makes_no_header(end: str, clock: Clock) -> None:
    title = f"critical{end}Bcc: all@example.com{end}{end}body"
    with smtp_receiver() as box:
        told = message(title=title)
        patience = clock.patience()
        assert channels.send(channel(box.port), told, now=NOW, patience=patience).ok
    ((to, text),) = box.mails
    read = email.message_from_string(text, policy=email.policy.default)
    assert to == [TEAM]
    assert read["Bcc"] is None
    assert read["Subject"] == "critical Bcc: all@example.com body"


@given(title=st.text(max_size=300), key=st.text(max_size=200))
def test_no_text_changes_the_headers(title: str, key: str) -> None:
    told = message(title=title, delivery_key=key, episode=key, text=title)
    text = mail.compose(channel(25), told, NOW).as_bytes().decode("ascii", "replace")
    head = text.partition("\r\n\r\n")[0]
    names = [line.partition(":")[0] for line in head.split("\r\n") if line[:1] != " "]
    usual = mail.compose(channel(25), message(), NOW)
    assert names == list(usual.keys())


@given(st.text(max_size=60), st.text(max_size=60))
def test_two_keys_have_two_ids(one: str, other: str) -> None:
    assert (mail.id_text(one) == mail.id_text(other)) == (one == other)


def test_a_line_of_a_dot_does_not_end_the_mail(clock: Clock) -> None:
    with smtp_receiver() as box:
        told = message(text="before\n.\nafter")
        assert channels.send(channel(box.port), told, now=NOW).ok
    assert "after" in box.mails[0][1]
