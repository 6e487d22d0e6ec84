"""Worlds for drift: calls of one kind fail as they did, or no longer do."""

from dataclasses import replace
from typing import Any

from llm_telemetry.simulate.parameters import TIERS, Shift, World
from llm_telemetry.simulate.worlds import ARMS, DRIFTED, NULL, REAL, even


def _changed(name: str, **change: Any) -> World:
    """Return `real` with a change from day 72 on, the last fifth of its days."""
    same = Shift(
        start_day=72.0,
        use_cases=REAL.traffic.use_cases,
        prompt_growth=0.0,
        failure=even(0.0, len(TIERS)),
        arm_failure=even(0.0, len(ARMS)),
    )
    return replace(REAL, name=f"real, {name}", shift=replace(same, **change))


def fails_more(log_odds: float) -> World:
    """Return a world whose log odds of failure rise, of all calls alike."""
    rise = even(log_odds, len(TIERS))
    return _changed(f"log odds of failure {log_odds:+g}", failure=rise)


# of 40 calls 3 fail
RARE = replace(
    NULL,
    name="null, failures rare",
    outcomes=replace(NULL.outcomes, failure=even(-2.85, len(TIERS))),
)
# three times the deviation between sessions
UNLIKE = replace(
    NULL,
    name="null, sessions unlike",
    outcomes=replace(NULL.outcomes, session_failure_sd=1.5),
)
# others ask, and for more
MIX = _changed(
    "only traffic moves",
    use_cases=DRIFTED.shift.use_cases if DRIFTED.shift else (),
    prompt_growth=0.4,
)
