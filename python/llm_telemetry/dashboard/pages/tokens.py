"""What requests take: by outcome, by prompt version, and from the cache."""

import streamlit as st

from llm_telemetry.charts import compared, over_days
from llm_telemetry.charts.members import Measure
from llm_telemetry.dashboard import formulas, marts, measures, queries, reading, show

TITLE = "How many tokens do requests take, and what becomes of them?"

FIGURES = {
    "Tokens per call": ("tokens_per_call", "number"),
    "Prompt": ("prompt_tokens_per_call", "number"),
    "Completion": ("completion_tokens_per_call", "number"),
    "From the cache": ("cache_share", "rate"),
}
DAILY = Measure("total_tokens", "tokens", missing=measures.UNTOKENED)
CACHED = Measure(
    "cache_share",
    "share of prompt tokens read from the provider's cache",
    form=".1%",
    missing="no source reports cached tokens",
)
# every call is in one of them
OUTCOME = """case
    when hallucination_flag then 'flagged as hallucination'
    when is_failure then 'failure'
    when not is_failure then 'success'
    else 'outcome unknown'
end"""
BY = {"outcome": OUTCOME, **queries.BY}
CACHE = ("sum(cache_read_tokens)", "sum(cache_reported_prompt_tokens)", "cache_share")
PER_CALLS = f"""
    {formulas.TOKEN_PARTS},
    {formulas.TOKENS},
    {formulas.ratio(*CACHE)},
    sum(interactions) as interactions"""


def draw() -> None:
    """Draw tokens per call, over days, and how many the cache served."""
    if not marts.count("answers_by_day"):
        show.empty("No calls yet", "llm-telemetry run")
        return
    where, parameters = reading.condition(reading.EVERY_FILTER)
    (whole,) = marts.rows(
        f"select {PER_CALLS} from marts.answers_by_day where {where}", **parameters
    )
    show.figures(FIGURES, whole)
    for by in ("outcome", "prompt version"):
        _parts(by, where, parameters)
    st.caption(
        "A call that is flagged counts there only, whether it failed or not; the flag "
        "is the raw one of the telemetry."
    )
    _over_days(where, parameters)


def _parts(by: str, where: str, parameters: dict[str, object]) -> None:
    rows = _rows(by, "", where, parameters)
    title, unit = f"Tokens per call, by {by}", measures.TOKENS.title
    show.chart(compared.parts(title, rows, measures.TOKEN_PARTS, unit))


def _over_days(where: str, parameters: dict[str, object]) -> None:
    by, per = reading.pick_two("tokens", BY, queries.PER)
    daily = _rows(by, per, where, parameters)
    zone = reading.zone()
    show.chart(over_days.stacked(f"Tokens by {by}", daily, DAILY, zone, per))
    title = f"Tokens per call by {by}"
    show.chart(over_days.lines(title, daily, [measures.TOKENS], zone, per))
    rows = _rows(by, "", where, parameters)
    show.chart(compared.forest(f"Share of the cache, by {by}", rows, CACHED))
    columns = [*measures.TOKEN_PARTS, measures.TOKENS, DAILY, CACHED]
    show.table(rows, "tokens", measures.labels(by, columns))


def _rows(
    by: str, per: str, where: str, parameters: dict[str, object]
) -> list[marts.Row]:
    """Return tokens by member, and per day or week if it is said."""
    columns = f"{PER_CALLS}, {formulas.TOTAL_TOKENS}"
    sql = queries.by_member("marts.answers_by_day", BY[by], columns, where, per=per)
    return marts.rows(sql, **parameters)
