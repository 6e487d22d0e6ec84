"""False discoveries and power over 150 slices whose truth is known."""

from collections import Counter

import pytest
from planted_slices import found


@pytest.fixture(scope="module")
def counts() -> Counter[str]:
    """Count over four logs what is flagged, and what of it was planted."""
    return sum(map(found, range(4)), Counter())


def test_few_of_the_slices_flagged_were_not_planted(counts: Counter[str]) -> None:
    assert 1 - counts["hits"] / counts["flagged"] <= 0.05


def test_most_of_the_planted_slices_are_flagged(counts: Counter[str]) -> None:
    assert counts["hits"] / counts["planted"] >= 0.65


def test_a_fixed_threshold_flags_more_and_is_often_wrong(counts: Counter[str]) -> None:
    assert counts["fixed_hits"] > counts["hits"]
    assert 1 - counts["fixed_hits"] / counts["fixed"] > 0.15


def test_nothing_planted_is_nothing_flagged() -> None:
    assert found(0, planted=0)["flagged"] == 0
