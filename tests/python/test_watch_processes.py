"""Processes that are killed, and two at once: nothing is lost or told twice."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from conftest import ROOT
from repetitions import times
from watch_child import watch

KILLS = times(12, 50)
DAYS = 40
SEED = 11


def started(folder: Path, days: int = DAYS) -> subprocess.Popen[bytes]:
    """Start a process that watches in a folder."""
    here = Path(__file__).parent
    paths = os.pathsep.join([str(ROOT / "python"), str(here)])
    command = [sys.executable, str(here / "watch_child.py"), str(folder)]
    return subprocess.Popen(
        [*command, str(SEED), str(days)], env={**os.environ, "PYTHONPATH": paths}
    )


def sent(folder: Path) -> Counter[str]:
    file = folder / "sent"
    return Counter(file.read_text().splitlines() if file.exists() else [])


def episodes(folder: Path) -> list[tuple[object, ...]]:
    site = watch(folder, SEED, 1)
    return [
        (one.episode, one.is_open, one.severity, one.resolved_day, one.reason)
        for one in site.state().episodes()
    ]


def test_kills_lose_nothing(tmp_path: Path) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    rng, kills, days = random.Random(SEED), 0, 1
    ledger = killed / "alert_ledger.jsonl"
    while kills < KILLS:
        # two days more each time, so that there is something to be killed at
        days += 2
        before = ledger.stat().st_size if ledger.exists() else 0
        with started(killed, days) as process:
            # it is at work
            while process.poll() is None:
                if ledger.exists() and ledger.stat().st_size > before:
                    time.sleep(rng.random() * 0.03)
                    break
                time.sleep(0.002)
            process.send_signal(signal.SIGKILL)
        kills += process.returncode == -signal.SIGKILL
    with started(killed, days) as process:
        assert process.wait() == 0
    watch(whole, SEED, days)
    assert sent(killed).keys() == sent(whole).keys()
    assert episodes(killed) == episodes(whole)


def test_what_is_sent_twice_was_being_sent_when_its_process_was_killed(
    tmp_path: Path,
) -> None:
    rng = random.Random(SEED)
    for _ in range(8):
        with started(tmp_path) as process:
            time.sleep(0.2 + rng.random() * 0.6)
            process.send_signal(signal.SIGKILL)
    with started(tmp_path) as process:
        assert process.wait() == 0
    lines = (tmp_path / "alert_ledger.jsonl").read_bytes().splitlines()
    events = []
    for line in lines:
        try:
            events.append(json.loads(line))
        except ValueError:
            continue
    delivered = Counter(
        event["delivery_key"] for event in events if event["event"] == "delivered"
    )
    intents = Counter(
        event["delivery_key"] for event in events if event["event"] == "intent"
    )
    assert set(delivered.values()) == {1}
    twice = {key for key, count in sent(tmp_path).items() if count > 1}
    assert all(intents[key] > 1 for key in twice)
    assert len(twice) <= 8


def test_two_processes_at_once_tell_nothing_twice(tmp_path: Path) -> None:
    for number in range(3):
        folder = tmp_path / f"{number}"
        with started(folder) as one, started(folder) as other:
            assert (one.wait(), other.wait()) == (0, 0)
        assert set(sent(folder).values()) == {1}
    whole = tmp_path / "whole"
    watch(whole, SEED, DAYS)
    assert sent(whole) == sent(folder)
