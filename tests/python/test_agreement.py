"""How much reviewers agree, and evaluators with them: oracles and refusals."""

import numpy as np
import pandas as pd
import pytest
from agreement_frames import agreement_of, evaluated, interval, nominal_alpha
from hypothesis import given, settings
from hypothesis import strategies as st

NONE = np.nan
# Krippendorff (2011), Computing Krippendorff's alpha-reliability, sections A and C
MEG = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
OWEN = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
FOUR_OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NONE, NONE, NONE],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NONE, 3],
    [NONE, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NONE],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NONE],
]


def test_the_oracle_has_the_published_values() -> None:
    assert nominal_alpha(np.transpose(FOUR_OBSERVERS)) == pytest.approx(0.743, abs=5e-4)
    assert nominal_alpha(np.transpose([MEG, OWEN])) == pytest.approx(0.095, abs=5e-4)


def test_two_reviewers_have_the_published_alpha() -> None:
    found = agreement_of(np.transpose([MEG, OWEN]))
    assert found["alpha"] == pytest.approx(0.095, abs=5e-4)
    assert (found["labels"], found["agreement"]) == (20, pytest.approx(0.6))
    assert pd.isna(found["alpha_low"])


def drawn(
    seed: int, answers: int, reviewers: int, per_session: int, unsure: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return labels of answers x reviewers, some missing, and sessions."""
    random = np.random.default_rng(seed)
    bad = random.random(answers) < random.uniform(0.15, 0.85)
    is_wrong = random.random((answers, reviewers)) < random.uniform(0, 0.5)
    labels = np.where(is_wrong, ~bad[:, None], bad[:, None]).astype(float)
    labels[random.random(labels.shape) < unsure] = np.nan
    return labels, random.integers(0, max(answers // per_session, 2), answers)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    reviewers=st.integers(2, 5),
    per_session=st.sampled_from([1, 4]),
    unsure=st.sampled_from([0.0, 0.3]),
)
def test_alpha_and_its_interval_are_those_of_the_oracle(
    seed: int, reviewers: int, per_session: int, unsure: float
) -> None:
    labels, session = drawn(seed, 200, reviewers, per_session, unsure)
    found = agreement_of(labels, session)
    alpha = nominal_alpha(labels)
    assert found["alpha"] == pytest.approx(alpha, abs=1e-9)
    is_pairable = (~np.isnan(labels)).sum(axis=1) > 1
    labels, session = labels[is_pairable], session[is_pairable]
    assert found["labels"] == (~np.isnan(labels)).sum()
    sessions = np.unique(session)
    without = np.array([nominal_alpha(labels[session != one]) for one in sessions])
    counts = [
        np.array([(labels[session == one] == label).sum() for one in sessions])
        for label in (0, 1)
    ]
    scale = max(np.nanmean(labels), 1 - np.nanmean(labels))
    rarer = min((labels == label).any(axis=1).sum() for label in (0, 1))
    wanted = interval(alpha, without, scale, rarer, *counts)
    ends = found["alpha_low"], found["alpha_high"]
    assert ends == pytest.approx(wanted, abs=1e-6)
    assert ends[0] - 1e-12 <= alpha <= ends[1] + 1e-12


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_names_and_order_change_nothing(seed: int) -> None:
    random = np.random.default_rng(seed)
    labels, session = drawn(seed, 120, 3, 3, 0.2)
    wanted = agreement_of(labels, session)
    order = random.permutation(len(labels))
    shuffled = random.permuted(labels[order], axis=1)
    assert agreement_of(shuffled, session[order]) == pytest.approx(wanted, abs=1e-12)
    # nominal: neither label is the better one
    assert agreement_of(1 - labels, session) == pytest.approx(wanted, abs=1e-9)


def answers(both_bad: int, disputed: int, both_good: int) -> np.ndarray:
    """Return the labels of two reviewers."""
    pairs = [[1, 1]] * both_bad + [[1, 0]] * disputed + [[0, 0]] * both_good
    return np.array(pairs, dtype=float)


def test_perfect_agreement_is_one_and_not_certain() -> None:
    found = agreement_of(answers(20, 0, 60))
    assert (found["alpha"], found["agreement"]) == (1, 1)
    assert 0.7 < found["alpha_low"] < 0.95
    assert found["alpha_high"] == pytest.approx(1)


def test_agreement_by_chance_is_zero() -> None:
    found = agreement_of(answers(100, 200, 100))
    assert found["alpha"] == pytest.approx(0, abs=2e-3)
    assert found["alpha_low"] < 0 < found["alpha_high"]
    assert found["has_disagreement"]


def test_one_value_alone_says_nothing_of_agreement() -> None:
    found = agreement_of(answers(0, 0, 300))
    assert found["agreement"] == 1
    assert pd.isna([found["alpha"], found["alpha_low"], found["alpha_high"]]).all()
    assert not found["has_disagreement"]


@pytest.mark.parametrize(
    ("size", "is_stated", "disagrees"),
    [(59, False, False), (60, True, False), (119, True, False), (120, True, True)],
)
def test_few_labels_have_no_interval_and_refuse_nothing(
    size: int, is_stated: bool, disagrees: bool
) -> None:
    labels = answers(size // 5, size - 2 * (size // 5), size // 5)
    found = agreement_of(labels)
    assert found["alpha"] < 0
    assert pd.notna(found["alpha_low"]) == is_stated
    assert found["has_disagreement"] == disagrees


def test_a_rare_label_of_few_sessions_refuses_nothing() -> None:
    labels = np.repeat(answers(2, 7, 16), 5, axis=0)
    session = np.repeat(np.arange(25), 5)
    found = agreement_of(labels, session)
    assert (found["labels"], found["has_disagreement"]) == (250, False)
    assert found["alpha_low"] < 0.1
    # the same labels from more sessions
    assert agreement_of(labels, np.arange(len(labels)))["has_disagreement"]


def test_the_unsure_and_the_only_label_of_an_answer_are_left_out() -> None:
    labels = np.hstack([answers(30, 10, 30), np.full((70, 1), NONE)])
    single = np.full((50, 3), NONE)
    single[:, 1] = 1
    wanted = agreement_of(labels)
    assert agreement_of(np.vstack([labels, single])) == pytest.approx(wanted)
    assert wanted["labels"] == 140


def test_one_session_with_all_labels_of_a_kind_has_no_interval() -> None:
    labels = answers(15, 5, 100)
    session = np.where(labels.sum(axis=1) > 0, 0, np.arange(len(labels)))
    found = agreement_of(labels, session)
    assert found["alpha"] > 0.8
    assert pd.isna(found["alpha_low"])


def test_answers_of_one_session_count_less() -> None:
    labels = np.repeat(answers(10, 10, 20), 5, axis=0)
    apart = agreement_of(labels)
    together = agreement_of(labels, np.repeat(np.arange(40), 5))
    assert together["alpha"] == pytest.approx(apart["alpha"])
    widths = [row["alpha_high"] - row["alpha_low"] for row in (apart, together)]
    assert widths[1] > 1.7 * widths[0]


def weighted_kappa(bad: np.ndarray, flagged: np.ndarray, weight: np.ndarray) -> float:
    from sklearn.metrics import cohen_kappa_score

    return float(cohen_kappa_score(bad, flagged, sample_weight=weight))


@pytest.mark.parametrize(("seed", "per_session"), [(1, 1), (2, 1), (3, 5), (4, 5)])
def test_kappa_and_its_interval_are_those_of_the_oracle(
    seed: int, per_session: int
) -> None:
    random = np.random.default_rng(seed)
    size = 300
    bad = random.random(size) < 0.25
    flagged = np.where(random.random(size) < 0.15, ~bad, bad)
    weight = np.where(random.random(size) < 0.2, 1.0, random.uniform(4, 9, size))
    session = random.integers(0, size // per_session, size)
    row = evaluated(bad, np.where(flagged, 0.8, 0.2), weight, session).loc["model"]
    kappa = weighted_kappa(bad, flagged, weight)
    assert row["kappa"] == pytest.approx(kappa, abs=1e-9)
    sessions = np.unique(session)
    without = [
        weighted_kappa(*(each[session != one] for each in (bad, flagged, weight)))
        for one in sessions
    ]
    share_bad, share_flagged = (np.average(x, weights=weight) for x in (bad, flagged))
    by_chance = share_bad * (1 - share_flagged) + share_flagged * (1 - share_bad)
    # all labels of the rarer kind disputed; here the bad ones are rarer
    scale = by_chance / (share_bad + share_flagged)
    votes = weight * (bad.astype(int) + flagged)
    counts = [
        np.array([each[session == one].sum() for one in sessions])
        for each in (votes, 2 * weight - votes)
    ]
    rarer = min(
        weight[rows].sum() ** 2 / (weight[rows] ** 2).sum()
        for rows in (bad | flagged, ~(bad & flagged))
    )
    wanted = interval(kappa, np.array(without), scale, rarer, *counts)
    assert (row["kappa_low"], row["kappa_high"]) == pytest.approx(wanted, abs=1e-6)
    assert row["reasons"] == ""


# 140 labels, of which half count five times, are worth 97
@pytest.mark.parametrize(
    ("size", "weight", "reasons"), [(119, 1, "low_n"), (120, 1, ""), (140, 5, "low_n")]
)
def test_few_labels_have_a_kappa_without_interval(
    size: int, weight: int, reasons: str
) -> None:
    bad = np.arange(size) % 3 == 0
    score = np.where(np.arange(size) % 10 == 0, 0.6, bad)
    weights = np.where(np.arange(size) % 2 == 0, 1, weight)
    row = evaluated(bad, score, weights, np.arange(size)).loc["model"]
    assert row["kappa"] > 0.5
    assert row["reasons"] == reasons
    assert pd.isna(row["kappa_low"]) == pd.isna(row["kappa_high"]) == (reasons != "")


@pytest.mark.parametrize(
    ("both_bad", "disputed", "both_good", "status", "reasons"),
    [
        (40, 10, 100, "measured", ""),
        (40, 100, 40, "measured", "labels_disagree"),
        (10, 5, 20, "unmeasured", "low_n"),
        (0, 0, 200, "unmeasured", "low_n"),
    ],
)
def test_the_reviewers_are_a_row_beside_the_evaluators(
    both_bad: int, disputed: int, both_good: int, status: str, reasons: str
) -> None:
    labels = answers(both_bad, disputed, both_good)
    reviews = pd.DataFrame(
        [
            (str(answer), str(answer), f"r{who}", "failure" if value else "ok")
            for (answer, who), value in np.ndenumerate(labels)
        ],
        columns=["interaction_id", "session_id", "reviewer", "label"],
    )
    bad = np.arange(200) % 3 == 0
    found = evaluated(bad, bad, np.ones(200), np.arange(200), reviews)
    assert set(found.index) == {"model", "person"}
    row, wanted = found.loc["person"], agreement_of(labels)
    assert (row["evaluator"], row["evaluator_version"]) == ("reviewers", "")
    assert (row["interactions"], row["labels"]) == (900, 2 * len(labels))
    assert (row["status"], row["reasons"]) == (status, reasons)
    columns = ["agreement", "alpha", "alpha_low", "alpha_high"]
    assert row[columns].astype(float).to_list() == pytest.approx(
        [wanted[column] for column in columns], nan_ok=True
    )
    assert row[["auc", "kappa", "gain", "scored"]].isna().all()
    assert found.loc["model", columns[1:]].isna().all()
