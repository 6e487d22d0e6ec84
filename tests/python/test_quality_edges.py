"""Rates where scores are missing, all is known, or one session has most calls."""

from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from quality_frames import calls_of, load, without_disagreement
from rendered_models import EVALUATORS, build, with_seed

MARTS = (
    *("int_review_agreement", "quality_rates", "quality_differences"),
    *EVALUATORS,
)
Columns = dict[str, np.ndarray]
Rows = dict[Any, dict[str, Any]]


def world(change: Callable[[Columns], None], **more: Any) -> pd.DataFrame:
    """Return 2,000 calls of two models, a tenth of them audited, and changed."""
    random = np.random.default_rng(17)
    size = 2_000
    bad = (random.random(size) < 0.3).astype(float)
    columns = {
        "session": np.arange(size) // 2,
        "score": np.clip(0.5 * bad + 0.5 * random.random(size), 0, 1),
        "bad": bad,
        "drawn": random.random(size) < 0.1,
        "probability": np.full(size, 0.1),
        "model": np.tile(["a", "b"], size // 2).astype(object),
    }
    change(columns)
    return calls_of(**columns, **more)


def marts(calls: pd.DataFrame) -> tuple[Rows, Rows, Rows]:
    """Return rates by evaluator and scope, differences and evaluators by evaluator."""
    with duckdb.connect() as connection:
        load(connection, calls)
        without_disagreement(connection)
        connection.execute(
            "create table int_evaluator_scores as select distinct evaluator, "
            "evaluator_version, 'code' as evaluator_kind, interaction_id, score, "
            "null::varchar as error_type from int_quality_calls "
            "where evaluator != 'none'"
        )
        with_seed(connection, "packaged_evaluator_aucs")
        build(connection, *MARTS)
        rates, differences, evaluators = (
            connection.sql(f"from {name}").df().to_dict("records")
            for name in ("quality_rates", "quality_differences", "evaluators")
        )
    return (
        {(row["evaluator"], row["scope"]): row for row in rates},
        {row["evaluator"]: row for row in differences if row["scope_kind"] == "model"},
        {row["evaluator"]: row for row in evaluators},
    )


def without_scores_of_bad_answers(columns: Columns) -> None:
    columns["score"][columns["bad"] > 0] = np.nan


def without_scores(columns: Columns) -> None:
    columns["score"][:] = np.nan


@pytest.mark.parametrize("change", [without_scores_of_bad_answers, without_scores])
def test_where_scores_are_missing_the_labels_alone_are_the_answer(
    change: Callable[[Columns], None],
) -> None:
    rates, differences, evaluators = marts(world(change))
    for scope in ("all", "a", "b"):
        helped, alone = rates[("e", scope)], rates[("none", scope)]
        assert (helped["verdict"], helped["reasons"]) == (
            "labels_only",
            "scores_missing",
        )
        shown = ("rate", "rate_low", "rate_high", "audit_labels", "bad_audit_labels")
        assert [helped[name] for name in shown] == [alone[name] for name in shown]
        assert helped["labels_needed"] == alone["labels_needed"]
        assert pd.isna(helped["gain"])
    # the labels that have a score are no sample of all
    assert set(differences) == {"none"}
    assert evaluators["e"]["status"] == "unmeasured"


@pytest.mark.parametrize(("share", "reasons"), [(0.075, ""), (0.01, "scores_missing")])
def test_a_sample_of_scores_varies_by_chance(share: float, reasons: str) -> None:
    """A tenth was to be scored; of 1,800 calls some 135 were, or some 18."""
    random = np.random.default_rng(3)

    def change(columns: Columns) -> None:
        is_chosen = random.random(2_000) < share
        columns["score"][~is_chosen & ~columns["drawn"]] = np.nan

    row = marts(world(change, sample_share=0.1))[0][("e", "all")]
    assert row["reasons"] == reasons


def test_of_calls_that_are_all_labelled_no_score_is_needed() -> None:
    """Failed calls are often the riskiest, and have no answer to score."""

    def change(columns: Columns) -> None:
        columns["probability"][::13] = 1.0
        columns["drawn"][::13] = True
        columns["bad"][::13] = 1.0

    def change_scores(columns: Columns) -> None:
        change(columns)
        columns["score"][::13] = np.nan

    names = ("verdict", "rate", "rate_low", "rate_high", "gain", "audit_labels")
    complete, missing = (
        marts(world(one))[0][("e", "all")] for one in (change, change_scores)
    )
    assert missing["verdict"] == "rate"
    assert [missing[name] for name in names] == pytest.approx(
        [complete[name] for name in names]
    )


def test_a_scope_of_which_all_is_known_stops_nothing() -> None:
    def change(columns: Columns) -> None:
        columns["model"][0] = "rare"
        columns["drawn"][0], columns["probability"][0] = True, 1.0

    rates, _, _ = marts(world(change))
    row = rates[("e", "rare")]
    assert (row["certain_labels"], row["verdict"]) == (1, "refuse")
    assert "no_random_labels" in row["reasons"]
    assert "scores_missing" not in row["reasons"]
    assert rates[("e", "all")]["verdict"] == "rate"


@pytest.mark.parametrize(("sign", "area"), [(1, 1.0), (-1, 0.0)])
def test_an_area_of_0_or_1_has_an_interval(sign: int, area: float) -> None:
    def change(columns: Columns) -> None:
        columns["score"] = 0.5 + sign * (columns["bad"] - 0.5)

    row = marts(world(change))[2]["e"]
    assert row["auc"] == pytest.approx(area)
    ends = sorted((abs(row["auc_low"] - area), abs(row["auc_high"] - area)))
    assert ends[0] == pytest.approx(0)
    # some 60 bad answers were labelled: a misplaced one in 20 may have been missed
    assert 0.02 < ends[1] < 0.1


@pytest.mark.parametrize("bad", [0.0, 1.0])
def test_labels_of_one_kind_measure_no_evaluator(bad: float) -> None:
    def change(columns: Columns) -> None:
        columns["bad"][:] = bad

    row = marts(world(change))[2]["e"]
    names = ("auc", "auc_low", "auc_high", "kappa_low", "kappa_high")
    assert all(pd.isna(row[name]) for name in names)
    assert "low_n" in row["reasons"]


@pytest.mark.parametrize("evaluator", ["e", "none"])
def test_a_session_with_most_of_the_calls_makes_no_narrow_interval(
    evaluator: str,
) -> None:
    """Between sessions, the labels of the largest say nothing of how they vary."""

    def change(columns: Columns) -> None:
        columns["session"][:1_500] = 0

    even = marts(world(lambda columns: None))[0][(evaluator, "all")]
    uneven = marts(world(change))[0][(evaluator, "all")]
    width = even["rate_high"] - even["rate_low"]
    assert uneven["rate_high"] - uneven["rate_low"] > width
