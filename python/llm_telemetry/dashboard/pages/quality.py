"""How good answers are: measured rates, raw flags, feedback, evaluators."""

import streamlit as st

from llm_telemetry import reasons
from llm_telemetry.charts import compared, over_days
from llm_telemetry.charts.members import Measure
from llm_telemetry.dashboard import (
    filters,
    formulas,
    marts,
    measures,
    queries,
    reading,
    show,
)

TITLE = "How good are the answers, and who says so?"

# what a measured rate is stated for
ALL = "all calls"
SCOPES = {
    ALL: "everything",
    "model": "model",
    "use case": "use_case",
    "prompt version": "prompt_version",
    "prompt length": "prompt_length",
    "segment": "segment",
    "week": "week",
}
BAD = measures.share("rate", "bad answers, of all", "refused")
MODEL_SCORE = Measure("evaluator_mean", "mean score, 0 to 1 (raw)", missing="no score")
SCORE = measures.with_interval(
    "mean_score", "mean score, 0 to 1 (raw)", "fewer than 30 scores"
)
# flags and grades of the calls themselves are above; an evaluation with any score
# outside 0 to 1 has a scale of its own
SCORES = """(
    select
        cast(timestamp_utc as date) as interaction_date,
        evaluation_name || coalesce(' ' || left(evaluator_version, 7), '') as name,
        score
    from marts.evaluations
    where
        evaluation_name not in (
            'hallucination_flag', 'toxicity_flag', 'formatting_error_flag',
            'response_quality_score'
        )
    window same_evaluation as (partition by evaluation_name, evaluator_version)
    qualify
        score is not null
        and timestamp_utc is not null
        and min(score) over same_evaluation >= 0
        and max(score) over same_evaluation <= 1
)"""
AGREEMENT = [
    Measure(
        "auc",
        "AUC: a bad answer scores above a good one (95 % interval)",
        "auc_low",
        "auc_high",
        missing="no labels of both kinds",
    ),
    Measure(
        "kappa",
        "Cohen's kappa with the labels (95 % interval)",
        "kappa_low",
        "kappa_high",
        missing="no labels of both kinds",
    ),
    Measure("agreement", "share of labels agreed with", missing="no labels"),
]
ALPHA = measures.with_interval(
    "alpha", "Krippendorff's alpha of the reviewers", "all labels are the same"
)
FLAGGED = formulas.rate(
    formulas.total("interactions", "hallucination_flag"),
    formulas.enough(formulas.total("interactions", "hallucination_flag is not null")),
    "hallucination_rate",
)
REVIEWED = {
    "Reviewed answers": ("reviews", "count"),
    "By two or more": ("doubly_reviewed", "count"),
    "Of these, disputed": ("conflicting_share", "rate"),
}
# versions of one evaluator have scores of their own
EVALUATOR = "evaluator || ' ' || left(evaluator_version, 7)"
FLAG = """case
    when hallucination_flag then 'flagged as hallucination'
    when not hallucination_flag then 'not flagged'
    else 'flag unknown'
end"""
LENGTH = """if(
    min_prompt_tokens is null,
    'unknown length',
    if(
        min_prompt_tokens < 2,
        min_prompt_tokens || ' tokens',
        format('{:,} to {:,} tokens', min_prompt_tokens, 2 * min_prompt_tokens - 1)
    )
)"""
QUALITY = f"""
    {FLAGGED},
    {formulas.FEEDBACK},
    {formulas.TOKEN_PARTS},
    sum(interactions) as interactions,
    sum(rated_interactions) as rated_interactions"""


def draw() -> None:
    """Draw measured rates, then what flags, users and evaluators say."""
    if not marts.count("answers_by_day"):
        show.empty("No calls yet", "llm-telemetry run")
        return
    _measured()
    _raw()
    _evaluators()


def _measured() -> None:
    st.header("Measured: from labels of random audits")
    reading.condition(())
    scope = reading.pick("Rates of", SCOPES, "quality_scope")
    is_week = scope == "week"
    order = "scope" if is_week else "interactions desc"
    rows = marts.rows(
        f"""
        select
            *,
            scope || ', ' || dimension || if(
                evaluator = 'none', ': labels alone', ': with ' || {EVALUATOR}
            ) as member
        from marts.quality_rates
        where scope_kind = $scope_kind
        order by evaluator != 'none', {order}, member
        """,
        scope_kind=SCOPES[scope],
    )
    if not rows:
        show.empty(
            "No rates yet: runs draw answers for review, and people label them",
            "llm-telemetry review list",
        )
        return
    refused = [{**row, "why": _refusal(row)} for row in rows]
    title = "Rate of bad answers" + ("" if scope == ALL else f", by {scope}")
    show.chart(compared.forest(title, refused, BAD, is_ordinal=is_week))
    show.table(rows, "quality_rates")


def _refusal(row: marts.Row) -> str | None:
    """Return why no rate is stated, in words."""
    if row["verdict"] != "refuse":
        return None
    first = str(row["reasons"]).split("; ")[0]
    return reasons.words(first, "quality") or first or "refused"


def _raw() -> None:
    st.header("Raw: as flagged and rated in the telemetry")
    where, parameters = reading.condition(reading.EVERY_FILTER)
    st.caption(
        "The share that whatever wrote `hallucination_flag` flagged, right or wrong. "
        "Intervals take calls as independent."
    )
    # flags are rare
    by, per = reading.pick_two("quality", queries.BY, reversed(queries.PER))
    rows = _rows(queries.BY[by], "", where, parameters)
    both = [flags := measures.HALLUCINATIONS, measures.FEEDBACK]
    title = f"Hallucination flags and feedback, by {by}"
    show.chart(compared.side_by_side(title, rows, both))
    show.table(rows, "quality_flags", measures.labels(by, both))
    daily = _rows(queries.BY[by], per, where, parameters)
    zone = reading.zone()
    title = f"Flags and feedback by {by}"
    show.chart(over_days.lines(title, daily, both, zone, per))
    lengths = marts.rows(
        f"""
        select {LENGTH} as member, {QUALITY}
        from marts.answers_by_day
        where {where}
        group by min_prompt_tokens
        order by min_prompt_tokens nulls last
        """,
        **parameters,
    )
    title = "Hallucination flags by length of the prompt"
    show.chart(compared.forest(title, lengths, flags, is_ordinal=True))
    flagged = _rows(FLAG, "", where, parameters)
    unit = measures.TOKENS.title
    title = "Tokens of answers that are flagged"
    show.chart(compared.parts(title, flagged, measures.TOKEN_PARTS, unit))
    title = "Feedback against hallucination flags"
    show.chart(compared.forest(title, flagged, measures.FEEDBACK))


def _rows(
    member: str, per: str, where: str, parameters: dict[str, object]
) -> list[marts.Row]:
    """Return flags, ratings and tokens by member, and per day or week if it is said."""
    sql = queries.by_member("marts.answers_by_day", member, QUALITY, where, per=per)
    return marts.rows(sql, **parameters)


def _evaluators() -> None:
    st.header("Evaluators: what they say, and whether reviewers agree")
    has_scores = _scores_by_week()
    has_agreement = _agreement()
    if has_scores or has_agreement:
        st.caption(
            "`off_topic` is 1 minus the similarity of prompt and answer. A mean score "
            "carries the bias of its evaluator: it is no rate."
        )
    else:
        show.empty(
            "No evaluator has scored answers yet",
            "llm-telemetry judge --dimensions off_topic",
        )
    _reviews()


def _scores_by_week() -> bool:
    """Draw similarity and other scores; return whether there are any."""
    where, parameters = reading.condition((filters.DAY,))
    mean = formulas.mean("sum(score)", "sum(score * score)", "count(*)", "mean_score")
    sql = queries.by_member(SCORES, "name", mean, where, traffic="1", per="week")
    rows = marts.rows(sql, **parameters)
    if not rows:
        return False
    title = "Similarity and other scores, by evaluator"
    show.chart(over_days.lines(title, rows, [SCORE], "UTC", "week"))
    show.table(rows, "scores")
    return True


def _agreement() -> bool:
    """Draw evaluators against reviewers; return whether there are any."""
    reading.condition(())
    rows = marts.rows(
        f"""
        select *, {EVALUATOR} || ' (' || dimension || ')' as member
        from marts.evaluators
        where evaluator_kind is distinct from 'person'
        order by labels desc, member
        """
    )
    if not rows:
        return False
    show.chart(compared.side_by_side("Evaluators against reviewers", rows, AGREEMENT))
    show.table(rows, "evaluators")
    scores = marts.rows(
        f"""
        select *, scope || ': ' || {EVALUATOR} || ' (' || dimension || ')' as member
        from marts.quality_rates
        where scope_kind = 'model' and evaluator != 'none'
        order by evaluator, interactions desc
        """
    )
    show.chart(compared.forest("Scores of answers, by model", scores, MODEL_SCORE))
    return True


def _reviews() -> None:
    """Show how many answers were reviewed, and how far reviewers agree."""
    (reviewed,) = marts.rows(
        """
        select
            count(*) as reviews,
            count(*) filter (where reviewers > 1) as doubly_reviewed,
            count(*) filter (where is_conflicting)
            / nullif(count(*) filter (where reviewers > 1), 0) as conflicting_share
        from marts.reviews
        """
    )
    if not reviewed["reviews"]:
        return
    show.figures(REVIEWED, reviewed)
    rows = marts.rows(
        """
        select *, dimension as member
        from marts.evaluators
        where evaluator_kind = 'person'
        order by labels desc, member
        """
    )
    if not rows:
        return
    show.chart(compared.forest("Agreement of reviewers with each other", rows, ALPHA))
    show.table(rows, "reviewers")
    st.caption(
        "0 is agreement as by chance, 1 always. Of answers with the labels of two or "
        "more; below 120 labels there is no interval."
    )
