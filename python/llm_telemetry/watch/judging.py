"""Whether an observation is an alert: evidence of a change, and one that matters."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from llm_telemetry.watch.rules import Rule
from llm_telemetry.watch.series import Observation

Level = Literal["critical", "warning", "quiet", "insufficient", "unmeasured"]
FIRING = ("critical", "warning")
# from the worst
RANKS: dict[str, int] = {"critical": 2, "warning": 1}


@dataclass(frozen=True)
class Judged:
    """What a rule says of one observation."""

    level: Level
    observation: Observation

    @property
    def key(self) -> tuple[str, str]:
        """Return the dimension and member that it is of."""
        return self.observation.dimension, self.observation.member

    @property
    def is_firing(self) -> bool:
        """Return whether it is an alert."""
        return self.level in FIRING


def judge(rule: Rule, observations: Sequence[Observation]) -> list[Judged]:
    """Return what a rule says of the observations of one day."""
    judged = [Judged(level(rule, one), one) for one in observations]
    return _diverging(rule, judged) if rule.condition == "diverging" else judged


def level(rule: Rule, observation: Observation) -> Level:
    """Return the worst level whose threshold it exceeds, with evidence.

    History and change need the evidence of the mart, absolute an end of the interval
    that is beyond the threshold itself: no rule is true by chance alone.
    """
    if observation.evidence == "insufficient" or observation.evidence == "unmeasured":
        return observation.evidence
    if rule.warning is None and rule.critical is None:
        is_higher = observation.evidence == "higher"
        # its mart decides what is severe
        return _known(observation.severity) if is_higher else "quiet"
    if rule.compare == "absolute" and None in (observation.low, observation.high):
        return "insufficient"
    for severity, threshold in (
        ("critical", rule.critical),
        ("warning", rule.warning),
    ):
        if threshold is not None and _exceeds(rule, observation, threshold):
            return _known(severity)
    return "quiet"


def worst(judged: Sequence[Judged]) -> str | None:
    """Return the highest severity among them, None where none is an alert."""
    firing = [one.level for one in judged if one.is_firing]
    return max(firing, key=RANKS.__getitem__, default=None)


def _known(severity: str | None) -> Level:
    return "critical" if severity == "critical" else "warning"


def _exceeds(rule: Rule, observation: Observation, threshold: float) -> bool:
    is_up = rule.condition in ("gt", "both", "diverging")
    is_down = rule.condition in ("lt", "both", "diverging")
    return (is_up and _is_above(rule, observation, threshold)) or (
        is_down and _is_below(rule, observation, threshold)
    )


def _is_above(rule: Rule, seen: Observation, threshold: float) -> bool:
    if rule.compare == "absolute":
        return seen.low is not None and seen.low > threshold
    if seen.evidence != "higher":
        return False
    if rule.compare == "change":
        return seen.change is not None and seen.change > threshold
    return _ratio(seen) > threshold


def _is_below(rule: Rule, seen: Observation, threshold: float) -> bool:
    if rule.compare == "absolute":
        return seen.high is not None and seen.high < threshold
    if seen.evidence != "lower":
        return False
    if rule.compare == "change":
        return seen.change is not None and seen.change < -abs(threshold)
    # of diverging members, one threshold serves both ways
    return _ratio(seen) < (threshold if threshold <= 1 else 1 / threshold)


def _ratio(seen: Observation) -> float:
    """Return the ratio; of what was never seen before, infinity."""
    if seen.ratio is not None:
        return seen.ratio
    return math.inf if seen.value else math.nan


def _diverging(rule: Rule, judged: Sequence[Judged]) -> list[Judged]:
    """Keep alerts of members that went both ways beside each other."""
    ways: dict[tuple[str, int], set[str]] = {}
    for one in judged:
        if one.is_firing:
            ways.setdefault(_beside(rule, one), set()).add(one.observation.evidence)
    both = {place for place, found in ways.items() if len(found) > 1}
    return [
        one
        if not one.is_firing or _beside(rule, one) in both
        else Judged("quiet", one.observation)
        for one in judged
    ]


def _beside(rule: Rule, one: Judged) -> tuple[str, int]:
    """Return what diverging members share: the version of a pair, and the window."""
    is_pair = rule.by == "use_case_and_prompt_version"
    shared = one.observation.member.rpartition(" / ")[2] if is_pair else ""
    return shared, one.observation.window_days
