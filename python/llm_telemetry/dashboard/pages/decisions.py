"""What was decided, why, and until when it holds: the bundle, or its marts."""

import io
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import streamlit as st

from llm_telemetry.artifact import bundle, diff_text, labels
from llm_telemetry.artifact.page_cards import TITLES, Card, card
from llm_telemetry.charts import days, figures, judged
from llm_telemetry.charts.spec import Chart, counted
from llm_telemetry.dashboard import filters, marts, reading, serving, show
from llm_telemetry.reasons import explained

TITLE = "What was decided, why, and until when does it hold?"
FILES = r"routing_\w+\.csv|triage_threshold_\w+\.(csv|json)"
IN_A_ROW = 3
COLOURS = {"clear": "green", "unclear": "orange", "refused": "gray"}
PUBLISHED = (
    "select decision_id, decision, verdict, is_clear, recommendation, summary, "
    "string_split(reasons, '; ') as reasons, bundle_status, as_of, valid_until "
    "from marts.decisions where is_published"
)
EARLIER = (
    "select as_of, decision, verdict, is_clear, recommendation, valid_until "
    "from marts.decisions where not is_published order by as_of desc, decision"
)


def draw() -> None:
    """Draw the cards, what changed, and each decision with its evidence."""
    show.ignored(filters.chosen().ignored(()))
    published = marts.rows(PUBLISHED)
    artifact = bundle.read_earlier(serving.out_dir())
    if not (artifact or published):
        show.empty("No decision yet", "llm-telemetry run")
        return
    if artifact:
        _draw_bundle(artifact, published)
    else:
        _draw_published(published)
    _draw_earlier()


def _draw_bundle(artifact: Mapping[str, Any], published: list[marts.Row]) -> None:
    _draw_validity(artifact["status"], artifact["as_of"], artifact["valid_until"])
    if published and published[0]["decision_id"] != artifact["decision_id"]:
        st.warning(
            "The bundle is of another run than the warehouse: what is decided is "
            "older or newer than what the other pages show."
        )
    decisions = artifact["decisions"]
    _draw_cards([card(name, decision) for name, decision in decisions.items()])
    st.subheader("What changed since the last decision")
    changes = artifact["changes"]
    if changes is None:
        st.write("This is the first decision in this folder: nothing to compare with.")
    else:
        show.bullets(diff_text.changed(changes))
        if causes := diff_text.differs(changes):
            with st.expander(counted(len(causes), "possible cause")):
                show.bullets(causes)
    with st.expander("What ends these decisions early"):
        show.bullets(artifact["expires_on"])
    charts = _charts(artifact)
    for name, decision in decisions.items():
        st.header(TITLES.get(name, name), anchor=name)
        _draw_decision(name, decision, charts.get(name, []))


def _draw_validity(status: str, as_of: str | None, valid_until: str | None) -> None:
    """Say what the status means, and whether it still holds."""
    said = f"{labels.MEANINGS[status]} As of {_minute(as_of)}, valid until "
    said += f"{_minute(valid_until)}."
    if valid_until and datetime.fromisoformat(valid_until) < datetime.now(UTC):
        said += " That has passed: run again on newer telemetry."
    colours = {"ok": "green", "blocked": "red"}
    st.badge(status.replace("_", " "), color=colours.get(status, "orange"))
    st.markdown(said)


def _minute(written: str | None) -> str:
    return f"{written[:16].replace('T', ' ')} UTC" if written else "no call"


def _draw_cards(cards: list[Card]) -> None:
    for first in range(0, len(cards), IN_A_ROW):
        for one, column in zip(
            cards[first : first + IN_A_ROW], st.columns(IN_A_ROW), strict=False
        ):
            with column.container(border=True, height="stretch"):
                _draw_card(one)


def _draw_card(one: Card) -> None:
    st.markdown(f"**[{one.title}](#{one.name})**")
    st.markdown(f"#### {show.escaped(one.verdict)}")
    st.badge(one.doubt, color=COLOURS[one.state])
    st.markdown(f"**{show.with_code(one.advice)}**")
    if one.figure:
        st.markdown(show.escaped(one.figure))
    if one.words:
        st.caption(show.escaped(one.words))
    show.bullets(one.reasons)


def _draw_decision(name: str, decision: Mapping[str, Any], charts: list[Chart]) -> None:
    summary = str(decision["summary"])
    st.markdown(show.with_code(f"{summary[:1].upper()}{summary[1:]}."))
    reasons = (explained(reason, name) for reason in decision["reasons"])
    show.bullets(reasons, show.with_code)
    for chart in charts:
        show.chart(chart)
    if named := labels.named(name, decision.get("estimates", {})):
        rows = [
            {"estimate": words, "value (95 % interval)": value}
            for words, value in named
        ]
        show.table(rows, f"{name}_estimates")


def _charts(artifact: Mapping[str, Any]) -> dict[str, list[Chart]]:
    """Return the charts of each decision: of the bundle's files, and of the marts."""
    drawn: dict[str, list[Chart]] = {}
    zone = reading.zone()
    burn = marts.rows("select * from marts.budget_burn order by interaction_date")
    drawn["budget"] = [days.burn(burn, zone)]
    drawn["drift"] = [
        judged.drift(marts.rows("select * from marts.drift order by all"))
    ]
    files = bundle.read_files(artifact, serving.out_dir(), FILES)
    policy, backtest, curve = (
        _frame(files.get(name))
        for name in (
            "routing_policy_use_case.csv",
            "routing_backtest.csv",
            "triage_threshold_curve.csv",
        )
    )
    if policy is not None and backtest is not None:
        drawn["routing"] = list(figures.of_routing(policy, backtest).values())
    rule = files.get("triage_threshold_policy.json")
    if curve is not None and rule is not None:
        drawn["triage"] = list(figures.of_triage(json.loads(rule), curve).values())
    return drawn


def _frame(content: bytes | None) -> pd.DataFrame | None:
    if content is None:
        return None
    frame = pd.read_csv(io.BytesIO(content), keep_default_na=False, na_values=[""])
    texts = frame.select_dtypes(exclude=["number", "bool"]).columns
    return frame.fillna(dict.fromkeys(texts, ""))


def _draw_published(published: list[marts.Row]) -> None:
    """Draw what the warehouse keeps of its decisions, without a bundle."""
    first = published[0]
    ends = [
        None if first[name] is None else f"{first[name].isoformat()}Z"
        for name in ("as_of", "valid_until")
    ]
    _draw_validity(first["bundle_status"], *ends)
    st.caption(
        f"No bundle in {show.escaped(serving.out_dir())}: this is what the warehouse "
        "keeps of it. Name the folder with `--out-dir`."
    )
    shown = [
        {**row, "reasons": [code for code in row["reasons"] or [] if code]}
        for row in published
    ]
    _draw_cards([_plain_card(row) for row in shown])
    for row in shown:
        st.header(TITLES.get(row["decision"], row["decision"]), anchor=row["decision"])
        _draw_decision(row["decision"], row, [])


def _plain_card(row: marts.Row) -> Card:
    named = {"evidence": [], "estimates": {}, **row}
    whole = card(row["decision"], named)
    return replace(whole, figure="", words="")


def _draw_earlier() -> None:
    if earlier := marts.rows(EARLIER):
        st.header("Decided before")
        show.table(earlier, "decisions")
