"""Rows that are no calls: what they cost is named, not lost."""

from pathlib import Path

import duckdb
import pytest
from langfuse_rows import observation
from litellm_rows import failed, spend
from staged_sources import Row, write_lines
from test_openinference import counted, span, write_parquet

from llm_telemetry.warehouse.build import build_marts, scratch_of

REFUSED = {"status": "failure", "prompt_tokens": 0, "completion_tokens": 0}
LITELLM = [
    spend("call"),
    spend("batch", call_type="aretrieve_batch", spend=7.6, total_tokens=3_400_000),
    spend("embedded", call_type="aembedding", spend=0.4, total_tokens=10),
    spend("listed", call_type="alist_batches", spend=0, total_tokens=0),
    failed("no_key", "KeyNotFoundError", "401"),
    failed("spent", "BudgetExceededError", "422", prompt_tokens=9, total_tokens=9),
    failed(
        "unknown_model",
        "HTTPException",
        "400",
        {"error_information": {"error_class": "HTTPException", "llm_provider": ""}},
    ),
    failed("down", "InternalServerError", "500"),
    spend(
        "passed",
        call_type="pass_through_endpoint",
        spend=0,
        prompt_tokens=0,
        completion_tokens=0,
        total_tokens=0,
    ),
    spend("metered", call_type="pass_through_endpoint"),
]
COST = {"costDetails": {"total": 0.5}}
LANGFUSE = [
    observation("call"),
    observation("agent", "AGENT", **COST),
    observation("span", "SPAN", parentObservationId="agent", costDetails={"x": 0.25}),
    observation("sum", "AGENT", usageDetails={"input": 10, "output": 5}),
    observation("inside", parentObservationId="sum"),
    observation("empty", "SPAN", costDetails={"total": 0}, usageDetails={}),
]
OPENINFERENCE = [
    counted("call", 10, 5),
    counted("alone", 7, 3, span_kind="AGENT"),
    counted("sum", 10, 5, span_kind="AGENT"),
    counted("inside", 10, 5, parent_id="sum"),
    span("empty", "CHAIN"),
]


def checks(folder: Path, source: str) -> dict[str, Row]:
    """Build the checks of the source's files."""
    with (
        build_marts(
            folder, folder / "w.duckdb", [source], select="+int_checks_sources"
        ) as marts,
        duckdb.connect(str(scratch_of(marts)), read_only=True) as connection,
    ):
        found = connection.execute("from intermediate.int_checks_sources").df()
    return {row["check_name"]: row for row in found.to_dict("records")}


def counts(checks: dict[str, Row], name: str) -> tuple[int, int, str]:
    check = checks[name]
    return check["failed_rows"], check["checked_rows"], check["example_key"]


def test_spend_and_refusals_of_litellm_are_named(tmp_path: Path) -> None:
    write_lines(tmp_path / "litellm" / "rows.jsonl", LITELLM)
    found = checks(tmp_path, "litellm")
    assert counts(found, "left_out_spend") == (
        2,
        9,
        "batch; together 8.0 USD and 3400010 tokens",
    )
    assert counts(found, "gateway_refusal") == (3, 9, "spent")
    assert counts(found, "unmetered_call") == (1, 9, "passed")


@pytest.mark.parametrize("source", ["langfuse", "openinference"])
def test_spend_of_spans_is_named_where_no_call_below_has_it(
    tmp_path: Path, source: str
) -> None:
    if source == "langfuse":
        write_lines(tmp_path / source / "rows.jsonl", LANGFUSE)
        expected = (1, 3, "span; together 0.25 USD and 0 tokens")
    else:
        write_parquet(tmp_path / source / "spans.parquet", OPENINFERENCE)
        expected = (1, 3, "t1-alone; together 0.0 USD and 10 tokens")
    found = checks(tmp_path, source)
    assert counts(found, "left_out_spend") == expected
    assert counts(found, "gateway_refusal")[0] == 0
