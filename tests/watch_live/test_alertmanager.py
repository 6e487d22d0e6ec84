"""A real Alertmanager: open, rebuild, resolve, silence, restart."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fake_receivers import Receiver, http_receiver, message
from programs import asked, free_port, in_own_share, running, until

from llm_telemetry.watch import channels
from llm_telemetry.watch.message import Message

# longer than the pause between two notifications of a group
QUIET_SECONDS = 4.0
CONFIG = """
route:
  receiver: hook
  group_by: [alertname, severity]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 4h
receivers:
  - name: hook
    webhook_configs: [{url: "%s", send_resolved: true}]
"""


@dataclass
class Alertmanager:
    """An Alertmanager that can be started again, and who is told."""

    root: Path
    folder: Path
    hook: Receiver
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def channel(self) -> channels.Channel:
        return channels.parse("am", {"type": "alertmanager", "url": self.url})

    @contextmanager
    def started(self) -> Iterator[None]:
        config = self.folder / "alertmanager.yml"
        config.write_text(CONFIG % f"{self.hook.url}/")
        command = [
            str(self.root / "usr/bin/prometheus-alertmanager"),
            f"--config.file={config}",
            f"--storage.path={self.folder}",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--cluster.listen-address=",
        ]
        own = in_own_share(self.root, command)
        with running(own, f"{self.url}/-/ready", self.folder / "log"):
            yield

    def told(self) -> list[tuple[str, str, str]]:
        """Return what was told, in order: state, rule and severity."""
        return [
            (alert["status"], alert["labels"]["rule_id"], alert["labels"]["severity"])
            for body in self.hook.bodies()
            for alert in json.loads(body)["alerts"]
        ]

    def alerts(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = asked(f"{self.url}/api/v2/alerts")
        return found

    def send(self, told: Message) -> None:
        delivery = channels.send(self.channel, told, now=datetime.now(UTC))
        assert delivery.ok, delivery

    def rebuild(self, *told: Message) -> None:
        """Post every open alert, as each run does."""
        delivery = channels.refresh(self.channel, told, now=datetime.now(UTC))
        assert delivery.ok, delivery

    def stays_quiet(self) -> None:
        before = self.told()
        time.sleep(QUIET_SECONDS)
        assert self.told() == before


@pytest.fixture
def stopped(root: Path, tmp_path: Path) -> Iterator[Alertmanager]:
    with http_receiver() as hook:
        yield Alertmanager(root, tmp_path, hook, free_port())


@pytest.fixture
def running_one(stopped: Alertmanager) -> Iterator[Alertmanager]:
    with stopped.started():
        yield stopped


OPEN = message(starts_at=datetime.now(UTC) - timedelta(days=2))
CLOSED = replace(OPEN, transition="resolved", open=False)
FIRING = ("firing", "failures", "critical")
RESOLVED = ("resolved", "failures", "critical")


def test_an_alert_is_told_once_and_its_end_once(running_one: Alertmanager) -> None:
    running_one.send(OPEN)
    until(lambda: running_one.told() == [FIRING])
    for _ in range(3):
        running_one.rebuild(OPEN)
    running_one.stays_quiet()
    running_one.send(CLOSED)
    until(lambda: running_one.told() == [FIRING, RESOLVED])
    running_one.rebuild()
    running_one.send(CLOSED)
    running_one.stays_quiet()
    assert running_one.alerts() == []


def test_an_open_alert_lasts_until_after_the_next_run(
    running_one: Alertmanager,
) -> None:
    running_one.send(OPEN)
    (alert,) = until(running_one.alerts)
    left = datetime.fromisoformat(alert["endsAt"]) - datetime.now(UTC)
    assert timedelta(hours=25) < left <= timedelta(hours=26)
    assert datetime.fromisoformat(alert["startsAt"]) < datetime.now(UTC)


def test_an_escalation_ends_the_warning(running_one: Alertmanager) -> None:
    running_one.send(replace(OPEN, severity="warning"))
    until(lambda: running_one.told() == [("firing", "failures", "warning")])
    running_one.send(replace(OPEN, transition="escalated"))
    until(
        lambda: (
            set(running_one.told())
            == {
                ("firing", "failures", "warning"),
                FIRING,
                ("resolved", "failures", "warning"),
            }
        )
    )
    running_one.rebuild(OPEN)
    running_one.stays_quiet()


def test_a_silence_keeps_an_alert_quiet(running_one: Alertmanager) -> None:
    now = datetime.now(UTC)
    silence = {
        "matchers": [{"name": "rule_id", "value": "failures", "isRegex": False}],
        "startsAt": now.isoformat(),
        "endsAt": (now + timedelta(hours=1)).isoformat(),
        "createdBy": "a test",
        "comment": "known",
    }
    asked(f"{running_one.url}/api/v2/silences", silence)
    time.sleep(1)
    running_one.send(OPEN)
    running_one.rebuild(OPEN)
    running_one.stays_quiet()
    assert running_one.told() == []
    assert [alert["status"]["state"] for alert in running_one.alerts()] == [
        "suppressed"
    ]


def test_a_restart_forgets_alerts_until_the_next_run_and_tells_nothing_twice(
    stopped: Alertmanager,
) -> None:
    with stopped.started():
        stopped.send(OPEN)
        until(lambda: stopped.told() == [FIRING])
        time.sleep(1)
    with stopped.started():
        assert stopped.alerts() == []
        stopped.rebuild(OPEN)
        stopped.stays_quiet()
        assert len(stopped.alerts()) == 1
        assert stopped.told() == [FIRING]
        stopped.send(CLOSED)
        until(lambda: stopped.told() == [FIRING, RESOLVED])


def test_odd_labels_are_taken(running_one: Alertmanager) -> None:
    odd = {"use-case": "a b", "9": "ö", "empty": "", "severity": "none"}
    running_one.send(replace(OPEN, labels=odd))
    (alert,) = until(running_one.alerts)
    assert alert["labels"]["use_case"] == "a b"
    assert alert["labels"]["severity"] == "critical"
