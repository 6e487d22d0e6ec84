"""The review queue: what waits, and what a reviewer says of it."""

from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import streamlit as st

from llm_telemetry import places
from llm_telemetry.dashboard import contents, filters, marts, serving, show
from llm_telemetry.judge import review_commands, review_ledger
from llm_telemetry.judge.review_ledger import LABELS, Draw, Review

TITLE = "Which answers wait for a review, and what do you say of them?"
CONTENTS = (
    "select interaction_id, prompt_text, response_text from marts.contents "
    "where interaction_id = $id"
)
# what is drawn of the reviews, newest first
MOST_REVIEWS = 20


def draw() -> None:
    """Draw the queue, one answer of it, and the last reviews."""
    file = places.reviews(serving.options())
    draws, reviews = review_ledger.load(file)
    if not draws:
        show.empty(
            "No answer was drawn for a review yet. To have some drawn at random",
            "QUALITY_AUDITS_PER_DAY=20 llm-telemetry run",
        )
        return
    show.ignored(filters.chosen().ignored(()))
    waiting = review_ledger.awaited(draws, reviews)
    counts = {
        "wait for a review": len(waiting),
        "of them random audits": sum(d.review_reason == "audit" for d in waiting),
        "drawn": len(draws),
        "reviews": len(reviews),
    }
    show.figures({label: (label, "count") for label in counts}, counts)
    st.caption(
        "Audits come first: without them there is no rate of bad answers. A review is "
        "appended to the review ledger, as `llm-telemetry review mark` does; the next "
        "run counts it."
    )
    if said := st.session_state.pop("review_said", None):
        st.success(show.escaped(said))
    if waiting:
        _draw_next(file, waiting)
        st.subheader("The queue")
        show.table([_shown(draw) for draw in waiting], "review_queue")
    else:
        st.info("Every answer that was drawn has a review.")
    _draw_reviews(reviews)


def _draw_next(file: Path, waiting: list[Draw]) -> None:
    """Draw one answer that waits, and the form of its review."""
    ids = [draw.interaction_id for draw in waiting]
    chosen = st.selectbox("Call", ids, key="review", bind="query-params") or ids[0]
    (drawn,) = (draw for draw in waiting if draw.interaction_id == chosen)
    st.text(
        f"{drawn.timestamp_utc[:16].replace('T', ' ')} UTC, drawn by "
        + ("a random audit" if drawn.review_reason == "audit" else "its risk")
    )
    contents.draw(marts.rows(CONTENTS, id=chosen))
    show.link("explore", "See the whole operation in Explore", interaction_id=chosen)
    with st.form("review_form", clear_on_submit=False):
        label = st.radio(
            "This answer is",
            LABELS,
            index=None,
            horizontal=True,
            key=f"review_label_{chosen}",
        )
        note = st.text_input("Note", key=f"review_note_{chosen}")
        by = st.text_input("Your name", key="review_by")
        if st.form_submit_button("Save the review"):
            _save(file, chosen, label, note, by)


def _save(file: Path, chosen: str, label: str | None, note: str, by: str) -> None:
    """Append a review as the command line does, or say what is missing."""
    if not label or not by.strip():
        st.warning("Say what the answer is, and who you are.")
        return
    given = SimpleNamespace(
        action="mark",
        target=chosen,
        label=label,
        by=by.strip(),
        note=note.strip(),
        dimension=None,
        reviews=file,
        json=False,
    )
    lines, _ = review_commands.review(given)
    st.session_state["review_said"] = "; ".join(lines)
    st.rerun()


def _draw_reviews(reviews: list[Review]) -> None:
    if not reviews:
        return
    st.subheader("The last reviews")
    newest = reviews[: -MOST_REVIEWS - 1 : -1]
    show.table([vars(review) for review in newest], "reviews")


def _shown(draw: Draw) -> dict[str, object]:
    moment = datetime.strptime(draw.timestamp_utc, review_ledger.TIME)
    return {**vars(draw), "timestamp_utc": moment}
