"""Prompts and answers, where they are kept; shown as plain text, never as markup."""

import streamlit as st

from llm_telemetry.dashboard import marts
from llm_telemetry.judge import messages

OFF = (
    "Prompts and answers are not kept: that is off by default, and the knob "
    "`keep_content` turns it on."
)


def is_kept() -> bool:
    """Return whether any prompt or answer is in the warehouse."""
    (found,) = marts.rows(
        "select exists (from marts.contents where prompt_text is not null "
        "or response_text is not null) as is_kept"
    )
    return bool(found["is_kept"])


def draw(rows: list[marts.Row]) -> None:
    """Draw what was asked and answered; rows have interaction_id and both texts."""
    if not rows:
        st.caption("No prompt or answer is kept of this." if is_kept() else OFF)
        return
    for row in rows:
        _draw("Prompt", row["prompt_text"], messages.question(row["prompt_text"]))
        _draw("Answer", row["response_text"], messages.answer(row["response_text"]))


def _draw(what: str, recorded: str | None, said: str | None) -> None:
    """Draw what was said, and below it the record, where that is JSON of messages."""
    if recorded is None:
        return
    st.caption(what)
    st.code(said or recorded, language=None, wrap_lines=True)
    if said and said != recorded:
        with st.expander(f"{what} as recorded"):
            st.code(recorded, language=None, wrap_lines=True)
