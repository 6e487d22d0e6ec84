"""Rates of bad answers: golden numbers, an oracle, and what must be refused."""

import csv
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quality_frames import (
    calls_of,
    expected,
    intervals_of,
    load,
    without_disagreement,
)
from rendered_models import EVALUATORS, build, with_seed

REFERENCE = Path(__file__).with_name("ppi_reference.json")
ONE = "('0', 1, 0)"


def chance(text: str) -> float:
    return int(hashlib.md5(text.encode()).hexdigest()[:8], 16) / 2**32


def answers(file: Path, model: str) -> pd.DataFrame:
    """Return the calls of a model with a sample drawn by digest: 3 % certain, 8 %."""
    with file.open() as lines:
        rows = [row for row in csv.DictReader(lines) if row["model"] == model]
    keys = [row["question"] + model for row in rows]
    certain = np.array([chance(f"risk{key}") < 0.03 for key in keys])
    audited = np.array([chance(f"audit{key}") < 0.08 for key in keys])
    return calls_of(
        session=[row["question"] for row in rows],
        score=[1 - float(row["stem_recall"]) for row in rows],
        bad=[float(row["is_wrong"]) for row in rows],
        drawn=certain | audited,
        probability=np.where(certain, 1.0, 0.08),
        model=model,
    )


# Wilson's interval of the whole rate would take the certain calls for a sample too:
# .0681189480 to .1366618218 and .1070571889 to .1790305570
@pytest.mark.parametrize(
    ("model", "weight", "rate", "low", "high"),
    [
        ("gpt4", 0.7245834888, 0.0971216586, 0.0681614195, 0.1366963171),
        ("chatgpt", 0.8250260563, 0.1391887445, 0.1071914395, 0.1791721181),
    ],
)
def test_rates_are_the_golden_numbers(
    shared_data: Callable[[str], Path],
    model: str,
    weight: float,
    rate: float,
    low: float,
    high: float,
) -> None:
    file = shared_data("judge") / "evouna_tq" / "scores.csv"
    (found,) = intervals_of(answers(file, model)).loc[["e"]].to_dict("records")
    assert found["lambda_weight"] == pytest.approx(weight, abs=1e-9)
    assert found["rate"] == pytest.approx(rate, abs=1e-9)
    assert found["rate_low"] == pytest.approx(low, abs=1e-9)
    assert found["rate_high"] == pytest.approx(high, abs=1e-9)


def test_one_random_audit_is_the_estimate_of_ppi_python() -> None:
    reference = json.loads(REFERENCE.read_text())
    calls = calls_of(
        session=range(len(reference["score"])),
        score=reference["score"],
        bad=reference["bad"],
        drawn=reference["drawn"],
        probability=np.full(len(reference["score"]), reference["probability"]),
    )
    found = intervals_of(calls).loc[("e", "m")]
    assert found["lambda_weight"] == pytest.approx(reference["weight"], abs=1e-9)
    assert found["rate"] == pytest.approx(reference["rate"], abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    models=st.integers(1, 3),
    per_session=st.integers(1, 6),
    certain=st.sampled_from([0.0, 0.1]),
    sample_share=st.sampled_from([1.0, 0.3]),
)
def test_every_rate_is_the_one_of_the_oracle(
    seed: int, models: int, per_session: int, certain: float, sample_share: float
) -> None:
    random = np.random.default_rng(seed)
    size = 900
    bad = random.random(size) < random.uniform(0.05, 0.6)
    score = np.clip(0.5 * bad + 0.6 * random.random(size), 0, 1)
    is_certain = random.random(size) < certain
    probability = np.where(is_certain, 1.0, random.uniform(0.2, 0.6, size))
    drawn = random.random(size) < probability
    score[(random.random(size) > sample_share) & ~drawn] = np.nan
    score[(random.random(size) < 0.3) & is_certain] = np.nan
    calls = calls_of(
        session=random.integers(0, size // per_session, size),
        score=score,
        bad=bad.astype(float),
        drawn=drawn,
        probability=probability,
        model=random.integers(0, models, size).astype(str),
        sample_share=sample_share,
    )
    found = intervals_of(calls, quality_min_bad_pooled=1)
    for (evaluator, model), row in found.iterrows():
        own = calls[(calls["evaluator"] == evaluator) & (calls["model"] == model)]
        wanted = expected(
            own, row["lambda_weight"], is_tuned=bool(row["is_tuned_here"])
        )
        assert row["rate"] == pytest.approx(wanted["rate"], abs=1e-9)
        assert row["variance_of_rate"] ** 0.5 == pytest.approx(wanted["se"], abs=1e-9)
        assert row["rate_low"] == pytest.approx(wanted["rate_low"], abs=1e-6)
        assert row["rate_high"] == pytest.approx(wanted["rate_high"], abs=1e-6)


# what the reviewers of one answer said, and how many of the answers
Reviews = tuple[int, int, int]


def rates(
    *,
    audits: int,
    bad: int,
    certain: int = 0,
    unlabelled: int = 0,
    unlabelled_certain: int = 0,
    sessions: int | None = None,
    informative: bool = True,
    unscored: int = 0,
    reviews: tuple[Reviews, ...] = (),
) -> dict[str, dict[str, object]]:
    """Return the rows of quality_rates for everything, by evaluator."""
    size = 2000
    random = np.random.default_rng(7)
    is_bad = np.zeros(size)
    is_bad[:bad] = 1
    drawn = np.arange(size) < audits + certain
    probability = np.full(size, 0.1)
    probability[audits : audits + certain] = 1.0
    noise = random.random(size)
    score = np.clip(0.8 * is_bad + 0.2 * noise, 0, 1) if informative else noise
    score[size - unscored :] = np.nan
    numbers = np.arange(size) if sessions is None else np.arange(size) % sessions
    calls = calls_of(numbers, score, is_bad, drawn, probability)
    index = calls["interaction_id"].astype(int)
    left_out = (index >= audits - unlabelled) & (index < audits)
    left_out |= (index >= audits) & (index < audits + unlabelled_certain)
    calls.loc[left_out, "bad_share"] = np.nan
    with duckdb.connect() as connection:
        load(connection, calls)
        connection.execute(f"create table reviews as {reviewed(reviews)}")
        sessions = "select interaction_id, interaction_id as session_id from reviews"
        connection.execute(f"create table interactions as {sessions}")
        build(connection, "int_review_agreement", "quality_rates")
        built = connection.sql("from quality_rates where scope_kind = 'everything'")
        return {str(row["evaluator"]): row for row in built.df().to_dict("records")}


def reviewed(reviews: tuple[Reviews, ...]) -> str:
    """Return a query of the mart reviews: of how many answers who said what."""
    words = [
        f"('{place}-{number}', {bad}, {good})"
        for place, (count, bad, good) in enumerate(reviews)
        for number in range(count)
    ]
    return (
        "select 'bad_answer' as dimension, interaction_id, f as failure_reviews, "
        "o as ok_reviews, f / (f + o)::double as bad_share, f > 0 and o > 0 as "
        f"is_conflicting from (values {', '.join(words) or ONE}) "
        "t(interaction_id, f, o)"
    )


@pytest.mark.parametrize(
    ("situation", "evaluator", "verdict", "reasons"),
    [
        ({"audits": 100, "bad": 30}, "e", "rate", ""),
        ({"audits": 100, "bad": 30}, "none", "labels_only", ""),
        ({"audits": 30, "bad": 12}, "e", "rate", ""),
        ({"audits": 29, "bad": 12}, "e", "refuse", "insufficient_labels"),
        (
            {"audits": 0, "bad": 0, "certain": 40},
            "e",
            "refuse",
            "no_random_labels; insufficient_sessions; insufficient_bad",
        ),
        ({"audits": 100, "bad": 9}, "e", "labels_only", "insufficient_bad"),
        ({"audits": 100, "bad": 10}, "e", "rate", ""),
        (
            {"audits": 100, "bad": 30, "informative": False},
            "e",
            "labels_only",
            "evaluator_adds_nothing",
        ),
        ({"audits": 100, "bad": 30, "unscored": 100}, "e", "rate", ""),
        (
            {"audits": 100, "bad": 30, "unscored": 101},
            "e",
            "labels_only",
            "scores_missing",
        ),
        ({"audits": 100, "bad": 30, "unlabelled": 5}, "e", "rate", ""),
        ({"audits": 100, "bad": 30, "unlabelled": 6}, "e", "bounds", "labels_missing"),
        ({"audits": 100, "bad": 30, "unlabelled": 20}, "e", "bounds", "labels_missing"),
        ({"audits": 100, "bad": 30, "unlabelled": 21}, "e", "refuse", "labels_missing"),
        (
            {"audits": 100, "bad": 30, "certain": 40, "unlabelled_certain": 3},
            "e",
            "refuse",
            "certain_rows_unlabelled",
        ),
        (
            {"audits": 100, "bad": 30, "certain": 40, "unlabelled_certain": 2},
            "e",
            "rate",
            "",
        ),
        (
            {"audits": 100, "bad": 30, "sessions": 9},
            "none",
            "refuse",
            "insufficient_sessions",
        ),
        (
            {"audits": 100, "bad": 30, "reviews": ((40, 2, 0), (60, 1, 1), (40, 0, 2))},
            "none",
            "refuse",
            "labels_disagree",
        ),
        (
            {"audits": 100, "bad": 30, "reviews": ((60, 2, 0), (10, 1, 1), (60, 0, 2))},
            "none",
            "labels_only",
            "",
        ),
        # the labels of 110 answers are too few to refuse for
        (
            {"audits": 100, "bad": 30, "reviews": ((30, 2, 0), (50, 1, 1), (30, 0, 2))},
            "none",
            "labels_only",
            "",
        ),
    ],
)
def test_a_rate_is_stated_only_where_the_labels_support_it(
    situation: dict[str, object], evaluator: str, verdict: str, reasons: str
) -> None:
    row = rates(**situation)[evaluator]  # type: ignore[arg-type]
    assert (row["verdict"], row["reasons"]) == (verdict, reasons)
    assert pd.isna(row["rate"]) == (verdict == "refuse")


@pytest.mark.parametrize("bad", [30, 85])
def test_bounds_contain_what_missing_labels_could_be(bad: int) -> None:
    """The last 15 answers have no label: 30 bad ones are all known, of 85 all are."""
    complete = rates(audits=100, bad=bad)["none"]
    row = rates(audits=100, bad=bad, unlabelled=15)["none"]
    assert row["verdict"] == "bounds"
    assert row["rate_low"] < complete["rate"] < row["rate_high"]  # type: ignore[operator]
    width = row["rate_high"] - row["rate_low"]  # type: ignore[operator]
    assert width > 0.15


def test_a_difference_knows_the_sessions_that_both_models_share() -> None:
    random = np.random.default_rng(3)
    size = 1600
    session = np.repeat(np.arange(size // 2), 2)
    # both calls of a session are bad together: only the shared part cancels
    bad = np.repeat(random.random(size // 2) < 0.3, 2).astype(float)
    model = np.tile(["a", "b"], size // 2)
    drawn = np.repeat(random.random(size // 2) < 0.3, 2)
    calls = calls_of(
        session, random.random(size), bad, drawn, np.full(size, 0.3), model
    )
    with duckdb.connect() as connection:
        load(connection, calls)
        without_disagreement(connection)
        build(
            connection, "int_review_agreement", "quality_rates", "quality_differences"
        )
        found = connection.sql("from quality_differences where evaluator = 'none'")
        (row,) = found.df().to_dict("records")
    assert (row["scope"], row["other_scope"]) == ("a", "b")
    assert row["difference"] == pytest.approx(0, abs=1e-12)
    assert row["difference_high"] - row["difference_low"] < 0.02


@pytest.mark.parametrize(
    ("evaluator", "version", "packaged"),
    [
        ("mine", "1", (None, None)),
        ("off_topic", "a1b2", (0.975, "EVOUNA-TQ, answers of other questions")),
        ("off_topic", "minilm-1", (0.996, "EVOUNA-TQ, 1,000 own and other answers")),
    ],
)
def test_the_area_of_an_evaluator_is_that_of_scikit_learn(
    evaluator: str, version: str, packaged: tuple[float | None, str | None]
) -> None:
    from sklearn.metrics import roc_auc_score

    random = np.random.default_rng(5)
    size = 1500
    bad = (random.random(size) < 0.3).astype(float)
    # with ties
    score = np.round(np.clip(0.3 * bad + 0.7 * random.random(size), 0, 1), 1)
    probability = np.where(random.random(size) < 0.5, 0.2, 0.6)
    drawn = random.random(size) < probability
    calls = calls_of(range(size), score, bad, drawn, probability)
    is_scored = calls["evaluator"] == "e"
    calls.loc[is_scored, ["evaluator", "evaluator_version"]] = evaluator, version
    with duckdb.connect() as connection:
        load(connection, calls)
        connection.execute(
            "create table int_evaluator_scores as select distinct evaluator, "
            "evaluator_version, 'code' as evaluator_kind, interaction_id, score, "
            "null::varchar as error_type from int_quality_calls "
            "where evaluator != 'none'"
        )
        without_disagreement(connection)
        with_seed(connection, "packaged_evaluator_aucs")
        build(connection, "int_review_agreement", "quality_rates", *EVALUATORS)
        (row,) = connection.sql("from evaluators").df().to_dict("records")
        weights = connection.sql(
            "select label_weight from int_quality_weights where evaluator != 'none' "
            "and label_weight > 0 order by interaction_id::int"
        ).fetchall()
    wanted = roc_auc_score(
        bad[drawn], score[drawn], sample_weight=[weight for (weight,) in weights]
    )
    assert row["auc"] == pytest.approx(wanted, abs=1e-12)
    assert row["auc_low"] < row["auc"] < row["auc_high"]
    assert row["status"] == "useful"
    found = (row["packaged_auc"], row["packaged_data"])
    assert tuple(None if pd.isna(value) else value for value in found) == packaged
