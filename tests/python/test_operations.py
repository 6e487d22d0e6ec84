"""Attempts and what they were attempts at, read from the contract's files."""

from pathlib import Path

import pandas as pd
import pytest
from test_ingest import contract

from llm_telemetry.warehouse.build import build_marts
from llm_telemetry.warehouse.connection import read

HEADER = (
    "interaction_id,session_id,user_id,timestamp_utc,is_failure,latency_ms,cost_usd,"
    "total_tokens,retry_index,use_case,model_name,model_provider"
)
MARTS = ("operations", "health_by_day", "health", "sessions", "users")


def marts(folder: Path, *rows: str) -> dict[str, pd.DataFrame]:
    """Build the marts of one session and one user."""
    text = "\n".join([HEADER, *rows]) + "\n"
    select = " ".join(f"+{mart}" for mart in MARTS)
    contract(folder, text.encode())
    with build_marts(folder, folder / "w.duckdb", select=select) as warehouse:
        return {mart: read(mart, warehouse) for mart in MARTS}


def call(key: str, at: str, failed: str, retry: int = 0) -> str:
    """Return one call of 100 ms, 0.5 USD and 10 tokens."""
    return f"{key},s1,u1,2025-03-01T{at}Z,{failed},100,0.5,10,{retry},chat,m,p"


def test_retries_add_attempts_and_no_operations(tmp_path: Path) -> None:
    once = marts(tmp_path / "once", call("a", "10:00:00", "1"))
    thrice = marts(
        tmp_path / "thrice",
        call("a", "10:00:00", "1"),
        call("b", "10:00:01", "1", 1),
        call("c", "10:00:02", "0", 2),
    )
    assert len(once["operations"]) == len(thrice["operations"]) == 1
    operation = thrice["operations"].iloc[0]
    assert operation["attempts"] == 3
    assert operation["latency_ms"] == 2_100
    assert operation["cost_usd"] == 1.5
    assert not operation["is_failure"]
    (day,) = thrice["health_by_day"].to_dict("records")
    assert (day["interactions"], day["operations"], day["failures"]) == (3, 1, 0)
    assert (day["cost_usd"], day["total_tokens"]) == (1.5, 30)


def test_sessions_and_users_are_counted_from_the_calls(tmp_path: Path) -> None:
    built_marts = marts(
        tmp_path, call("a", "10:00:00", "1"), call("b", "11:00:00", "0", 1)
    )
    for mart in ("sessions", "users"):
        (one,) = built_marts[mart].to_dict("records")
        found = (one["interactions"], one["operations"], one["failures"])
        # the second call comes an hour after the first, which is no retry
        assert found == (2, 2, 1)
        assert one["cost_usd"] == 1.0


def test_a_day_starts_at_midnight_of_the_business(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [call("a", "04:59:59", "0"), call("b", "05:00:00", "0")]
    utc = marts(tmp_path / "utc", *rows)["health_by_day"]
    monkeypatch.setenv("BUSINESS_TIME_ZONE", "America/New_York")
    local = marts(tmp_path / "local", *rows)["health_by_day"]
    assert [str(day.date()) for day in utc["interaction_date"]] == ["2025-03-01"]
    assert [str(day.date()) for day in local["interaction_date"]] == [
        "2025-02-28",
        "2025-03-01",
    ]
    assert list(local["interactions"]) == [1, 1]


def test_a_cache_hit_is_outside_the_sla(tmp_path: Path) -> None:
    slow = "s1,u1,2025-03-01T10:00:00Z,0,9000,0,10,0,chat,m,p"
    text = f"{HEADER},cache_hit\na,{slow},1\nb,{slow},0\n"
    contract(tmp_path, text.encode())
    select = "+health_by_day +health"
    with build_marts(tmp_path, tmp_path / "w.duckdb", select=select) as warehouse:
        (day,) = read("health_by_day", warehouse).to_dict("records")
        (health,) = read("health", warehouse).to_dict("records")
    assert (day["operations"], day["timed_operations"]) == (2, 1)
    assert (day["measured_latencies"], day["sla_breaches"]) == (1, 1)
    assert health["sla_breach_rate"] == health["sla_breach_rate_low"] == 1.0


def test_ids_of_users_are_hashed_where_there_is_a_salt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLM_TELEMETRY_USER_SALT", "pepper")
    (user,) = marts(tmp_path, call("a", "10:00:00", "0"))["users"].to_dict("records")
    assert len(user["user_id"]) == 64
    assert user["user_id"] != "u1"
