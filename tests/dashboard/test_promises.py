"""Every line of the table in docs/dashboard.md leads to what it promises."""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest
from conftest import ROOT, page
from streamlit.testing.v1 import AppTest
from test_explore import collect

from llm_telemetry.dashboard.pages import PAGES

LINE = re.compile(r"^\| (.+) \| \[(.+)\]\((http.+)\) \| (.+) \|$", re.MULTILINE)
PROMISES = LINE.findall((ROOT / "docs" / "dashboard.md").read_text())
LABELS = {name: label for named in PAGES.values() for name, label in named.items()}

FIELDS = ("button", "download_button")
HEADINGS = ("title", "header", "subheader")
INTERVAL = ("", "_low", "_high")
RATES = ("success_rate", "failure_rate", "sla_compliance_rate")
COMPARED = ("failure_rate", "sla_breach_rate", "p95_latency_ms", "tokens_per_call")
COMPARED += ("usd_per_1000_operations", "usd_per_million_tokens")
COMPARED += ("calls_per_operation", "hallucination_rate", "average_feedback_score")
PARTS = ("amount",)
PERCENTILES = ("p50_latency_ms", "p95_latency_ms", "p99_latency_ms")
# the columns that have a value, by what is shown
SHOWN = {
    "verdicts, reasons, validity": ("unit_cost_delta",),
    "the product against the period before": (
        *("interactions", "failure_rate", "sla_breach_rate", "cost_usd"),
        "hallucination_rate",
    ),
    "category distribution": ("interactions",),
    "risk slices, explained": [f"excess_usd{end}" for end in INTERVAL],
    "review queue": ("interaction_id", "review_reason"),
    "latency over time": PERCENTILES,
    "latency distribution": ("operations", "at_ms"),
    "latency by category": PERCENTILES,
    "latency by hour and weekday": ("p95_latency_ms",),
    "latency under load": ("p95_latency_ms", "failure_rate"),
    "cost over time": ("cost_usd",),
    "cost by provider": ("cost_usd",),
    "USD per 1,000 operations and per million tokens": (
        *("usd_per_1000_operations", "usd_per_million_tokens"),
    ),
    "cost drivers": ("change_usd_per_day",),
    "cost forecast": ("month_to_date_usd", "forecast_usd", "budget_usd"),
    "bill against telemetry": ("billed_usd", "telemetry_usd"),
    "tokens by success and hallucination": PARTS,
    "token usage by prompt version": PARTS,
    "cache share": ("cache_share",),
    "success and error rates by provider": RATES,
    "success and error rates by model": RATES,
    "SLA compliance": [f"sla_compliance_rate{end}" for end in INTERVAL],
    "error analysis": ("interactions",),
    "budget burn": ("burn_rate",),
    "rate of bad answers, measured": [f"rate{end}" for end in INTERVAL],
    "hallucination by model": [f"hallucination_rate{end}" for end in INTERVAL],
    "hallucination by category": [f"hallucination_rate{end}" for end in INTERVAL],
    "hallucination over time": ("hallucination_rate",),
    "prompt complexity against hallucination": ("hallucination_rate",),
    "tokens of hallucinated answers": PARTS,
    "feedback": [f"average_feedback_score{end}" for end in INTERVAL],
    "feedback against hallucination": ("average_feedback_score",),
    "similarity": [f"mean_score{end}" for end in INTERVAL],
    "evaluators": ("auc", "kappa", "agreement"),
    "success against hallucination per provider": (
        *("success_rate", "hallucination_rate"),
    ),
    "model comparison": COMPARED,
    "branch distribution": [f"taken_share{end}" for end in INTERVAL],
    "execution paths (Sankey)": ("workflows", "share", "next_node", "ended"),
    "whole paths, with count and share": ("workflows", "share"),
    "tool errors": [f"failure_rate{end}" for end in INTERVAL],
    "live sliding windows": ("ms",),
    "alerts of the past": ("episode", "severity", "summary"),
    "prompt search": ("matches", "excerpt"),
    "prompt explorer": ("timestamp_utc", "model_name", "operation_id"),
}
# what a simulated world does not have
OF_AGENTS = (
    *("review queue", "bill against telemetry", "cache share", "similarity"),
    *("rate of bad answers, measured", "evaluators", "prompt search"),
    *("branch distribution", "execution paths (Sankey)", "tool errors"),
    "whole paths, with count and share",
)


def below(test: AppTest, heading: str) -> list[dict[str, Any]]:
    """Return the rows of the first chart or table below a heading."""
    is_below = False
    for one in test.main:
        if one.type in HEADINGS:
            is_below = one.value == heading
        elif is_below and one.type == "dataframe":
            found: list[dict[str, Any]] = one.value.to_dict("records")
            return found
        elif is_below and one.type == "vega_lite_chart":
            rows: list[dict[str, Any]] = []
            collect(json.loads(one.proto.spec), rows)
            return rows
    raise AssertionError(f"nothing below {heading}")


def test_every_page_has_a_line() -> None:
    assert {label for _, label, _, _ in PROMISES} == set(LABELS.values())


@pytest.mark.parametrize(("view", "label", "url", "shown"), PROMISES)
def test_a_page_shows_what_is_promised(
    view: str, label: str, url: str, shown: str, request: pytest.FixtureRequest
) -> None:
    parts = urlsplit(url)
    name = parts.path.strip("/") or "decisions"
    assert LABELS[name] == label
    world = request.getfixturevalue("agents" if view in OF_AGENTS else "incident")
    test = page(name, world, **parse_qs(parts.query))
    assert not test.exception
    if view not in SHOWN:
        fields = [one.label for kind in FIELDS for one in getattr(test, kind)]
        assert any(field.startswith(shown) for field in fields)
        return
    rows = below(test, shown)
    for column in SHOWN[view]:
        assert any(not pd.isna(row.get(column)) for row in rows), column
