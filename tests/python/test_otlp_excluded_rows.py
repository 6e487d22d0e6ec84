"""Usage of spans that are no calls: it is named where no call tells it, and once."""

from pathlib import Path

from staged_otlp import call, landed, request, span, staged

AGENT = {"gen_ai.operation.name": "invoke_agent", "gen_ai.request.model": "m"}
USAGE = {"gen_ai.usage.input_tokens": 900, "gen_ai.usage.output_tokens": 100}


def test_usage_of_a_span_that_is_no_call_is_named_where_no_call_tells_it(
    tmp_path: Path,
) -> None:
    tokens = {"usage__input_tokens": 900, "usage__output_tokens": 100}
    spans = [
        # an agent elsewhere: nothing below it was recorded
        span("a", trace="1", at=(0, 100), **AGENT, **USAGE),
        # the sum of the call below it
        span("b", trace="2", at=(0, 100), **AGENT, **USAGE),
        call("c", "b", trace="2", at=(1, 102), **tokens),
        # one agent within another in the same time counts once; a tool tells no tokens
        span("d", trace="3", at=(0, 100), **AGENT, **USAGE),
        span("e", "d", trace="3", at=(0, 100), **AGENT, **USAGE),
        span("f", "e", trace="3", **{"gen_ai.operation.name": "execute_tool"}),
        # a call before the agent says nothing of it
        call("1a", trace="4", at=(0, 10), **tokens),
        span("1b", trace="4", at=(50, 90), **AGENT, **USAGE),
        # nothing was used
        span("1c", trace="5", **AGENT),
        # an embedding, which costs what it says
        span(
            "1d",
            trace="6",
            **{"gen_ai.operation.name": "embeddings", "gen_ai.request.model": "m"},
            **{"gen_ai.usage.input_tokens": 7, "gen_ai.usage.cost": 0.25},
        ),
    ]
    found = staged(landed(tmp_path, request(*spans)))["excluded_rows"]
    assert set(found.check_name) == {"left_out_spend"}
    rows = {row.record_id[-2:].lstrip("0"): row for row in found.itertuples()}
    assert {name: row.total_tokens for name, row in rows.items()} == {
        "a": 1000,
        "d": 1000,
        "1b": 1000,
        "1d": 7,
    }
    assert rows["1d"].cost_usd == 0.25


def test_tokens_that_are_no_count_are_none(tmp_path: Path) -> None:
    spans = [
        span(place, trace=place, **AGENT, **{"gen_ai.usage.input_tokens": tokens})
        for place, tokens in (("a", "Infinity"), ("b", "1e30"), ("c", "nan"))
    ]
    assert staged(landed(tmp_path, request(*spans)))["excluded_rows"].empty
