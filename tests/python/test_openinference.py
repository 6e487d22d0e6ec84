"""OpenInference: the span tables that Phoenix writes."""

from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from staged_sources import Row, Tables, as_text, by_id, staged

START, END = "2025-01-01 10:00:01.100Z", "2025-01-01 10:00:01.900Z"


def span(key: str, kind: str = "LLM", **columns: object) -> Row:
    """Return a span of the trace t1, its columns named as Phoenix names them."""
    return {
        "context.span_id": key,
        "context.trace_id": "t1",
        "parent_id": None,
        "name": key,
        "span_kind": kind,
        "start_time": START,
        "end_time": END,
        "status_code": "OK",
        "status_message": "",
        "attributes.input.value": "SECRET",
    } | {name.replace("__", "."): value for name, value in columns.items()}


def counted(key: str, prompt: int, completion: int, **columns: object) -> Row:
    tokens = {
        "attributes__llm__model_name": "gpt-4o-2024-08-06",
        "attributes__llm__provider": "openai",
        "attributes__llm__token_count__prompt": prompt,
        "attributes__llm__token_count__completion": completion,
    }
    return span(key, **tokens, **columns)


def cached(
    key: str, prompt: int, completion: int, read: int, write: int | None, **total: Any
) -> Row:
    details = {
        "attributes__llm__token_count__prompt_details__cache_read": read,
        "attributes__llm__token_count__prompt_details__cache_write": write,
        "attributes__llm__token_count__total": total["total"],
    }
    return counted(key, prompt, completion, **details)


WRAPPED = {
    "attributes__llm__finish_reason": "refusal",
    "attributes__llm__request__model_name": "claude",
    "attributes__llm__token_count__prompt_details__cache_read": 5,
}
SDK = {
    "attributes__gen_ai__response__id": "msg_1",
    "attributes__gen_ai__usage__cache_write__input_tokens": 3000,
}


def wrong(key: str, message: str, **columns: object) -> Row:
    return span(key, status_code="ERROR", status_message=message, **columns)


SPANS = [
    span("root", "AGENT", attributes__session__id="s1", attributes__user__id="ann"),
    counted("outer", 100, 20, parent_id="root"),
    span("chain", "CHAIN", parent_id="outer"),
    counted("inner", 100, 20, parent_id="chain"),
    counted("caller", 7, 3, parent_id="root"),
    span("tool", "TOOL", parent_id="caller", attributes__tool__name="find"),
    counted("below", 1, 1, parent_id="tool"),
    counted(
        "cached",
        130_213,
        30,
        attributes__llm__token_count__prompt_details__cache_read=130_000,
        attributes__llm__token_count__completion_details__reasoning=12,
        attributes__llm__cost__total=0.25,
        attributes__llm__invocation_parameters='{"model": "gpt-4o", "top_p": 0.5}',
        attributes__metadata='{"use_case": "search"}',
    ),
    counted("wrapping", 3050, 30, **WRAPPED),
    counted("wrapped", 3050, 30, parent_id="wrapping", **SDK),
    counted(
        "wrapping_two",
        50,
        9,
        attributes__llm__finish_reason="stop",
        attributes__llm__token_count__prompt_details__cache_read=40,
    ),
    counted("first_of_two", 20, 4, parent_id="wrapping_two"),
    counted("second_of_two", 30, 5, parent_id="wrapping_two"),
    cached("total_beside", 3, 442, 7917, 350, total=8712),
    cached("more_than_prompt", 100, 7, 800, None, total=107),
    cached("inside", 1000, 7, 800, None, total=1007),
    cached("no_total", 1000, 7, 800, None, total=None),
    counted(
        "flattened",
        1,
        1,
        attributes__metadata__use_case="report",
        attributes__metadata__region="eu",
    ),
    counted("silent", 0, 0, attributes__llm__cost__total=0.0),
    wrong("limited", "RateLimitError: 429 SECRET"),
    wrong("late", "APITimeoutError: Request timed out. SECRET"),
    wrong("left", "abandoned stream"),
    wrong("gone", "GeneratorExit()"),
    wrong(
        "throttled",
        "An error occurred (ThrottlingException) when calling SECRET",
        attributes__error__type="undefined",
    ),
    span("odd", attributes__llm__token_count__prompt="many"),
    span("embedded", "EMBEDDING"),
    counted("judged", 5, 5, **{"eval__Tone of voice__label": "polite"}),
    counted("other", 5, 5, context__trace_id="t2"),
    counted("judged", 9, 1, context__trace_id="t9", parent_id="outer"),
]


def write_parquet(file: Path, rows: list[Row]) -> None:
    """Write rows as Phoenix does: a column for every attribute of any of them."""
    file.parent.mkdir(parents=True, exist_ok=True)
    frame = pd.DataFrame(rows)
    frame = frame.assign(
        start_time=pd.to_datetime(frame["start_time"]),
        end_time=pd.to_datetime(frame["end_time"]),
    )
    with duckdb.connect() as connection:
        connection.register("frame", frame)
        connection.execute(f"copy frame to '{file}' (format parquet)")


def write_query(file: Path, query: str) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"copy ({query}) to '{file}' (format parquet)")


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    data = tmp_path_factory.mktemp("openinference")
    folder = data / "openinference"
    write_parquet(folder / "spans.parquet", SPANS)
    write_parquet(folder / "again.parquet", SPANS[3:6])
    plain = (
        "select '{}' as span_id, 't3' as trace_id, 'LLM' as span_kind, 'UNSET' as"
        " status_code, timestamp '2025-01-01 10:00:01' as start_time, timestamp"
        " '2025-01-01 10:00:02.5' as end_time, {} as attributes"
    )
    nested = (
        "{'llm': {'model_name': 'claude-3', 'token_count': {'prompt': 5,"
        " 'completion': 7, 'prompt_details': {'cache_read': 2}}},"
        " 'session': {'id': 's3'}}"
    )
    text = (
        '\'{"llm.model_name": "claude-3", "llm.token_count.prompt": 5,'
        ' "llm.token_count.completion": 7, "session.id": "s3",'
        ' "llm": {"token_count": {"prompt_details": {"cache_read": 2}}}}\''
    )
    write_query(folder / "nested.parquet", plain.format("nested", nested))
    write_query(folder / "text.parquet", plain.format("text", text))
    annotation = (
        "select 'cached' as span_id, 'user_feedback' as annotation_name, 'HUMAN' as"
        ' annotator_kind, 1.0 as "result.score", \'thumbs-up\' as "result.label",'
        " 'SECRET' as \"result.explanation\""
    )
    write_query(folder / "annotations.parquet", annotation)
    write_query(folder / "empty.parquet", f"{annotation} limit 0")
    return staged("openinference", data)


@pytest.fixture(scope="module")
def calls(tables: Tables) -> dict[str, Row]:
    calls = tables["interactions"]
    return by_id(calls[calls["trace_id"] != "t9"], "span_id")


def test_only_the_innermost_llm_spans_are_calls(calls: dict[str, Row]) -> None:
    assert {"inner", "caller", "below"} <= set(calls)
    assert not {"root", "outer", "chain", "tool", "embedded"} & set(calls)


def test_a_span_is_known_by_its_trace_and_its_id(tables: Tables) -> None:
    calls = by_id(tables["interactions"])
    assert calls["t1-judged"]["prompt_tokens"] == 5
    assert calls["t9-judged"]["prompt_tokens"] == 9
    assert calls["t9-judged"]["span_id"] == "judged"


def test_cached_and_reasoning_tokens_are_part_of_the_counts(
    calls: dict[str, Row],
) -> None:
    cached = calls["cached"]
    assert (cached["prompt_tokens"], cached["total_tokens"]) == (130_213, 130_243)
    assert (cached["cache_read_tokens"], cached["reasoning_tokens"]) == (130_000, 12)
    assert (cached["cost_usd"], cached["top_p"]) == (0.25, 0.5)
    assert (cached["request_model"], cached["use_case"]) == ("gpt-4o", "search")
    assert cached["latency_ms"] == 800


def test_a_call_inherits_what_only_the_span_around_it_tells(
    calls: dict[str, Row],
) -> None:
    call = calls["wrapped"]
    assert "wrapping" not in calls
    assert (call["cache_write_tokens"], call["cache_read_tokens"]) == (3000, 5)
    assert (call["finish_reason"], call["failure_type"]) == ("refusal", "safety_block")
    assert (call["response_id"], call["request_model"]) == ("msg_1", "claude")
    for name in ("first_of_two", "second_of_two"):
        assert (calls[name]["finish_reason"], calls[name]["cache_read_tokens"]) == (
            None,
            None,
        )


@pytest.mark.parametrize(
    ("name", "prompt", "total", "stated"),
    [
        ("total_beside", 8270, 8712, 8712),
        ("more_than_prompt", 900, 907, None),
        ("inside", 1000, 1007, 1007),
        ("no_total", 1000, 1007, None),
    ],
)
def test_cached_tokens_beside_the_prompt_are_added_to_it(
    calls: dict[str, Row], name: str, prompt: int, total: int, stated: int | None
) -> None:
    call = calls[name]
    assert (call["prompt_tokens"], call["total_tokens"]) == (prompt, total)
    assert call["stated_total_tokens"] == stated


def test_metadata_may_be_flattened(calls: dict[str, Row]) -> None:
    call = calls["flattened"]
    assert (call["use_case"], call["region"]) == ("report", "eu")


def test_nothing_counted_and_nothing_priced_is_missing(calls: dict[str, Row]) -> None:
    silent = calls["silent"]
    for column in ("prompt_tokens", "completion_tokens", "total_tokens", "cost_usd"):
        assert silent[column] is None, column


@pytest.mark.parametrize(
    ("name", "kind", "error"),
    [
        ("inner", "none", None),
        ("limited", "rate_limit", "RateLimitError"),
        ("late", "timeout", "APITimeoutError"),
        ("left", "none", None),
        ("gone", "none", None),
        ("throttled", "rate_limit", "ThrottlingException"),
    ],
)
def test_an_error_has_its_kind(
    calls: dict[str, Row], name: str, kind: str, error: str | None
) -> None:
    call = calls[name]
    assert (call["failure_type"], call["error_type"]) == (kind, error)
    assert call["is_failure"] is (kind != "none")
    assert call["is_abandoned"] is (name in {"left", "gone"})


def test_session_and_user_hold_for_the_whole_trace(
    tables: Tables, calls: dict[str, Row]
) -> None:
    assert (calls["inner"]["session_id"], calls["inner"]["session_is_inferred"]) == (
        "s1",
        False,
    )
    assert len(calls["inner"]["user_id"]) == 64
    assert (calls["other"]["session_id"], calls["other"]["user_id"]) == (
        "t2",
        "unknown",
    )
    assert "'ann'" not in as_text(tables)


def test_tools_belong_to_the_call_that_used_them(
    tables: Tables, calls: dict[str, Row]
) -> None:
    (tool,) = tables["tool_calls"].to_dict("records")
    assert (tool["interaction_id"], tool["tool_name"]) == ("t1-caller", "find")
    assert calls["caller"]["tool_calls_count"] == 1


@pytest.mark.parametrize("name", ["nested", "text"])
def test_attributes_in_one_column_are_read(calls: dict[str, Row], name: str) -> None:
    call = calls[name]
    tokens = ("prompt_tokens", "completion_tokens", "cache_read_tokens")
    assert [call[column] for column in tokens] == [5, 7, 2]
    assert (call["model_name"], call["model_provider"]) == ("claude-3", "anthropic")
    assert (call["session_id"], call["latency_ms"]) == ("s3", 1500)


def test_annotations_stand_in_rows_or_in_columns(tables: Tables) -> None:
    evaluations = by_id(tables["evaluations"], "evaluation_name")
    feedback, tone = evaluations["user_feedback"], evaluations["Tone of voice"]
    assert (feedback["interaction_id"], feedback["score"]) == ("t1-cached", 1.0)
    assert (tone["interaction_id"], tone["label"]) == ("t1-judged", "polite")


def test_a_value_that_cannot_be_cast_is_kept_and_counted(calls: dict[str, Row]) -> None:
    (rejected,) = calls["odd"]["rejected_values"]
    assert rejected == {"column_name": "prompt_tokens", "raw_value": "many"}


def test_every_file_is_counted_and_nothing_said_comes_in(tables: Tables) -> None:
    files = by_id(tables["files"], "file_name")
    assert files["openinference/spans.parquet"]["records"] == len(SPANS)
    assert files["openinference/empty.parquet"]["records"] == 0
    assert tables["files"]["unreadable_records"].sum() == 0
    assert "SECRET" not in as_text(tables)


def test_a_column_may_stand_twice_in_a_csv(tmp_path: Path) -> None:
    """A data frame writes its index as well, with a name or without."""
    folder = tmp_path / "openinference"
    folder.mkdir()
    names = "context.span_id,context.trace_id,span_kind,start_time,end_time"
    names += ",attributes.llm.token_count.prompt,attributes.llm.token_count.completion"
    values = "t1,LLM,2025-01-01 10:00:00,2025-01-01 10:00:01,100.0,20.0"
    (folder / "named.csv").write_text(
        f"context.span_id,{names}\na,a,{values}\n,b,{values}\n"
    )
    (folder / "unnamed.csv").write_text(f",{names}\n0,c,{values}\n")
    (folder / "cased.csv").write_text(f"{names},Context.Span_ID\nd,{values},d\n")
    tables = staged("openinference", tmp_path)
    calls = by_id(tables["interactions"], "span_id")
    assert set(calls) == {"a", "b", "c", "d"}
    assert {call["total_tokens"] for call in calls.values()} == {120}
    assert tables["files"]["unreadable_records"].sum() == 0


def test_content_comes_in_redacted_and_only_where_asked(tmp_path: Path) -> None:
    said = [span("a", attributes__input__value="I am ann@example.com")]
    write_parquet(tmp_path / "openinference" / "spans.parquet", said)
    contents = staged("openinference", tmp_path, keep_content="1")["contents"]
    (content,) = contents.to_dict("records")
    assert content["prompt_text"] == "I am <EMAIL>"
    assert content["prompt_chars"] == len("I am ann@example.com")
