"""The estimators without a model against hand, SQL, jackknife and truth."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from routing_frames import KNOBS, built_on, cell, evaluation_rows, prepared, routed

from llm_telemetry.routing.estimation.post_stratified import (
    logged,
    naive,
    post_stratified,
)
from llm_telemetry.routing.estimation.strata import choose_strata


def confounded() -> pd.DataFrame:
    """Return 30 short and 30 long rows; arm a has most of the long ones."""
    return evaluation_rows(
        cell(10, 2, model_name="a", prompt_length="short")
        + cell(20, 10, model_name="b", prompt_length="short")
        + cell(20, 8, model_name="a", prompt_length="long")
        + cell(10, 8, model_name="b", prompt_length="long")
    )


def test_naive_and_post_stratified_by_hand() -> None:
    rows = prepared(confounded())
    matched, stratified = naive(rows, KNOBS), post_stratified(rows, KNOBS)
    # 10 of 30 on the arm; .2 and .4 in strata of equal size; 28 of 60 as logged
    assert matched.failure_rate == pytest.approx(1 / 3)
    assert stratified.failure_rate == pytest.approx(0.3)
    assert matched.baseline_unit_cost == pytest.approx(40 * 14 / 30)
    assert stratified.unit_cost_delta.value == pytest.approx(12 - 40 * 14 / 30)
    assert stratified.covered_rows == 60


def test_every_part_of_the_unit_cost_is_taken_over_what_is_known_of_it() -> None:
    rows = evaluation_rows(
        [
            {"model_name": "a", "cost_usd": 1.0, "is_failure": None},
            {"model_name": "a", "cost_usd": None, "is_failure": True},
            {"model_name": "a", "cost_usd": 3.0, "is_failure": False},
            {"model_name": "b", "cost_usd": 6.0, "is_sla_breach": True},
            {"model_name": "b", "cost_usd": 2.0, "is_sla_breach": None},
        ]
    )
    contrast = naive(prepared(rows), KNOBS)
    assert contrast.unit_cost == pytest.approx(2 + 40 / 2 + 0)
    assert contrast.baseline_unit_cost == pytest.approx(3 + 40 / 4 + 5 / 4)


def test_use_cases_are_weighted_by_their_traffic() -> None:
    chat = cell(6, 3, model_name="a") + cell(18, 0, model_name="b")
    code = cell(6, 6, model_name="a", use_case="code")
    rows = prepared(evaluation_rows(chat + code), ("chat", "a"), ("code", "a"))
    contrast = naive(rows, KNOBS)
    assert contrast.failure_rate == pytest.approx((24 * 0.5 + 6 * 1) / 30)


def test_thin_cells_are_pooled_one_level_up() -> None:
    rows = prepared(
        evaluation_rows(
            cell(5, 0, model_name="a", channel="api")
            + cell(4, 0, model_name="a", channel="web")
            + cell(1, 0, model_name="a", channel="app")
            + cell(9, 0, model_name="b", channel="app")
        )
    )
    strata = choose_strata(rows, min_rows=5, min_covered_share=0.9)
    by_channel = pd.Series(strata).groupby(rows["channel"]).unique()
    assert len(by_channel["api"]) == 1
    assert by_channel["web"].tolist() == by_channel["app"].tolist()
    assert by_channel["api"][0] != by_channel["web"][0]


def test_use_case_starts_coarser_where_fine_strata_leave_rows_without_answer() -> None:
    rows = prepared(
        evaluation_rows(
            cell(8, 0, model_name="a", prompt_length="short")
            + cell(2, 0, model_name="a", prompt_length="long")
            + cell(10, 0, model_name="b", prompt_length="long")
        )
    )
    assert set(choose_strata(rows, min_rows=5, min_covered_share=0.9)) == {0}
    kept = choose_strata(rows, min_rows=5, min_covered_share=0.4)
    assert (kept[(rows["prompt_length"] == "long").to_numpy()] == -1).all()


def test_arm_with_too_few_rows_speaks_for_nobody() -> None:
    rows = evaluation_rows(cell(4, 0, model_name="a") + cell(9, 0, model_name="b"))
    contrast = post_stratified(prepared(rows), KNOBS)
    assert contrast.covered_rows == 0
    assert np.isnan(contrast.unit_cost_delta.high)


measured = st.fixed_dictionaries(
    {
        "session_id": st.sampled_from(["s1", "s2", "s3"]),
        "account_tier": st.sampled_from(["free", "pro"]),
        "prompt_length": st.sampled_from(["short", "long"]),
        "cost_usd": st.none() | st.floats(0, 10),
        "is_failure": st.none() | st.booleans(),
        "is_sla_breach": st.none() | st.booleans(),
    }
)


@settings(max_examples=30, deadline=None)
@given(st.lists(measured, min_size=1, max_size=30))
def test_what_is_logged_already_changes_nothing(rows) -> None:
    only_arm = prepared(evaluation_rows([row | {"model_name": "a"} for row in rows]))
    for contrast in (
        logged(only_arm, KNOBS),
        naive(only_arm, KNOBS),
        post_stratified(only_arm, KNOBS),
    ):
        delta = contrast.unit_cost_delta
        assert delta.value == pytest.approx(0, abs=1e-9) or np.isnan(delta.value)
        assert delta.se == pytest.approx(0, abs=1e-9) or np.isnan(delta.se)


def test_strata_in_sql_hold_all_that_the_estimate_needs() -> None:
    rows = routed(np.random.default_rng(2), 200, effect=0.0)
    rows["is_failure"] = rows["is_failure"].astype("boolean").where(rows.index % 9 > 0)
    counted = built_on(
        "routing_contexts",
        rows.assign(decision_window="evaluation"),
        ["routing_strata"],
    )
    strata = counted["routing_strata"].set_index(["model_name", "prompt_length"])
    rates = strata["failures"] / strata["known_outcomes"]
    shares = strata.groupby("prompt_length")["interactions"].sum() / len(rows)
    by_hand = (rates["a"] * shares).sum()
    contrast = post_stratified(prepared(rows), KNOBS)
    assert contrast.failure_rate == pytest.approx(by_hand)


def test_errors_are_those_of_a_jackknife_over_sessions() -> None:
    rows = prepared(routed(np.random.default_rng(5), 150, effect=-0.1))
    for estimator in (naive, post_stratified):
        whole = estimator(rows, KNOBS).unit_cost_delta
        left_out = [
            estimator(rows[rows["session_id"] != session], KNOBS).unit_cost_delta.value
            for session in rows["session_id"].unique()
        ]
        count = len(left_out)
        spread = np.var(left_out) * (count - 1)
        assert whole.se == pytest.approx(np.sqrt(spread), rel=0.05)


def test_intervals_hold_the_truth_where_the_naive_estimate_is_fooled() -> None:
    rng = np.random.default_rng(17)
    # half of the rows are on the arm, so it would change twice the other half
    effect = -0.08
    held: dict[str, list[bool]] = {"naive": [], "post_stratified": []}
    for _ in range(200):
        rows = prepared(routed(rng, 120, effect=effect))
        truth = 40 * effect * (1 - rows["is_chosen"].mean())
        for estimator in (naive, post_stratified):
            delta = estimator(rows, KNOBS).unit_cost_delta
            held[estimator.__name__].append(delta.low <= truth <= delta.high)
    assert np.mean(held["post_stratified"]) >= 0.92
    assert np.mean(held["naive"]) < 0.4
