"""Every line of the table in docs/dashboard.md leads to what it promises."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from conftest import ROOT, World, page, texts
from streamlit.testing.v1 import AppTest

from llm_telemetry.dashboard.pages import PAGES

LINE = re.compile(r"^\| (.+) \| \[(.+)\]\((http.+)\) \| (.+) \|$", re.MULTILINE)
PROMISES = LINE.findall((ROOT / "docs" / "dashboard.md").read_text())
LABELS = {name: label for named in PAGES.values() for name, label in named.items()}


def labels(test: AppTest) -> str:
    """Return what a page asks for."""
    kinds = ("text_input", "selectbox", "button", "toggle")
    return "\n".join(str(one.label) for kind in kinds for one in getattr(test, kind))


def test_every_page_has_a_line() -> None:
    assert {label for _, label, _, _ in PROMISES} == set(LABELS.values())


@pytest.mark.parametrize(("view", "label", "url", "shown"), PROMISES)
def test_a_page_shows_what_is_promised(
    view: str, label: str, url: str, shown: str, incident: World
) -> None:
    parts = urlsplit(url)
    name = parts.path.strip("/") or "decisions"
    assert LABELS[name] == label
    test = page(name, incident, **parse_qs(parts.query))
    assert shown in f"{texts(test)}\n{labels(test)}", view
    assert not test.exception
