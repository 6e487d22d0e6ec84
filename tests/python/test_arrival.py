"""Batches delivered twice, shuffled and cut at random give the same tables."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import claude_code_rows
import mlflow_rows
import pandas as pd
import pytest
import test_bedrock_logs
from compiled_sources import restaged
from langfuse_rows import CALLS, SCORES, TRACE
from litellm_rows import ROWS
from repetitions import times
from staged_otlp import Record, attribute_list, call, request, span
from test_openinference import SPANS
from test_otlp_records import log_record

# more where rows depend on one another the most, across lines
ORDERS = dict.fromkeys(["otlp", "claude_code"], times(10, 40))
OTHER_ORDERS = times(4, 12)


def spans() -> Iterator[str]:
    """Return requests of three traces, with wrappers, tools, judgements and repeats."""
    usage = {"usage__input_tokens": 10, "usage__output_tokens": 2}
    tool = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "t"}
    decision = {
        "name": "app.branch.decision",
        "timeUnixNano": "1764547200500000000",
        "attributes": attribute_list({"app.branch.from": "x", "app.branch.to": "y"}),
    }
    for trace in "123":
        traced: list[Record] = [
            span("1", trace=trace, events=[decision], **{"session.id": f"s{trace}"}),
            span("2", "1", trace=trace, **{"session.id": "other", "user.id": "u"}),
            call("3", "2", trace=trace, **usage),
            call("4", "3", trace=trace, response__id=f"r{trace}", **usage),
            # the same span, reported twice with other words
            call("4", "3", trace=trace, at=(0, 90), response__id=f"r{trace}"),
            span("5", "2", trace=trace, at=(101, 102), **tool),
            call("6", "1", trace=trace, at=(0, 100)),
        ]
        yield from map(request, traced)
        judged = {
            "gen_ai.response.id": f"r{trace}",
            "gen_ai.evaluation.name": "toxicity",
        }
        yield log_record("gen_ai.evaluation.result", **judged)


LINES = {
    "otlp": (list(spans()), ("jsonl", "json")),
    "litellm": (list(map(json.dumps, ROWS)), ("jsonl",)),
    "langfuse": (list(map(json.dumps, [*CALLS, *SCORES, TRACE])), ("jsonl",)),
    "openinference": (list(map(json.dumps, SPANS)), ("jsonl",)),
    "mlflow": (
        [
            json.dumps({"info": mlflow_rows.INFO, "data": {"spans": [span]}})
            for span in mlflow_rows.SPANS
        ],
        ("jsonl",),
    ),
    "bedrock_logs": (list(map(json.dumps, test_bedrock_logs.ROWS)), ("jsonl",)),
    "claude_code": (
        [
            json.dumps(row)
            for row in (
                *claude_code_rows.SESSION,
                *claude_code_rows.AGENT,
                *claude_code_rows.FORKED,
            )
        ],
        ("jsonl",),
    ),
}
# what leaves the staging folder of a source
ENDS = ("interactions", "tool_calls", "branch_decisions", "evaluations", "contents")


@pytest.mark.parametrize("source", LINES)
def test_random_orders_of_arrival_give_the_same_tables(
    source: str, tmp_path: Path
) -> None:
    lines, kinds = LINES[source]
    drawn = random.Random(42)
    files = [tmp_path / f"{number}.jsonl" for number in range(4)]
    write(files, [lines, [], [], []])
    with restaged(source, files, *kinds, ends=ENDS) as again:
        expected = again()
        assert len(expected["interactions"]) > 5
        # it reads what the files hold by now
        write(files, [lines[:1], [], [], []])
        assert len(again()["interactions"]) < 2
        for _ in range(ORDERS.get(source, OTHER_ORDERS)):
            # every line at least once, some twice, in up to four files
            arrived = lines + drawn.sample(lines, drawn.randrange(len(lines)))
            drawn.shuffle(arrived)
            cuts = sorted(drawn.choices(range(len(arrived)), k=3))
            starts, stops = [0, *cuts], [*cuts, None]
            write(files, [arrived[a:b] for a, b in zip(starts, stops, strict=True)])
            for name, table in again().items():
                pd.testing.assert_frame_equal(table, expected[name], check_exact=True)


def write(files: list[Path], parts: list[list[str]]) -> None:
    """Write each part as a file of lines."""
    for file, part in zip(files, parts, strict=True):
        file.write_text("".join(f"{line}\n" for line in part))
