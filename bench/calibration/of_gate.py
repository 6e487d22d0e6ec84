"""The release gate on equal versions: how often it sees a difference, or blocks."""

from calibration.replicate import knobs
from calibration.store import Numbers
from llm_telemetry.gate.simulation import ever_rejects, verdicts

RUNS = 5  # a replicate: two hundred make a thousand


def looked_at_daily(seed: int) -> Numbers:
    """Return the shares of 28 daily looks that ever find equal versions to differ."""
    shares = ever_rejects(knobs(), runs=RUNS, seed=seed)
    return {f"ever_{schedule}": share for schedule, share in shares.items()}


def equal_versions(seed: int, *, sessions: int) -> Numbers:
    """Return the shares of equal candidates that are blocked, and that pass."""
    counted = verdicts(knobs(), runs=RUNS, sessions=sessions, seed=seed)
    return {
        "blocked": counted["fail"] / RUNS,
        "passed": counted["pass"] / RUNS,
    }
