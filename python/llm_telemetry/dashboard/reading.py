"""How pages ask the marts: with the filters, by what a person picks, with the knobs."""

from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st

from llm_telemetry.dashboard import filters, marts, show

EVERY_FILTER = (filters.DAY, *filters.NAMED)


def condition(
    columns: Iterable[str], day: str = filters.DAY
) -> tuple[str, dict[str, Any]]:
    """Return the filters as SQL on those columns; say which cannot be applied."""
    chosen = filters.chosen()
    show.ignored(chosen.ignored(columns, day))
    return chosen.where(columns, day)


def pick(label: str, choices: Iterable[str], key: str) -> str:
    """Return which of some choices a person picked; it stands in the URL."""
    picked: str = st.selectbox(label, list(choices), key=key, bind="query-params")
    return picked


def pick_two(key: str, by: Iterable[str], per: Iterable[str]) -> tuple[str, str]:
    """Return by which members a person wants lines, and how long a point is."""
    left, right = st.columns(2)
    with left:
        member = pick("By", by, f"{key}_by")
    with right:
        return member, pick("A point per", per, f"{key}_per")


def zone() -> str:
    """Return the time zone of business days."""
    return str(_knobs().get("business_time_zone") or "UTC")


def sla_ms() -> float | None:
    """Return the latency from which an operation breaches the SLA."""
    return knob("sla_ms")


def knob(name: str) -> float | None:
    """Return the setting of a knob that is a number, as the build had it."""
    setting = _knobs().get(name)
    return None if setting is None else float(setting)


def _knobs() -> Mapping[str, Any]:
    rows = marts.rows("select knob, setting, setting_text from marts.knobs")
    return {
        row["knob"]: row["setting_text"] if row["setting"] is None else row["setting"]
        for row in rows
    }
