"""Latency, cost, tokens, quality, providers: what is drawn is what the calls say."""

import shutil
from typing import Any

import duckdb
import numpy as np
import pytest
import streamlit as st
from conftest import World, page, texts
from test_explore import drawn, rows

from llm_telemetry.dashboard import marts
from llm_telemetry.dashboard.pages import PAGES
from llm_telemetry.warehouse import connection as connection_module

TIMED = (
    "from marts.interactions "
    "where operation_latency_ms is not null and cache_hit is not true"
)
BUSY = "(select model_name from marts.interactions group by 1 order by -count(*), 1)"


def merged(found: list[dict[str, Any]], *keys: str) -> dict[Any, dict[str, Any]]:
    """Return what is drawn of each member: its value, its interval and its reason."""
    whole: dict[Any, dict[str, Any]] = {}
    for row in found:
        if keys[0] in row:
            whole.setdefault(tuple(row.get(key) for key in keys), {}).update(row)
    return whole if len(keys) > 1 else {key: row for (key,), row in whole.items()}


def test_latencies_by_day_are_those_of_the_calls(real: World) -> None:
    found = merged(
        drawn(page("latency", real), " by day, from"), "member", "interaction_date"
    )
    calls = rows(
        real,
        "select model_name, interaction_date, list(operation_latency_ms) "
        f"{TIMED} group by all",
    )
    assert len(found) == len(calls) > 300
    for model, day, latencies in calls:
        row = found[model, f"{day}T00:00:00Z"]
        for name, level in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
            exact = np.quantile(latencies, level, method="inverted_cdf")
            assert row[f"{name}_latency_ms"] == pytest.approx(exact, rel=0.0245)


@pytest.mark.parametrize(
    ("by", "column"),
    [
        ("model", "model_name"),
        ("provider", "model_provider"),
        ("use case", "use_case"),
        ("prompt version", "prompt_version"),
    ],
)
def test_a_p95_is_shown_by_every_dimension(by: str, column: str, real: World) -> None:
    test = page("latency", real, latency_by=by)
    found = merged(
        drawn(test, "p50 latency of operations, ms (95 % interval): "), "member"
    )
    calls = dict(
        rows(real, f"select {column}, list(operation_latency_ms) {TIMED} group by 1")
    )
    assert found.keys() == calls.keys()
    for member, row in found.items():
        exact = np.quantile(calls[member], 0.95, method="inverted_cdf")
        assert row["p95_latency_ms"] == pytest.approx(exact, rel=0.0245)
        assert row["p95_latency_ms_low"] <= exact * 1.0245
        assert row["p95_latency_ms_high"] >= exact / 1.0245


def test_a_distribution_has_every_operation(real: World) -> None:
    bars = drawn(page("latency", real), "Histogram of the latency")
    ((count,),) = rows(real, f"select count(*) {TIMED}")
    assert sum(row.get("operations", 0) for row in bars) == count
    for row in (one for one in bars if "to_ms" in one):
        ((inside,),) = rows(
            real,
            f"select count(*) {TIMED} and operation_latency_ms >= {row['from_ms']!r} "
            f"and operation_latency_ms < {row['to_ms']!r}",
        )
        # a call at the edge of a bucket may be on either side
        assert inside == pytest.approx(row["operations"], abs=3)


def test_every_hour_of_the_week_has_a_p95_or_a_reason(real: World) -> None:
    found = merged(
        drawn(page("latency", real), "by weekday and hour"), "day", "hour_of_day"
    )
    hours = rows(
        real,
        "select dayname(interaction_date)[:3], hour(timestamp_utc), "
        f"list(operation_latency_ms) {TIMED} group by all",
    )
    assert len(found) == 7 * 24
    calls = {(day, hour): latencies for day, hour, latencies in hours}
    for place, row in found.items():
        latencies = calls.get(place, [])
        assert row["operations"] == len(latencies)
        if len(latencies) < 20:
            assert row["why"] == f"{len(latencies)} operations are too few for a p95"
        else:
            exact = np.quantile(latencies, 0.95, method="inverted_cdf")
            assert row["p95_latency_ms"] == pytest.approx(exact, rel=0.0101)


@pytest.mark.parametrize("per", ["day", "week"])
def test_costs_are_those_of_the_calls(per: str, real: World) -> None:
    test = page("cost", real, cost_per=per, cost_by="provider")
    found = {
        (row["interaction_date"][:10], row["member"]): row["cost_usd"]
        for row in drawn(test, "known cost, USD of")
        if "cost_usd" in row
    }
    calls = rows(
        real,
        f"select date_trunc('{per}', interaction_date)::date::varchar, model_provider, "
        "sum(cost_usd) from marts.interactions where cost_usd is not null group by all",
    )
    assert found == {(day, name): pytest.approx(usd) for day, name, usd in calls}


def test_a_unit_costs_what_its_calls_cost(real: World) -> None:
    found = merged(drawn(page("cost", real), "USD per 1,000 operations: "), "member")
    calls = rows(
        real,
        "select model_provider || ' / ' || model_name, "
        "1000 * sum(cost_usd) / count(*) filter (where is_final_attempt), "
        "1e6 * sum(cost_usd) filter (where total_tokens is not null) "
        "/ sum(total_tokens) filter (where cost_usd is not null) "
        "from marts.interactions group by 1",
    )
    assert len(found) == len(calls)
    for name, per_operations, per_tokens in calls:
        row = found[name]
        assert row["usd_per_1000_operations"] == pytest.approx(per_operations)
        assert row["usd_per_million_tokens"] == pytest.approx(per_tokens)


def test_tokens_by_outcome_are_those_of_the_calls(real: World) -> None:
    found = {
        (row["member"], row["part"]): row["amount"]
        for row in drawn(page("tokens", real), "tokens per call (attempt). success: ")
        if "amount" in row
    }
    calls = rows(
        real,
        "select case when hallucination_flag then 'flagged as hallucination' "
        "when is_failure then 'failure' else 'success' end, "
        "avg(prompt_tokens), avg(completion_tokens) from marts.interactions group by 1",
    )
    assert len(found) == 2 * len(calls) == 6
    for name, prompt, completion in calls:
        assert found[name, "prompt"] == pytest.approx(prompt)
        assert found[name, "completion"] == pytest.approx(completion)


def test_a_source_without_cached_tokens_is_said(real: World) -> None:
    assert "From the cache unknown" in texts(page("tokens", real))
    alts = [one.proto.alt for one in page("tokens", real).get("vega_lite_chart")]
    assert any("no source reports cached tokens" in alt for alt in alts)


def test_flags_are_raw_shares_with_intervals(real: World) -> None:
    test = page("quality", real)
    found = merged(drawn(test, "hallucination (raw), of those with a flag"), "member")
    calls = rows(
        real,
        "select model_provider || ' / ' || model_name, avg(hallucination_flag::int) "
        "from marts.interactions group by 1",
    )
    assert len(calls) > 1
    for name, share in calls:
        row = found[name]
        assert row["hallucination_rate"] == pytest.approx(share)
        low, high = row["hallucination_rate_low"], row["hallucination_rate_high"]
        assert low <= share <= high
    # of one population by length of the prompt, by flag, and over weeks
    for words in ("tokens per call (attempt). not flagged", " by week, from"):
        assert drawn(test, words)
    bands = drawn(test, "1,024 to 2,047 tokens")
    assert sum("hallucination_rate" in row for row in bands) > 3


def test_feedback_is_compared_by_flag_or_refused(real: World) -> None:
    found = merged(
        drawn(
            page("quality", real),
            "mean feedback of the rated answers (95 % interval): not",
        ),
        "member",
    )
    calls = rows(
        real,
        "select hallucination_flag, count(user_feedback_score), "
        "avg(user_feedback_score) from marts.interactions group by 1",
    )
    names = {True: "flagged as hallucination", False: "not flagged"}
    assert len(found) == len(calls) == 2
    for flag, rated, mean in calls:
        row = found[names[flag]]
        if rated < 30:
            assert row["why"] == "fewer than 30 ratings"
        else:
            assert row["average_feedback_score"] == pytest.approx(mean)


@pytest.fixture(scope="module")
def judged(real: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A warehouse with rates: one with its interval, one refused, of one evaluator."""
    copy = tmp_path_factory.mktemp("judged") / "w.duckdb"
    shutil.copyfile(real.warehouse, copy)
    with duckdb.connect(str(copy)) as connection:
        for scope, verdict, reasons, value in (
            ("gpt-4.1", "rate", "", "0.25"),
            ("llama", "refuse", "no_random_labels", "null"),
        ):
            connection.execute(
                "insert into marts.quality_rates by name "
                "select 'bad_answer' as dimension, 'off_topic' as evaluator, "
                "'abcdef0123' as evaluator_version, .5 as evaluator_mean, "
                f"'model' as scope_kind, '{scope}' as scope, 100 as interactions, "
                "10 as sessions, 20 as audits, 20 as audit_labels, "
                f"{value} as rate, {value} / 2 as rate_low, {value} * 2 as rate_high, "
                f"'{verdict}' as verdict, '{reasons}' as reasons"
            )
        connection.execute(
            "insert into marts.evaluators by name select 'bad_answer' as dimension, "
            "'off_topic' as evaluator, 'abcdef0123' as evaluator_version, "
            "100 as interactions, 80 as labels, .75 as auc, .625 as auc_low, "
            ".875 as auc_high, .5 as kappa, .9 as agreement, 'useful' as status, "
            "'' as reasons"
        )
        # two weeks of scores, the second too few; flags and counts are no such scores
        for name, day, count, score in (
            ("off_topic", "2025-04-08", 40, "range % 2"),
            ("off_topic", "2025-04-15", 5, "1"),
            ("words", "2025-04-08", 40, "100"),
            ("grade", "2025-04-08", 40, "1 + range % 5"),
            ("toxicity_flag", "2025-04-08", 40, "1"),
        ):
            connection.execute(
                "insert into intermediate.int_evaluations by name "
                f"select '{name}' as evaluation_name, {score} as score, "
                "'abcdef0123' as evaluator_version, "
                f"timestamp '{day}' as timestamp_utc from range({count})"
            )
    return World(copy, real.out_dir)


def test_similarity_is_a_mean_of_scores_with_its_interval(judged: World) -> None:
    found = drawn(
        page("quality", judged), "mean score, 0 to 1 (raw) (95 % interval) of"
    )
    weeks = merged(found, "member", "interaction_date")
    monday, second = (f"2025-04-{day}T00:00:00Z" for day in ("07", "14"))
    name = "off_topic abcdef0"
    assert set(weeks) == {(name, monday), (name, second)}
    assert weeks[name, monday]["mean_score"] == 0.5
    margin = 1.959964 * np.sqrt(0.25 * 40 / 39 / 40)
    ends = (0.5 - margin, 0.5 + margin)
    for end, expected in zip(("low", "high"), ends, strict=True):
        assert weeks[name, monday][f"mean_score_{end}"] == pytest.approx(expected)
    assert "mean_score" not in weeks[name, second]


def test_measured_rates_have_intervals_or_a_reason_in_words(judged: World) -> None:
    test = page("quality", judged, quality_scope="model")
    found = merged(drawn(test, "bad answers, of all"), "member")
    known = found["gpt-4.1, bad_answer: with off_topic abcdef0"]
    assert (known["rate"], known["rate_low"], known["rate_high"]) == (0.25, 0.125, 0.5)
    refused = found["llama, bad_answer: with off_topic abcdef0"]
    assert "rate" not in refused
    assert refused["why"].startswith("no answer that was drawn at random")


def test_evaluators_are_held_against_reviewers(judged: World) -> None:
    test = page("quality", judged)
    found = merged(drawn(test, "a bad answer scores above a good one"), "member")
    row = found["off_topic abcdef0 (bad_answer)"]
    assert (row["auc"], row["auc_low"], row["auc_high"]) == (0.75, 0.625, 0.875)
    assert (row["kappa"], row["agreement"]) == (0.5, 0.9)
    scores = merged(drawn(test, "mean score, 0 to 1 (raw): "), "member")
    assert scores["gpt-4.1: off_topic abcdef0 (bad_answer)"]["evaluator_mean"] == 0.5


def test_a_provider_has_both_rates_with_intervals(real: World) -> None:
    found = merged(drawn(page("providers", real), "against operations that"), "member")
    calls = rows(
        real,
        "select model_provider, 1 - avg(is_operation_failure::int), "
        "avg(hallucination_flag::int) from marts.interactions group by 1",
    )
    assert found.keys() == {name for name, _, _ in calls}
    for name, success, flagged in calls:
        row = found[name]
        assert row["success_rate"] == pytest.approx(success)
        assert row["success_rate_low"] <= success <= row["success_rate_high"]
        assert row["hallucination_rate"] == pytest.approx(flagged)


def test_chosen_models_are_compared_on_all_metrics(real: World) -> None:
    models = [name for (name,) in rows(real, BUSY)][:2]
    test = page("providers", real, model_name=models)
    found = merged(drawn(test, "operations that breach the SLA"), "member")
    assert {name.split(" / ")[1] for name in found} == set(models)
    for row in found.values():
        for column in (
            *("failure_rate", "sla_breach_rate", "p95_latency_ms", "tokens_per_call"),
            *("usd_per_1000_operations", "usd_per_million_tokens"),
            *("calls_per_operation", "hallucination_rate"),
        ):
            assert row[column] is not None
        model = row["member"].split(" / ")[1]
        ((breaches, tokens),) = rows(
            real,
            "select avg(is_operation_sla_breach::int), avg(total_tokens) "
            f"from marts.interactions where model_name = '{model}'",
        )
        assert row["sla_breach_rate"] == pytest.approx(breaches)
        assert row["tokens_per_call"] == pytest.approx(tokens)


def test_a_filter_that_cannot_be_applied_is_said(real: World) -> None:
    said = texts(page("latency", real, use_case=["data_analysis"]))
    assert "Not filtered here" in said
    assert "Use case" in said


@pytest.mark.parametrize(
    "name", [name for named in PAGES.values() for name in named if name != "explore"]
)
def test_no_page_but_explore_reads_calls(
    name: str, real: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def fetched(connection: Any, sql: str, parameters: Any) -> list[dict[str, Any]]:
        asked.append(sql)
        return connection_module.fetched(connection, sql, parameters)

    monkeypatch.setattr(marts, "fetched", fetched)
    st.cache_data.clear()
    assert not page(name, real).exception
    assert len(asked) > 1
    assert not [sql for sql in asked if "marts.interactions" in sql]
