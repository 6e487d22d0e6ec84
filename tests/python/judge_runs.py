"""Runs of a model as judge in a folder, and what they leave there."""

from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pandas as pd
import pytest
from fake_judge import KEY, calls, options

from llm_telemetry.judge import scores
from llm_telemetry.judge.llm import client, command, journal
from llm_telemetry.judge.llm.result import Result

SECRET = "a secret of the tests, long enough"
WORDS = ("zyxomat", "plindrake", "quorblix", "brimblewick", KEY, SECRET)
# of a request with usage: 100 tokens of input at 1, 30 of output at 2 USD per million
COST = 160e-6


def prepare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set key and secret, and wait for nothing."""
    monkeypatch.setenv("JUDGE_API_KEY", KEY)
    monkeypatch.setenv("JUDGE_CACHE_SECRET", SECRET)
    monkeypatch.setattr(client, "PAUSES_S", (0.0, 0.0, 0.0))


def run(state: SimpleNamespace, folder: Path, number: int = 12, **more: Any) -> Result:
    """Let the fake judge so many calls."""
    frame = more.pop("frame", calls(number))
    audited = more.pop("audited", set())
    given = options(state.url, folder, **more)
    return command.judge(given, lambda: frame, audited)


def landed(folder: Path) -> pd.DataFrame:
    """Return the last score of each call."""
    files = sorted((folder / scores.FOLDER).glob("*.parquet"))
    frames = [duckdb.sql(f"from '{file}'").df() for file in files]
    rows = pd.concat(frames) if frames else pd.DataFrame(columns=list(scores.COLUMNS))
    return rows.drop_duplicates("interaction_id", keep="last")


def lines(folder: Path, event: str) -> list[dict[str, Any]]:
    """Return the lines of the journal of one event."""
    found = journal.read(folder / scores.FOLDER / journal.JUDGE_REQUESTS)
    return [line for line in found if line["event"] == event]


def booked(folder: Path) -> float:
    """Return what the journal says that everything cost."""
    costs = {o["request_id"]: o["cost_usd"] for o in lines(folder, "settled")}
    reserved = lines(folder, "reserved")
    return sum(costs.get(o["request_id"], o["reserved_usd"]) for o in reserved)


def of_calls(state: SimpleNamespace) -> Counter[str]:
    """Return how often each call was asked, without probes and canaries."""
    return Counter({k: n for k, n in state.asked.items() if "quorblix" in k})
