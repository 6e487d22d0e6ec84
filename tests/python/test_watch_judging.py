"""What is an alert: evidence, and an effect beyond a threshold."""

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from watch_site import RULE, seen

from llm_telemetry.watch.judging import judge, level
from llm_telemetry.watch.rules import Rule
from llm_telemetry.watch.series import Observation, _bounds

CHANGE = replace(RULE, compare="change", condition="both", warning=0.1, critical=0.2)
ABSOLUTE = replace(RULE, compare="absolute", warning=None, critical=0.02)


def observation(**more: Any) -> Observation:
    return replace(seen("a", 1.0), **more)


@pytest.mark.parametrize(
    ("ratio", "evidence", "expected"),
    [
        (1.6, "higher", "critical"),
        (1.3, "higher", "warning"),
        # beyond the threshold, not at it
        (1.5, "higher", "warning"),
        (1.2, "higher", "quiet"),
        # a large effect that may be chance, and evidence of a small one
        (9.0, "normal", "quiet"),
        (1.1, "higher", "quiet"),
        (0.1, "lower", "quiet"),
        (9.0, "insufficient", "insufficient"),
        (None, "unmeasured", "unmeasured"),
        # what never failed before
        (None, "higher", "critical"),
    ],
)
def test_a_ratio_needs_evidence_and_effect(
    ratio: float | None, evidence: str, expected: str
) -> None:
    one = observation(ratio=ratio, evidence=evidence, value=5.0)
    assert level(RULE, one) == expected


def test_lt_looks_down() -> None:
    rule = replace(RULE, condition="lt", warning=0.8, critical=0.5)
    assert level(rule, seen("a", 0.4)) == "critical"
    assert level(rule, seen("a", 0.7)) == "warning"
    assert level(rule, seen("a", 0.9)) == "quiet"
    assert level(rule, seen("a", 5.0)) == "quiet"


@pytest.mark.parametrize(
    ("change", "evidence", "expected"),
    [
        (0.25, "higher", "critical"),
        (-0.25, "lower", "critical"),
        (0.15, "higher", "warning"),
        (-0.15, "normal", "quiet"),
        (0.05, "higher", "quiet"),
        (None, "higher", "quiet"),
    ],
)
def test_a_change_goes_both_ways(
    change: float | None, evidence: str, expected: str
) -> None:
    assert level(CHANGE, observation(change=change, evidence=evidence)) == expected


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.021, 0.05, "critical"),
        # 3 % may be 1 %
        (0.01, 0.05, "quiet"),
        (None, None, "insufficient"),
    ],
)
def test_absolute_needs_an_interval_beyond_the_threshold(
    low: float | None, high: float | None, expected: str
) -> None:
    assert level(ABSOLUTE, observation(value=0.03, low=low, high=high)) == expected
    falls = replace(ABSOLUTE, condition="lt", critical=0.06)
    downwards = level(falls, observation(value=0.03, low=low, high=high))
    assert downwards == ("insufficient" if high is None else "critical")


@given(
    value=st.floats(0.001, 10),
    baseline=st.floats(0.001, 10),
    below=st.floats(0, 1),
    above=st.floats(0, 3),
)
def test_the_interval_of_a_value_contains_it(
    value: float, baseline: float, below: float, above: float
) -> None:
    low, high = _bounds(value, baseline, baseline * (1 - below), baseline * (1 + above))
    assert low is not None
    assert high is not None
    assert 0 <= low <= value * (1 + 1e-9)
    assert high >= value * (1 - 1e-9)


def test_without_a_baseline_there_is_no_interval() -> None:
    assert _bounds(1.0, None, None, None) == (None, None)
    assert _bounds(1.0, 0.0, 0.0, 0.5) == (0.0, 1.0)
    assert not math.isnan(_bounds(0.0, 0.0, 0.0, 0.0)[0] or 0.0)


def pair(use_case: str, version: str, ratio: float) -> Observation:
    return seen(f"{use_case} / {version}", ratio, 7)


def trade_off(by: str = "use_case_and_prompt_version") -> Rule:
    return replace(RULE, by=by, condition="diverging", critical=None)


def test_a_version_that_helps_one_use_case_and_hurts_another_is_an_alert() -> None:
    days = [pair("qa", "v2", 1.5), pair("chat", "v2", 0.5), pair("qa", "v1", 1.5)]
    judged = judge(trade_off(), days)
    assert [one.level for one in judged] == ["warning", "warning", "quiet"]


def test_what_hurts_everywhere_or_nowhere_is_no_trade_off() -> None:
    days = [pair("qa", "v2", 1.5), pair("chat", "v2", 1.5), pair("qa", "v3", 0.5)]
    judged = judge(trade_off(), days)
    assert {one.level for one in judged} == {"quiet"}
    # of another dimension, all members stand beside each other
    judged = judge(trade_off("use_case"), [seen("qa", 1.5), seen("chat", 0.5)])
    assert [one.level for one in judged] == ["warning", "warning"]


def test_what_is_slightly_better_is_none() -> None:
    judged = judge(trade_off(), [pair("qa", "v2", 1.5), pair("chat", "v2", 0.9)])
    assert {one.level for one in judged} == {"quiet"}
