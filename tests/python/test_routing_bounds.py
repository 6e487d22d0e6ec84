"""Both ends of the missing outcomes, against every way to fill them in."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from routing_frames import decided, two_arms

from llm_telemetry.routing.checks.bounds import ends
from llm_telemetry.routing.estimation.value import Evaluation, Part, contrast

SIZE = 24
USD = {"is_failure": 40.0, "is_sla_breach": 5.0, "cost_usd": 1.0}


def drawn(seed: int, missing: int = 0) -> Evaluation:
    """Draw rows of three parts; the first of a random order lack an outcome."""
    rng = np.random.default_rng(seed)
    used = rng.random(SIZE) < 0.5
    parts = {}
    for name, usd in USD.items():
        chosen, other = rng.random((2, SIZE))
        observed = (rng.random(SIZE) < 0.3).astype(float)
        parts[name] = Part(usd, observed, chosen, np.where(used, chosen, other))
    chances = rng.uniform(0.2, 0.9, SIZE)
    own = Evaluation(
        sessions=np.arange(SIZE) // 2,
        use_cases=np.zeros(SIZE, dtype=np.int64),
        weights=used / chances,
        chances=chances,
        parts=parts,
    )
    order = rng.permutation(SIZE)
    return without(own, order[:missing])


def without(own: Evaluation, rows: np.ndarray) -> Evaluation:
    """Return the rows with failure and breach unknown in turn."""
    parts = dict(own.parts)
    for place, name in enumerate(("is_failure", "is_sla_breach")):
        observed = parts[name].observed.copy()
        observed[rows[place::2]] = np.nan
        parts[name] = replace(parts[name], observed=observed)
    return replace(own, parts=parts)


def fillings(own: Evaluation) -> list[float]:
    """Return the change under every way to fill in the unknown outcomes."""
    places = [
        (name, row)
        for name, part in own.parts.items()
        for row in np.flatnonzero(np.isnan(part.observed))
    ]
    found = []
    for outcomes in product((0.0, 1.0), repeat=len(places)):
        parts = {
            name: replace(part, observed=part.observed.copy())
            for name, part in own.parts.items()
        }
        for (name, row), outcome in zip(places, outcomes, strict=True):
            parts[name].observed[row] = outcome
        filled = contrast("doubly_robust", replace(own, parts=parts))
        found.append(filled.unit_cost_delta.value)
    return found


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 7))
def test_ends_are_those_of_every_way_to_fill_them_in(seed: int, missing: int) -> None:
    own = drawn(seed, missing)
    found, values = ends(own), fillings(own)
    assert found.unknown == missing
    assert found.best.value == pytest.approx(min(values), abs=1e-12)
    assert found.worst.value == pytest.approx(max(values), abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 16))
def test_ends_move_the_change_by_the_stated_sum(seed: int, missing: int) -> None:
    own = drawn(seed, missing)
    expected = contrast("doubly_robust", own).unit_cost_delta.value
    for part in own.parts.values():
        excess = own.weights - 1
        known = np.isfinite(part.observed)
        rest = part.logged - own.weights * part.chosen
        usual = (excess * part.observed + rest)[known].mean()
        moved = np.maximum(excess, 0.0) + rest - usual
        expected += part.usd * moved[~known].sum() / SIZE
    assert ends(own).worst.value == pytest.approx(expected, abs=1e-10)


@given(st.integers(0, 10_000))
def test_with_nothing_missing_there_is_one_end(seed: int) -> None:
    own = drawn(seed)
    delta, found = contrast("doubly_robust", own).unit_cost_delta, ends(own)
    assert (found.best, found.worst, found.unknown) == (delta, delta, 0)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, SIZE - 2))
def test_the_more_is_missing_the_further_apart_the_ends(
    seed: int, missing: int
) -> None:
    fewer, more = ends(drawn(seed, missing)), ends(drawn(seed, missing + 2))
    assert more.best.value <= fewer.best.value + 1e-12
    assert more.worst.value >= fewer.worst.value - 1e-12


def test_missing_costs_are_counted_and_not_bounded() -> None:
    own = drawn(1)
    observed = own.parts["cost_usd"].observed.copy()
    observed[:3] = np.nan
    cost = replace(own.parts["cost_usd"], observed=observed)
    lacking = replace(own, parts={**own.parts, "cost_usd": cost})
    found = ends(lacking)
    assert (found.unknown, found.unknown_costs) == (0, 3)
    assert found.worst == contrast("doubly_robust", lacking).unit_cost_delta


@pytest.mark.parametrize(("lost", "verdict"), [(0.05, "canary"), (0.25, "refuse")])
def test_a_saving_that_the_missing_alone_could_undo_is_refused(
    lost: float, verdict: str
) -> None:
    log = two_arms()
    is_lost = np.random.default_rng(9).random(len(log)) < lost
    decision = decided(log.assign(is_failure=log["is_failure"].mask(is_lost)))
    assert decision.verdict == verdict
    is_refused = verdict == "refuse"
    assert (decision.reasons == ("missing_could_flip_it",)) == is_refused
    assert (decision.policy["traffic_share"] == 0).all() == is_refused
    ends = {row["measure"]: row["value"] for row in decision.basis.sensitivity}
    delta = decision.estimates["shippable.doubly_robust.unit_cost_delta"]
    # it pays as far as anybody knows
    assert ends["lower_end_with_missing_at_best"] < delta.low < delta.high < 0
    assert (ends["upper_end_with_missing_at_worst"] > 0) == is_refused
    assert ends["unknown_outcomes"] > 0
