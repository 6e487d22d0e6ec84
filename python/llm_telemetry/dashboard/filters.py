"""What a person chose to see; it stands in the URL, so that a link shows the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

from llm_telemetry.dashboard import marts

DAY = "interaction_date"
# column, and what it is called
NAMED = {
    "model_provider": "Provider",
    "model_name": "Model",
    "use_case": "Use case",
    "prompt_version": "Prompt version",
}
SPAN = {"since": "From", "until": "To"}
# the name of the page that was drawn last
SHOWN = "shown_page"


@dataclass(frozen=True)
class Filters:
    """The chosen days and names; what is None or empty is not restricted."""

    since: date | None = None
    until: date | None = None
    model_provider: tuple[str, ...] = ()
    model_name: tuple[str, ...] = ()
    use_case: tuple[str, ...] = ()
    prompt_version: tuple[str, ...] = ()

    def where(
        self, columns: Iterable[str], day: str = DAY
    ) -> tuple[str, dict[str, Any]]:
        """Return an SQL condition on those of the columns, with its parameters."""
        known = set(columns)
        conditions: list[str] = []
        parameters: dict[str, Any] = {}
        for name, comparison in (("since", ">="), ("until", "<=")):
            if day in known and (limit := getattr(self, name)):
                conditions.append(f"{day} {comparison} ${name}")
                parameters[name] = limit
        for name in NAMED:
            if name in known and (chosen := getattr(self, name)):
                conditions.append(f"list_contains(${name}, {name})")
                parameters[name] = list(chosen)
        return " and ".join(conditions) or "true", parameters

    def ignored(self, columns: Iterable[str], day: str = DAY) -> tuple[str, ...]:
        """Return what was chosen and cannot be applied to those columns."""
        known = set(columns)
        set_days = [name for name in SPAN if getattr(self, name) and day not in known]
        set_names = [
            name for name in NAMED if getattr(self, name) and name not in known
        ]
        return (*set_days, *set_names)


def chosen() -> Filters:
    """Return what the sidebar says."""
    state = st.session_state
    names = {name: tuple(state.get(name) or ()) for name in NAMED}
    return Filters(state.get("since"), state.get("until"), **names)


def draw(page: str = "") -> None:
    """Draw the filters, with what the calls of the warehouse have.

    ``page`` is the page that they are drawn for.
    """
    (days,) = marts.rows(
        f"select min({DAY}) as first_day, max({DAY}) as last_day "
        "from marts.usage_by_day"
    )
    if days["first_day"] is None:
        st.caption("No calls yet: nothing to choose from.")
        return
    is_followed = _is_followed(page)
    limits = {"min_value": days["first_day"], "max_value": days["last_day"]}
    for (name, label), column in zip(SPAN.items(), st.columns(2), strict=True):
        column.date_input(
            label,
            value=None,
            key=name,
            bind="query-params",
            format="YYYY-MM-DD",
            **limits,
        )
    for name, label in NAMED.items():
        members = marts.rows(
            f"select distinct {name} as member from marts.usage_by_day "
            f"where {name} is not null order by 1"
        )
        names = [row["member"] for row in members]
        if is_followed and (linked := st.query_params.get_all(name)):
            st.session_state[name] = [one for one in linked if one in names]
        st.multiselect(
            label,
            names,
            key=name,
            bind="query-params",
            placeholder="all",
        )


def _is_followed(page: str) -> bool:
    """Return whether a page was opened from another one, as by a link.

    Filters that were drawn there would keep what they have, whatever the link says.
    """
    before = st.session_state.get(SHOWN)
    st.session_state[SHOWN] = page
    return before not in (None, page)
