"""Alerts: what is open, who is at it, what became of the others."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import streamlit as st

from llm_telemetry.charts import alerts as charts
from llm_telemetry.dashboard import filters, marts, serving, show
from llm_telemetry.errors import InputError
from llm_telemetry.watch import alert_commands
from llm_telemetry.watch.commands import alert
from llm_telemetry.watch.state import LABELS, Episode
from llm_telemetry.watch.wording import member_lines, summary

TITLE = "Which alerts are open, and what became of the others?"
# more at once are a list, which the table is
MOST_SHOWN = 20
SAID, REFUSED, ACTOR = "alert_said", "alert_refused", "actor"
NOT_ASKED = ("label", "until", "now")


def draw() -> None:
    """Draw the open alerts with what can be said about them, then the history."""
    show.ignored(filters.chosen().ignored(()))
    episodes = alert_commands.episodes(serving.options())
    _draw_answer()
    if not episodes:
        show.empty("No alert yet: nothing was watched", "llm-telemetry watch")
        return
    open_ones = [one for one in episodes if one.is_open]
    # stable: within a severity in the order of their opening
    open_ones.sort(key=lambda one: one.severity != "critical")
    taken = [one for one in open_ones if one.acknowledged_at]
    waiting = [one for one in open_ones if not one.acknowledged_at]
    st.text_input("Your name", key=ACTOR, max_chars=100)
    _draw_open("Open, and nobody is at it", waiting)
    _draw_open("Acknowledged", taken)
    _draw_history(episodes)
    _draw_statistics(episodes)


def _draw_answer() -> None:
    """Say what became of the last button."""
    if said := st.session_state.pop(SAID, None):
        st.success(said)
    if refused := st.session_state.pop(REFUSED, None):
        st.error(refused)


def _draw_open(title: str, episodes: Sequence[Episode]) -> None:
    st.header(title)
    if not episodes:
        st.write("None.")
    for one in episodes[:MOST_SHOWN]:
        with st.container(border=True):
            _draw_episode(one)
    if (more := len(episodes) - MOST_SHOWN) > 0:
        st.caption(f"{more} more, in the history below.")


def _draw_episode(one: Episode) -> None:
    colour = "red" if one.severity == "critical" else "orange"
    st.badge(one.severity, color=colour)
    st.markdown(f"**{show.escaped(f'{one.rule_id}: {summary(one)}')}**")
    said = f"{one.episode}, since {one.opened_day}"
    if one.acknowledged_by:
        said += f", acknowledged by {one.acknowledged_by}"
    if one.note:
        said += f": {one.note}"
    st.caption(show.escaped(said))
    if len(lines := member_lines(one)) > 1:
        show.bullets(lines)
    st.text_input("Note, for others", key=f"note_{one.episode}", max_chars=500)
    acknowledge, label, resolve = st.columns(3, vertical_alignment="bottom")
    if not one.acknowledged_at:
        acknowledge.button(
            "Acknowledge",
            key=f"ack_{one.episode}",
            on_click=_say,
            args=("ack", one.episode),
        )
    label.selectbox(
        "It was",
        LABELS,
        key=f"label_{one.episode}",
        format_func=lambda name: name.replace("_", " "),
    )
    resolve.button(
        "Resolve",
        key=f"resolve_{one.episode}",
        on_click=_say,
        args=("resolve", one.episode),
    )


def _say(action: str, episode: str) -> None:
    """Record what a person says of an alert, as the command line does.

    It is read as the button is pressed: what was typed last is not drawn yet.
    """
    actor = st.session_state[ACTOR].strip()
    if not actor:
        st.session_state[REFUSED] = "Say who you are: nothing was recorded."
        return
    asked: dict[str, Any] = {
        **vars(serving.options()),
        **dict.fromkeys(NOT_ASKED),
        "action": action,
        "target": episode,
        "by": actor,
        "note": st.session_state[f"note_{episode}"].strip() or None,
        "json": False,
    }
    if action == "resolve":
        asked["label"] = st.session_state[f"label_{episode}"]
    try:
        lines, _ = alert_commands.alerts(SimpleNamespace(**asked))
        st.session_state[SAID] = show.escaped(" ".join(lines))
    except InputError as error:
        st.session_state[REFUSED] = show.escaped(" ".join(error.lines))


def _draw_history(episodes: Sequence[Episode]) -> None:
    st.header("History")
    rows = [alert(one) for one in reversed(episodes)]
    named = ("opened_date", "resolved_date", "severity", "summary", "reason", "note")
    columns = {name: name.replace("_", " ") for name in ("episode", *named)}
    show.table(rows, "alert_history", columns)


def _draw_statistics(episodes: Sequence[Episode]) -> None:
    st.header("Statistics")
    rows = alert_commands.statistics(episodes)
    show.chart(charts.real_shares(rows))
    show.table(rows, "alert_statistics")
    if times := marts.rows("select * from marts.alert_statistics order by rule_id"):
        st.caption("As of the last build, with the times to acknowledge and resolve:")
        show.table(times, "alert_statistics_built")
