"""Every line of the table in docs/dashboard.md leads to what it promises."""

import json
import re
from collections.abc import Mapping
from math import isnan
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from conftest import ROOT, page
from streamlit.testing.v1 import AppTest
from test_explore import collect

from llm_telemetry.dashboard.pages import PAGES

LINE = re.compile(r"^\| (.+) \| \[(.+)\]\((http.+)\) \| (.+) \|$", re.MULTILINE)
PROMISES = LINE.findall((ROOT / "docs" / "dashboard.md").read_text())
LABELS = {name: label for named in PAGES.values() for name, label in named.items()}


# which world has what is shown, by page or by words
WORLDS = {"workflows": "agents", "reviews": "agents"}
JUDGED = ("Bills against telemetry", "Share of the cache, by outcome", "Evaluators:")
HEADINGS = ("title", "header", "subheader")
FIELDS = ("text_input", "button", "download_button")


def rows_below(test: AppTest, heading: str) -> list[Any]:
    """Return the rows of charts and tables below a heading, to the next of its rank."""
    found: list[Any] = []
    rank = None
    for one in test.main:
        if one.type in HEADINGS:
            if heading in one.value:
                rank = HEADINGS.index(one.type)
            elif rank is not None and HEADINGS.index(one.type) <= rank:
                rank = None
        elif rank is not None and one.type == "dataframe":
            found += one.value.to_dict("records")
        elif rank is not None and one.type == "vega_lite_chart":
            collect(json.loads(one.proto.spec), found)
    return [row for row in found if has_number(row)]


def has_number(row: Mapping[str, Any]) -> bool:
    return any(
        isinstance(value, int | float) and not isnan(value) for value in row.values()
    )


def test_every_page_has_a_line() -> None:
    assert {label for _, label, _, _ in PROMISES} == set(LABELS.values())


@pytest.mark.parametrize(("view", "label", "url", "shown"), PROMISES)
def test_a_page_shows_what_is_promised(
    view: str, label: str, url: str, shown: str, request: pytest.FixtureRequest
) -> None:
    parts = urlsplit(url)
    name = parts.path.strip("/") or "decisions"
    assert LABELS[name] == label
    is_judged = shown.startswith(JUDGED)
    world = "judged" if is_judged else WORLDS.get(name, "incident")
    test = page(name, request.getfixturevalue(world), **parse_qs(parts.query))
    assert not test.exception
    fields = [one.label for kind in FIELDS for one in getattr(test, kind)]
    is_field = any(label.startswith(shown) for label in fields)
    assert is_field or rows_below(test, shown), view
