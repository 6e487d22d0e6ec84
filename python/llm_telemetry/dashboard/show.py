"""How pages show charts, tables, figures and what is missing."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import streamlit as st

from llm_telemetry.artifact.wording import multiple, number, percent
from llm_telemetry.charts import theme
from llm_telemetry.charts.spec import Chart, counted
from llm_telemetry.dashboard.filters import NAMED, SPAN
from llm_telemetry.errors import InputError

Row = Mapping[str, Any]
# column and form of each figure, by what it is called
Figures = Mapping[str, tuple[str, str]]

# what Markdown, or Streamlit in it, would read as more than a text
MARKS = re.compile(r"[\\`*_{}\[\]()#+.!|<>$:~&=-]")
CODE = re.compile(f"(`[^`\n]+`)|{MARKS.pattern}")
# where the pages of the navigation are kept, by name
NAVIGATION = "navigation"
# rows of a table that are sent to a browser
MOST_ROWS = 1000
# letters of a text from which it makes its column of a table no wider
LONG = 60
# of Streamlit, which sets that of axes and legends, but not of texts in a plot
FONT = '"Source Sans", sans-serif'
# a chart of several panels is as wide as the page, and its axis comes to that; a
# question is a sentence, not a poster
STYLE = """<style>
.stVegaLiteChart > svg { max-width: 100%; height: auto }
.stMain h1 { font-size: 1.8rem } .stMain h2 { font-size: 1.45rem }
.stMain h3 { font-size: 1.15rem } .stMain h4 { font-size: 1.2rem; padding: 0 }
.stMarkdownBadge { white-space: normal !important }
[data-testid="stMetricValue"] { font-size: 1.4rem }
[data-testid="stMetricValue"] * { white-space: normal !important }
[data-testid="stMetricDelta"] { font-size: 0.75rem }
.stApp [data-testid="stCaptionContainer"] { color: inherit; opacity: 0.85 }
.stMainBlockContainer { padding-top: 3.5rem }
</style>"""
FORMS: dict[str, Callable[[float | None], str]] = {
    "count": lambda value: "unknown" if value is None else f"{value:,.0f}",
    "number": number,
    "rate": percent,
    "multiple": multiple,
    "usd": lambda value: _with_unit(value, "USD"),
    "ms": lambda value: _with_unit(value, "ms"),
}


def _with_unit(value: float | None, unit: str) -> str:
    return number(value) if value is None else f"{number(value)} {unit}"


def chart(drawn: Chart) -> None:
    """Show a chart with its title, in the colours of the page."""
    st.subheader(drawn.title)
    written = json.dumps(
        drawn.spec(is_dark=st.context.theme.type == "dark"), default=_moment_utc
    )
    spec = _without_roles(json.loads(written))
    spec["config"]["text"]["font"] = FONT
    # other widths go with places in pixels, as of words beside a line
    panels = spec.get("vconcat", [spec])
    is_wide = all(panel.get("width") == theme.WIDTH for panel in panels)
    if not is_wide:
        spec["autosize"] = {"type": "pad"}
    width = "stretch" if is_wide else "content"
    st.vega_lite_chart(spec, theme=None, width=width, alt=drawn.alt)


def _without_roles(part: Any) -> Any:
    """Return a part of a specification whose marks are silent: the chart has a text."""
    if isinstance(part, list):
        return [_without_roles(one) for one in part]
    if not isinstance(part, dict):
        return part
    whole = {key: _without_roles(one) for key, one in part.items() if key != "data"}
    if isinstance(mark := part.get("mark"), dict):
        whole["mark"] = {**mark, "aria": False}
    return {**whole, **({"data": part["data"]} if "data" in part else {})}


def _moment_utc(value: date) -> str:
    """Return a day or a time of UTC as a chart reads it, the same in every browser."""
    day = value if isinstance(value, datetime) else datetime(*value.timetuple()[:3])
    return f"{day.isoformat()}Z"


def table(rows: Sequence[Row], name: str, labels: Mapping[str, str] = {}) -> None:
    """Show rows, with all of them to download as ``name``.csv.

    ``labels`` are what columns are called; without any, all are shown. Of no rows, what
    is above says why, and nothing is shown.
    """
    if not rows:
        return
    columns = dict(labels) or {key: key for key in rows[0]}
    shown = [
        {label: row[key] for key, label in columns.items()} for row in rows[:MOST_ROWS]
    ]
    # what is beside a long name would be out of sight
    widths = {
        label: st.column_config.Column(width="medium")
        for label in columns.values()
        if any(len(str(row[label])) > LONG for row in shown)
    }
    st.dataframe(shown, hide_index=True, width="stretch", column_config=widths)
    if len(rows) > MOST_ROWS:
        st.caption(f"The first {MOST_ROWS:,} of {len(rows):,} rows; the file has all.")
    st.download_button(
        f"Download {counted(len(rows), 'row')} as CSV",
        csv_text(rows),
        f"{name}.csv",
        "text/csv",
        key=f"download_{name}",
        on_click="ignore",
    )


def csv_text(rows: Sequence[Row]) -> str:
    """Return rows as CSV, with a header."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(rows[0])
    writer.writerows(row.values() for row in rows)
    return file.getvalue()


def figures(shown: Figures, now: Row, before: Row | None = None) -> None:
    """Show figures of a row side by side, each with that of the period before."""
    for column, (label, (name, form)) in zip(
        st.columns(len(shown)), shown.items(), strict=True
    ):
        spoken, earlier = FORMS[form], (before or {}).get(name)
        value = spoken(now.get(name))
        was = None if earlier is None else f"before: {spoken(earlier)}"
        column.metric(label, value, was, delta_color="off", delta_arrow="off")


@contextmanager
def problems() -> Iterator[None]:
    """Say what is wrong with the warehouse or a ledger, instead of failing."""
    try:
        yield
    except InputError as error:
        for line in error.lines:
            st.error(escaped(line))


def empty(what: str, command: str) -> None:
    """Say that there is nothing to show yet, and what would fill it."""
    st.info(f"{what}: `{command}`")


def ignored(names: Iterable[str]) -> None:
    """Say which of the chosen filters this page cannot apply."""
    labels = {**SPAN, **NAMED}
    if said := ", ".join(labels[name] for name in names):
        st.caption(f"Not filtered here, the figures are not kept by: {said}.")


def link(page: str, label: str, **query: str | list[str]) -> None:
    """Link to another page, with filters or its own choices in the URL."""
    # a page that is drawn alone, as tests do, has no other to link to
    if found := st.session_state.get(NAVIGATION, {}).get(page):
        st.page_link(found, label=label, query_params=query or None)


def escaped(text: object) -> str:
    """Return a text as Markdown that shows it as it is, whatever marks it has."""
    return MARKS.sub(r"\\\g<0>", str(text))


def with_code(text: object) -> str:
    """Return a text as Markdown in which what stands between backticks is code."""
    return CODE.sub(lambda found: found[1] or f"\\{found[0]}", str(text))


def bullets(
    lines: Iterable[object], written: Callable[[object], str] = escaped
) -> None:
    """Show texts as a list; ``written`` makes Markdown of each."""
    if said := "\n".join(f"- {written(line)}" for line in lines):
        st.markdown(said)


def moment(value: datetime) -> str:
    """Return a time to the minute."""
    return f"{value:%Y-%m-%d %H:%M}"
