"""What was written is what was read: as a call, as another record, or as lost."""

import json
from pathlib import Path

import compiled_sources
from litellm_rows import failed, spend
from staged_otlp import call, landed, request, span, staged
from test_damaged_lines import HALF
from test_otlp_records import log_record

AGENT = {"gen_ai.operation.name": "invoke_agent"}
TOOL = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "add"}


def test_every_span_is_a_call_another_span_or_counted_as_lost(tmp_path: Path) -> None:
    spans = [
        *(call("a"), call("b", error__type="timeout"), call("c", "a")),
        *(span("d", **AGENT), span("e", "d", **TOOL), span("f"), span("f")),
    ]
    torn = request(call("x"))[:-20]
    lines = [
        *(request(*spans[:4]), request(*spans[4:]), log_record("gen_ai.unknown")),
        *(request(call("g")) + request(call("h")), torn, "{}", "", "no JSON"),
        request(call("i", gen_ai__prompt="MARK")).replace("MARK", HALF),
    ]
    frames = staged(landed(tmp_path, *lines))
    deliveries = frames["deliveries"]
    lost = deliveries["trace_id"].isna() & deliveries["log"].isna()
    assert lost.sum() == 3
    # seven spans, three on lines of their own, a log record, and what is lost
    assert len(deliveries) == 7 + 3 + 1 + 3
    kinds = frames["spans"]["kind"].fillna("other").value_counts().to_dict()
    # a span that came twice is one
    assert kinds == {"call": 6, "agent": 1, "tool": 1, "other": 1}
    wrappers = frames["wrapper_adjustments"]
    wrapping = wrappers.loc[wrappers["is_wrapper"].eq(True), "span_id"]
    assert len(frames["interactions"]) + len(wrapping) == kinds["call"]


def test_every_row_of_a_gateway_is_a_call_another_row_or_counted_as_lost(
    tmp_path: Path,
) -> None:
    rows = [
        *(spend("a"), spend("a"), failed("b", "Timeout", "408")),
        *(spend("c", call_type="aembedding"), spend("d", call_type="call_mcp_tool")),
    ]
    lines = [json.dumps(row) for row in rows]
    lines += [lines[0].replace('"a"', '"e"') + lines[0].replace('"a"', '"f"')]
    lines += [lines[0][:-9], '{"foreign": 1}', "", " "]
    file = tmp_path / "log.jsonl"
    file.write_text("\n".join(lines))
    tables = compiled_sources.staged("litellm", [file], "jsonl")
    is_readable = tables["records"]["is_readable"].astype(bool)
    assert (~is_readable).sum() == 2
    assert is_readable.sum() == 5 + 2
    assert len(tables["calls"]) == is_readable.sum() - 1
    calls = set(tables["interactions"]["interaction_id"])
    assert calls == {"a", "b", "e", "f"}
    assert set(tables["calls"]["interaction_id"]) - calls == {"c", "d"}
