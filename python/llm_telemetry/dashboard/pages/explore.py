"""The calls themselves: search, filters, one operation, and an export of them all."""

from functools import partial
from typing import Any

import streamlit as st

from llm_telemetry.charts import waterfall
from llm_telemetry.charts.spec import counted
from llm_telemetry.dashboard import (
    contents,
    filters,
    marts,
    operation,
    selection,
    serving,
    show,
)
from llm_telemetry.dashboard.selection import CHOICES, MOST_SHOWN, PLACES, Selection
from llm_telemetry.warehouse import connection

TITLE = "Which calls are these, and what happened in them?"
OF_CALLS = (filters.DAY, *filters.NAMED)
# filters of this page alone
NAMED = {
    "failure_type": "Failure type",
    "account_tier": "Account tier",
    "channel": "Channel",
    "region": "Region",
    "segment": "Segment",
    "environment": "Environment",
}
CHOSEN = {"status": "Outcome", "hallucination": "Hallucination", "sla": "SLA"}
FORMATS = ("csv", "json", "parquet")
# more calls are compressed: a million of them are 1.7 GB of JSON
MOST_PLAIN = 100_000
ASKED = {"operation_id": "Operation", "interaction_id": "Call"}


def draw() -> None:
    """Draw one operation, where one is asked for, and the selected calls."""
    if not marts.count("interactions"):
        show.empty("No calls yet", "llm-telemetry run")
        return
    _draw_asked()
    chosen = _chosen()
    (counted,) = marts.rows(chosen.counted(), **chosen.arguments())
    rows = marts.rows(chosen.shown(), **chosen.arguments())
    _draw_calls(rows, counted["calls"], chosen)
    if rows:
        _draw_export(chosen, counted["calls"])


def _chosen() -> Selection:
    """Draw the search and the filters of this page; return what they select."""
    is_kept = contents.is_kept()
    places = list(PLACES) if is_kept else ["ids and attributes"]
    wide, narrow = st.columns([3, 1])
    text = wide.text_input(
        "Search",
        key="search",
        bind="query-params",
        placeholder="literally, upper and lower case alike",
    )
    place = narrow.selectbox("in", places, key="search_in", bind="query-params")
    if not is_kept:
        st.caption(f"{contents.OFF} The search is over ids and attributes.")
    where, parameters = filters.chosen().where(OF_CALLS)
    own, of_own = _own_filters()
    return Selection(
        where=f"({where}) and ({own})",
        parameters={**parameters, **of_own},
        text=text or "",
        place=place or places[0],
    )


def _own_filters() -> tuple[str, dict[str, Any]]:
    """Draw the filters of this page; return their condition with its parameters."""
    choices: dict[str, str | None] = {}
    names: dict[str, tuple[str, ...]] = {}
    is_set = any(name in st.query_params for name in (*CHOSEN, *NAMED))
    columns = st.expander("More filters", expanded=is_set).columns(4)
    for number, (name, label) in enumerate(CHOSEN.items()):
        choices[name] = columns[number % 4].selectbox(
            label,
            list(CHOICES[name]),
            index=None,
            key=name,
            bind="query-params",
            placeholder="any",
        )
    for number, (name, label) in enumerate(NAMED.items(), len(CHOSEN)):
        names[name] = tuple(
            columns[number % 4].multiselect(
                label, _members(name), key=name, bind="query-params", placeholder="all"
            )
        )
    return selection.chosen(names, choices)


def _members(name: str) -> list[str]:
    rows = marts.rows(
        f"select distinct {selection.label(name)} as member "
        "from marts.interactions order by 1"
    )
    return [row["member"] for row in rows]


def _draw_calls(rows: list[marts.Row], calls: int, chosen: Selection) -> None:
    """Draw the leading calls; a click on one opens its operation."""
    if not rows:
        st.info("No call is selected: take a filter away, or search for less.")
        return
    leading = "with most matches, then the newest" if chosen.text else "newest"
    st.caption(
        f"{counted(calls, 'call')} {'is' if calls == 1 else 'are'} selected."
        + (f" Shown are the {MOST_SHOWN} {leading}." if calls > MOST_SHOWN else "")
        + " Choose a row to see its operation."
    )
    st.dataframe(
        rows,
        hide_index=True,
        width="stretch",
        key="calls",
        on_select=partial(_open, [row["operation_id"] for row in rows]),
        selection_mode="single-row",
    )


def _open(operation_ids: list[str]) -> None:
    """Ask for the operation of the row that was chosen."""
    places = st.session_state["calls"]["selection"]["rows"]
    st.session_state["operation_id"] = operation_ids[places[0]] if places else ""
    st.session_state["interaction_id"] = ""


def _draw_export(chosen: Selection, calls: int) -> None:
    """Draw the download of every selected call, written when it is asked for."""
    st.subheader("Export")
    left, middle, right = st.columns([1, 2, 2], vertical_alignment="bottom")
    form = left.selectbox("Format", FORMATS, key="export_form") or "csv"
    if calls > MOST_PLAIN and form != "parquet":
        form += ".gz"
    with_contents = contents.is_kept() and middle.checkbox(
        "with prompts and answers", key="export_contents"
    )
    extra = ", with prompts and answers" if with_contents else ""
    sql = chosen.exported(with_contents=with_contents)
    what = f"{'' if calls == 1 else 'all '}{counted(calls, 'call')}"
    right.download_button(
        f"Download {what} as {form.upper()}{extra}",
        partial(
            connection.exported, sql, chosen.arguments(), serving.warehouse(), form
        ),
        f"calls.{form}",
        "application/octet-stream",
        key="export",
        on_click="ignore",
    )


def _draw_asked() -> None:
    """Draw the fields of an operation or a call, and the operation itself."""
    asked: dict[str, str] = {}
    for column, (name, label) in zip(st.columns(2), ASKED.items(), strict=True):
        asked[name] = column.text_input(
            label, key=name, bind="query-params", placeholder="an id"
        )
    operation_id = asked["operation_id"]
    if not operation_id and asked["interaction_id"]:
        found = marts.rows(operation.OF_A_CALL, id=asked["interaction_id"])
        operation_id = found[0]["operation_id"] if found else ""
    if not any(asked.values()):
        return
    attempts = marts.rows(operation.ATTEMPTS, operation_id=operation_id)
    if not attempts:
        st.warning("No call or operation has this id.")
        return
    _draw_operation(operation_id, attempts)


def _draw_operation(operation_id: str, attempts: list[marts.Row]) -> None:
    """Draw what happened in an operation, and what was said where that is kept."""
    steps = marts.rows(operation.STEPS, operation_id=operation_id)
    show.chart(waterfall.waterfall(steps))
    if steps[0]["steps"] > len(steps):
        st.caption(f"The first {len(steps):,} of {steps[0]['steps']:,} steps are read.")
    st.subheader("Its attempts")
    show.table(attempts, "attempts")
    contents.draw(marts.rows(operation.CONTENTS, operation_id=operation_id))
    st.divider()
