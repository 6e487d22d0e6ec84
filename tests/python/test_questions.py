"""The questions of the page on dashboards: each is answered by one mart, as it says."""

import re
from itertools import pairwise
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, Run

from llm_telemetry.warehouse.connection import read

PAGE = (ROOT / "docs" / "guides" / "bi.md").read_text()
FOUND = re.findall(r"### ([^\n]+\?)\n(.*?)(?=\n##)", PAGE, re.DOTALL)
QUERIES = {
    (question, number): query
    for question, section in FOUND
    for number, query in enumerate(re.findall(r"```sql\n(.*?)```", section, re.DOTALL))
}
# the sample logs no texts
EMPTY = {"What did prompts and answers say?"}

every_question = pytest.mark.parametrize("key", QUERIES, ids=lambda key: key[0])


def answer(run: Run, question: str, number: int = 0) -> pd.DataFrame:
    with duckdb.connect(str(run.warehouse), read_only=True) as connection:
        return connection.sql(QUERIES[question, number]).df()


def test_the_page_answers_sixteen_questions() -> None:
    assert len(FOUND) == 16
    assert {question for question, _ in FOUND} == {question for question, _ in QUERIES}


@every_question
def test_a_question_is_answered_by_one_mart_without_a_join(
    key: tuple[str, int], sample_run: Run
) -> None:
    query = QUERIES[key]
    assert len(set(re.findall(r"marts\.\w+", query))) == 1
    assert not re.search(r"\bjoin\b|,\s*marts\.", query)
    found = answer(sample_run, *key)
    assert found.empty == (key[0] in EMPTY)
    # a column that is null throughout answers nothing
    assert found.empty or found.notna().any().all()


def test_the_p95_by_model_and_day_is_that_of_the_calls(sample_run: Run) -> None:
    found = answer(sample_run, "What is the p95 by model and day?")
    calls = read("interactions", sample_run.warehouse)
    is_cached = calls["cache_hit"].astype("boolean").fillna(value=False)
    timed = calls[calls["latency_ms"].notna() & ~is_cached]
    keys = ["interaction_date", "model_provider", "model_name"]
    expected = timed.groupby(keys)["latency_ms"].quantile(0.95)
    known = found.dropna(subset="p95_latency_ms").set_index(keys)
    pd.testing.assert_series_equal(
        known["p95_latency_ms"].sort_index(), expected.sort_index(), check_names=False
    )


def test_what_burns_began_on_the_first_day_of_its_last_run(sample_run: Run) -> None:
    alerts = read("burn_alerts", sample_run.warehouse)
    found = answer(sample_run, "What is burning, and since when?")
    for row in found.to_dict("records"):
        own = alerts[
            (alerts["budget"] == row["budget"]) & (alerts["alert"] == row["alert"])
        ].sort_values("interaction_date")
        since: Any = None
        for status, day in zip(own["status"], own["interaction_date"], strict=True):
            since = (since or day) if status == "firing" else None
        assert row["since"] == since


def test_the_ratings_of_the_contract_are_in_feedback(sample_run: Run) -> None:
    calls = read("interactions", sample_run.warehouse)
    rated = calls["user_feedback_score"].dropna()
    feedback = read("feedback", sample_run.warehouse)
    assert len(rated) == len(feedback) > 0
    assert feedback["score"].sum() == rated.sum()
    evaluations = read("evaluations", sample_run.warehouse)
    counts = evaluations.groupby("evaluation_name")["score"].agg(["count", "sum"])
    for flag in ("hallucination_flag", "toxicity_flag", "formatting_error_flag"):
        assert counts.loc[flag, "count"] == calls[flag].notna().sum()
        assert counts.loc[flag, "sum"] == calls[flag].fillna(value=False).sum()
    health = read("health", sample_run.warehouse).iloc[0]
    assert health["feedback_coverage"] == len(rated) / len(calls)
    assert health["average_feedback_score"] == pytest.approx(rated.mean())


def test_each_day_and_rollup_has_the_same_flags(sample_run: Run) -> None:
    by_day = read("health_by_day", sample_run.warehouse)
    by_use = read("usage_by_day", sample_run.warehouse)
    calls = read("interactions", sample_run.warehouse)
    for column, flag in (
        ("hallucinations", "hallucination_flag"),
        ("toxic_answers", "toxicity_flag"),
        ("formatting_errors", "formatting_error_flag"),
    ):
        expected = calls[flag].fillna(value=False).sum()
        assert by_day[column].sum() == by_use[column].sum() == expected
    assert by_use["rated_interactions"].sum() == by_day["rated_interactions"].sum()


def test_tokens_and_ratings_by_outcome_are_those_of_the_calls(sample_run: Run) -> None:
    calls = read("interactions", sample_run.warehouse)
    answers = read("answers_by_day", sample_run.warehouse)
    assert answers["interactions"].sum() == len(calls)
    for column in ("prompt_tokens", "completion_tokens", "total_tokens"):
        assert answers[column].sum() == calls[column].sum() > 0
    keys = ["is_failure", "hallucination_flag"]
    found = answer(sample_run, "How many tokens does a request take, by outcome?")
    expected = calls.groupby(keys, dropna=False)["total_tokens"].mean()
    pd.testing.assert_series_equal(
        found.set_index(keys)["tokens"], expected, check_names=False, check_dtype=False
    )
    rated = calls.groupby("hallucination_flag", dropna=False)["user_feedback_score"]
    found = answer(sample_run, "Are answers that hallucinate rated worse?")
    assert list(found["rated_interactions"]) == list(rated.count())
    assert list(found["average_feedback_score"]) == pytest.approx(list(rated.mean()))
    assert answers["feedback_score_squares"].sum() == pytest.approx(
        (calls["user_feedback_score"] ** 2).sum()
    )


def test_every_prompt_is_in_the_band_of_its_length(sample_run: Run) -> None:
    calls = read("interactions", sample_run.warehouse)
    found = answer(sample_run, "Do answers to long prompts hallucinate more?")
    starts = list(found["min_prompt_tokens"])
    assert len(starts) > 3
    for low, known, rate in zip(
        starts,
        found["known_hallucination_flags"],
        found["hallucination_rate"],
        strict=True,
    ):
        inside = calls[calls["prompt_tokens"].between(low, 2 * low - 1)]
        assert known == inside["hallucination_flag"].notna().sum() > 0
        assert rate == pytest.approx(inside["hallucination_flag"].mean())


def test_the_p95_by_hour_is_within_one_percent(sample_run: Run) -> None:
    hours = read("latencies_by_hour", sample_run.warehouse)
    by_day = read("latencies_by_day", sample_run.warehouse)
    keys = ["interaction_date", "latency_bucket"]
    pd.testing.assert_series_equal(
        hours.groupby(keys)["operations"].sum(),
        by_day.groupby(keys)["operations"].sum(),
    )
    found = answer(sample_run, "How does latency change over the day?")
    calls = read("interactions", sample_run.warehouse)
    is_cached = calls["cache_hit"].astype("boolean").fillna(value=False)
    timed = calls[calls["operation_latency_ms"].notna() & ~is_cached]
    by_hour = timed.groupby(timed["timestamp_utc"].dt.hour)["operation_latency_ms"]
    exact = by_hour.agg(lambda one: np.quantile(one, 0.95, method="inverted_cdf"))
    assert list(found["hour_of_day"]) == list(exact.index)
    assert list(found["p95_latency_ms"]) == pytest.approx(list(exact), rel=0.0101)


def test_a_provider_has_one_name(sample_run: Run) -> None:
    names = [
        set(read(mart, sample_run.warehouse)["model_provider"]) - {"(residual)"}
        for mart in (
            *("interactions", "usage_by_day", "provider_costs_by_day"),
            *("invoice_reconciliation", "model_prices_used", "model_latencies_by_day"),
        )
    ]
    assert all(one == other for one, other in pairwise(names))
    assert len(names[0]) > 1
