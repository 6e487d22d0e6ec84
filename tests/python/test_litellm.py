"""LiteLLM: rows of its spend log and what its callbacks write."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from conftest import SHARED
from litellm_rows import PAYLOAD, ROWS, SPENT, spend
from staged_sources import (
    Row,
    Tables,
    as_text,
    by_id,
    staged,
    write_lines,
    write_table,
)

SHARED_FILES = ("example_standard_logging_payload", "spend_logs_row")


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Every case at once, in every kind of file."""
    data = tmp_path_factory.mktemp("litellm")
    folder = data / "litellm"
    write_lines(folder / "rows.jsonl", ROWS, torn='{"request_id": "torn", "spe')
    (folder / "empty.jsonl").touch()
    (folder / "empty.csv").touch()
    (folder / "payload.json").write_text(json.dumps(PAYLOAD, indent=2))
    (folder / "page.json").write_text(json.dumps({"data": [spend("p1")], "page": 1}))
    (folder / "list.json").write_text(json.dumps([spend("l1"), spend("l2")], indent=1))
    torn = json.dumps([spend("c1"), spend("c2")]).replace("}, {", "},\n{")
    (folder / "cut.json").write_text(torn[:-40])
    write_lines(folder / "other.jsonl", [{"traceId": "t", "id": "o", "startTime": "x"}])
    header = (
        "request_id,startTime,endTime,spend,prompt_tokens,completion_tokens,metadata"
    )
    (folder / "dump.csv").write_text(
        f"{header},status\n"
        'v1,2025-01-24 09:20:46,,0.5,10,20,"{""attempted_retries"": 3}",success\n'
        'v2,2025-01-24 09:20:46,,0.5,10,20,"{""attem'
    )
    write_table(
        folder / "dump.parquet",
        {"request_id": "varchar", "startTime": "timestamp", "spend": "double"}
        | {"prompt_tokens": "int", "completion_tokens": "int"}
        | {"metadata": "struct(attempted_retries int)"},
        "('q1', '2025-01-24 09:20:46.5', 0.5, 10, 20, {'attempted_retries': 4})",
    )
    for name in SHARED_FILES:
        file = SHARED / "litellm" / f"{name}.json"
        if file.exists():
            shutil.copyfile(file, folder / file.name)
    return staged("litellm", data)


@pytest.fixture(scope="module")
def calls(tables: Tables) -> dict[str, Row]:
    return by_id(tables["interactions"])


def test_a_zero_is_a_cost_only_where_a_price_was_found(calls: dict[str, Row]) -> None:
    expected = {
        "plain": SPENT,
        "unpriced": None,
        "free": 0.0,
        "answer_cache_hit1737.5": 0.0,
        "uncounted": None,
        "half": None,
        "down": None,
        "chatcmpl-1": 0.5,
    }
    assert {name: calls[name]["cost_usd"] for name in expected} == expected


def test_a_cached_answer_is_marked_and_keeps_the_first_id(
    calls: dict[str, Row],
) -> None:
    hit = calls["answer_cache_hit1737.5"]
    assert hit["cache_hit"] is True
    assert hit["response_id"] == "answer"
    assert calls["plain"]["cache_hit"] is None


def test_tokens_nobody_counted_are_missing(calls: dict[str, Row]) -> None:
    for name in ("uncounted", "down", "op-1"):
        counts = ("prompt_tokens", "completion_tokens", "total_tokens")
        assert [calls[name][count] for count in counts] == [None] * 3, name


def test_cached_and_reasoning_tokens_are_part_of_the_counts(
    calls: dict[str, Row],
) -> None:
    cached = calls["cached"]
    assert cached["prompt_tokens"] == 130_213
    assert cached["total_tokens"] == 130_233
    assert cached["cache_read_tokens"] == 130_000
    assert cached["cache_write_tokens"] == 7
    assert cached["reasoning_tokens"] == 15


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("plain", "none"),
        ("masked", "none"),
        ("op-1", "rate_limit"),
        ("late", "timeout"),
        ("policy", "safety_block"),
        ("guarded", "safety_block"),
        ("down", "provider_error"),
        ("left", "none"),
    ],
)
def test_every_error_has_its_kind(calls: dict[str, Row], name: str, kind: str) -> None:
    call = calls[name]
    assert call["failure_type"] == kind
    assert call["is_failure"] is (kind != "none")
    assert call["safety_block_flag"] is (kind == "safety_block")
    assert call["latency_timeout_flag"] is (kind == "timeout")
    assert call["is_abandoned"] is (name == "left")


def test_attempts_at_one_request_share_an_operation(calls: dict[str, Row]) -> None:
    assert calls["retried"]["operation_id"] == calls["op-1"]["operation_id"] == "op-1"
    assert calls["retried"]["attempted_retries"] == 2
    assert calls["op-1"]["response_id"] is None
    assert calls["plain"]["operation_id"] is None


def test_latency_and_first_token_are_milliseconds(calls: dict[str, Row]) -> None:
    assert calls["plain"]["latency_ms"] == 500
    assert calls["plain"]["ttft_ms"] is None
    assert calls["streamed"]["ttft_ms"] == 100
    assert calls["streamed"]["is_streaming"] is True
    assert calls["chatcmpl-1"]["ttft_ms"] == 1000


def test_every_spelling_of_a_moment_is_the_same(calls: dict[str, Row]) -> None:
    moment = pd.Timestamp("2025-01-24 09:20:46.847371")
    for name in ("plain", "offset", "naive", "seconds", "nanoseconds"):
        assert calls[name]["timestamp_utc"] == moment, name
    assert calls["milliseconds"]["timestamp_utc"] == moment.floor("ms")


def test_users_are_hashed_and_the_end_user_comes_first(
    tables: Tables, calls: dict[str, Row]
) -> None:
    assert calls["known"]["user_id"] == calls["caller"]["user_id"]
    assert len({calls[name]["user_id"] for name in ("known", "key", "plain")}) == 3
    assert calls["plain"]["user_id"] == "unknown"
    assert "ann@example.com" not in as_text(tables)


def test_tags_and_metadata_say_what_a_call_is_for(calls: dict[str, Row]) -> None:
    assert calls["tagged"]["use_case"] == "search"
    assert calls["tagged"]["region"] == "eu"
    assert calls["labelled"]["use_case"] == "chat"
    assert calls["summed_up"]["use_case"] == "summaries"
    assert calls["summed_up"]["model_name"] == "gpt-4o"


def test_the_newest_state_of_a_row_stays(calls: dict[str, Row]) -> None:
    assert calls["twice"]["cost_usd"] == 2.0


def test_a_value_that_cannot_be_cast_is_kept_and_counted(calls: dict[str, Row]) -> None:
    (rejected,) = calls["odd"]["rejected_values"]
    assert rejected == {"column_name": "prompt_tokens", "raw_value": "many"}
    assert calls["odd"]["prompt_tokens"] is None


def test_only_answers_are_interactions_and_tools_are_tool_calls(
    tables: Tables, calls: dict[str, Row]
) -> None:
    assert not {"embedded", "tool"} & set(calls)
    (tool,) = tables["tool_calls"].to_dict("records")
    assert (tool["tool_name"], tool["span_id"]) == ("files/read", "tool")
    assert tool["latency_ms"] == 500


def test_every_kind_of_file_is_read_and_what_is_torn_is_counted(
    tables: Tables, calls: dict[str, Row]
) -> None:
    files = by_id(tables["files"], "file_name")
    counted = {
        name: (row["records"], row["unreadable_records"]) for name, row in files.items()
    }
    assert {"p1", "l1", "l2", "c1", "v1", "q1"} <= set(calls)
    assert not {"c2", "v2", "torn"} & set(calls)
    assert counted["rows.jsonl"] == (len(ROWS) + 1, 1)
    assert counted["empty.jsonl"] == counted["empty.csv"] == (0, 0)
    assert counted["payload.json"] == counted["page.json"] == (1, 0)
    assert counted["list.json"] == (2, 0)
    assert counted["cut.json"] == counted["dump.csv"] == (2, 1)
    assert counted["dump.parquet"] == (1, 0)
    assert "other.jsonl" not in counted
    assert calls["v1"]["attempted_retries"] == 3
    assert calls["q1"]["attempted_retries"] == 4


def test_a_payload_of_a_callback_is_read_without_what_was_said(
    tables: Tables, calls: dict[str, Row]
) -> None:
    call = calls["chatcmpl-1"]
    assert call["session_id"] == "t1"
    assert call["session_is_inferred"] is True
    assert call["finish_reason"] == "length"
    assert (call["temperature"], call["max_tokens"]) == (0.2, 64)
    (unioned,) = (
        tables["unioned"].query("interaction_id == 'chatcmpl-1'").to_dict("records")
    )
    assert unioned["model_provider"] == "azure.ai.openai"
    assert "SECRET" not in as_text(tables)


@pytest.mark.parametrize(
    ("request_id", "latency_ms", "started"),
    [
        (
            "chatcmpl-2283081b-dc89-41f6-93e6-d4f914774027",
            4.583,
            "2025-01-24 09:20:46.847371",
        ),
        (
            "chatcmpl-2299b6a2-82a3-465a-b47c-04e685a2227f",
            1794.69,
            "2025-12-17 19:34:28.284660",
        ),
    ],
)
def test_the_files_of_litellm_itself(
    calls: dict[str, Row], request_id: str, latency_ms: float, started: str
) -> None:
    if request_id not in calls:
        pytest.skip("the shared data folder litellm is not on this machine")
    call = calls[request_id]
    assert (call["prompt_tokens"], call["completion_tokens"]) == (10, 20)
    assert call["cost_usd"] == pytest.approx(SPENT, abs=1e-15)
    assert call["latency_ms"] == pytest.approx(latency_ms, abs=1e-9)
    assert call["timestamp_utc"] == pd.Timestamp(started)
    assert (call["model_provider"], call["model_name"]) == ("openai", "gpt-4o")
    assert (call["is_failure"], call["failure_type"]) == (False, "none")


def test_content_comes_in_redacted_and_only_where_asked(tmp_path: Path) -> None:
    write_lines(tmp_path / "litellm" / "rows.jsonl", [PAYLOAD])
    (content,) = staged("litellm", tmp_path, keep_content="1")["contents"].to_dict(
        "records"
    )
    assert "SECRET mail <EMAIL>" in content["prompt_text"]
    assert "SECRET answer" in content["response_text"]
