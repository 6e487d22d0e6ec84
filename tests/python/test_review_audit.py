import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from triage_world import KNOBS, World, world

from llm_telemetry import triage
from llm_telemetry.triage.audit import ReviewPlan, uniform_draws

SCARCE = KNOBS | {"capacity_per_day": 20.0, "capacity_p90_guard": 20.0}


@pytest.fixture(scope="module")
def strong() -> World:
    return world()


def plan_of_one_day(calls: int, wanted: int, limit: float, share: float) -> ReviewPlan:
    return ReviewPlan(
        ranks=np.arange(calls),
        days=np.zeros(calls, dtype=np.int64),
        wanted=np.array([wanted]),
        limit=limit,
        share=share,
    )


def test_draws_are_the_upper_bits_of_md5() -> None:
    (draw,) = uniform_draws(["i7"], seed=42)
    digest = hashlib.md5(b"42:i7").hexdigest()
    assert draw == pytest.approx(int(digest, 16) / 16**32, abs=1e-15)
    assert uniform_draws([], seed=42).tolist() == []
    assert uniform_draws(["i7"], seed=43)[0] != draw


def test_audits_take_the_place_of_the_last_calls_where_the_limit_binds() -> None:
    plan = plan_of_one_day(calls=100, wanted=50, limit=20, share=0.1)
    draws = np.linspace(1, 0, 100, endpoint=False)
    by_score, by_audit = plan.drawn(draws, np.array([0.99]))
    assert np.flatnonzero(by_score).tolist() == list(range(18))
    assert np.flatnonzero(by_audit).tolist() == [98, 99]
    assert plan.probabilities().tolist() == [1.0] * 18 + [0.02] * 82


def test_audits_come_on_top_where_there_is_room() -> None:
    plan = plan_of_one_day(calls=100, wanted=20, limit=np.inf, share=0.1)
    assert plan.probabilities().tolist() == [1.0] * 20 + [0.02] * 80


@settings(deadline=None, max_examples=40)
@given(
    calls=st.integers(1, 12),
    wanted=st.integers(0, 12),
    limit=st.one_of(st.integers(0, 12), st.just(np.inf)),
    share=st.floats(0, 1),
)
def test_stated_probabilities_are_the_long_run_shares(
    calls: int, wanted: int, limit: float, share: float
) -> None:
    plan = plan_of_one_day(calls, min(wanted, calls), limit, share)
    generator = np.random.default_rng(0)
    times = np.zeros(calls)
    for draw in (np.arange(600) + 0.5) / 600:
        by_score, by_audit = plan.drawn(generator.random(calls), np.array([draw]))
        assert not (by_score & by_audit).any()
        assert (by_score | by_audit).sum() <= min(limit, 2 * calls)
        times += by_score | by_audit
    # five standard errors of a share from 600 draws
    assert np.abs(times / 600 - plan.probabilities()).max() < 5 * 0.5 / 600**0.5


def test_a_share_of_the_queue_is_drawn_from_all_calls(strong: World) -> None:
    knobs = SCARCE | {"triage_audit_share": 0.25}
    decision = triage.decide(strong.features, strong.windows, knobs)
    queue = decision.queue
    assert decision.verdict == "topk"
    assert decision.policy["audit"] == {"share": 0.25, "audits_per_day": 5.0}
    reasons = queue["review_reason"]
    days = queue["timestamp_utc"].dt.floor("D")
    full = days.map(days.value_counts()) > 100
    counts = reasons[full].groupby([days[full], reasons[full]]).size().unstack()
    assert (counts["score"] == 15).all()
    assert (counts["audit"] <= 5).all()
    audited = queue[reasons == "audit"]
    assert audited["proba_failure"].min() < 0.05
    weighted = (queue["action_review"] / queue["review_probability"]).sum()
    assert weighted == pytest.approx(len(queue), rel=0.5)


def test_audits_of_another_seed_are_others(strong: World) -> None:
    def audited(seed: float) -> set[str]:
        knobs = SCARCE | {"random_seed": seed}
        queue = triage.decide(strong.features, strong.windows, knobs).queue
        return set(queue["interaction_id"][queue["review_reason"] == "audit"])

    assert audited(42.0) == audited(42.0) != audited(43.0)


def test_without_a_share_nothing_is_drawn(strong: World) -> None:
    knobs = SCARCE | {"triage_audit_share": 0.0}
    queue = triage.decide(strong.features, strong.windows, knobs).queue
    assert set(queue["review_reason"]) == {"score", ""}
    assert (queue["review_probability"] == queue["action_review"]).all()
