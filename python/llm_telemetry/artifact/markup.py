"""HTML in which every text is escaped, unless it is HTML already."""

import re
from collections.abc import Iterable
from html import escape
from typing import Any

from llm_telemetry.charts.drawing import NOT_XML


class Html(str):
    """Text that is HTML."""

    __slots__ = ()


def element(tag: str, *children: Any, **attributes: str) -> Html:
    """Return an element; ``class_`` is its class."""
    named = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{_escaped(value)}"'
        for name, value in attributes.items()
    )
    return Html(f"<{tag}{named}>{''.join(map(_shown, children))}</{tag}>")


def table(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> Html:
    """Return a table, or nothing where it has no row."""
    lines = [element("tr", *(element("td", cell) for cell in row)) for row in rows]
    if not lines:
        return Html("")
    top = element("tr", *(element("th", name, scope="col") for name in header))
    whole = element("table", element("thead", top), element("tbody", *lines))
    # a table may be wider than a narrow screen
    return element("div", whole, class_="wide")


def bullets(lines: Iterable[Any]) -> Html:
    """Return a list, or nothing where it has no line."""
    items = [element("li", line) for line in lines]
    return element("ul", *items) if items else Html("")


def with_code(text: str) -> Html:
    """Return a text in which what stands between backticks is code."""
    return Html(re.sub("`([^`]+)`", r"<code>\1</code>", _escaped(text)))


def wrapping(text: str) -> Html:
    """Return a text whose names may wrap after "_" and "="; with code."""
    return Html(re.sub("(?<=[_=])", "<wbr>", with_code(text)))


def _shown(child: Any) -> str:
    return child if isinstance(child, Html) else _escaped(str(child))


def _escaped(text: str) -> str:
    return escape(NOT_XML.sub("\ufffd", text))
