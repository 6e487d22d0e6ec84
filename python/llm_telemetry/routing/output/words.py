"""The routing decision for a reader who never heard of off-policy evaluation.

What its reasons mean stands in reasons.json.
"""

from math import isfinite

from llm_telemetry.decisions.statistics import Estimate

ADVICE = {
    "refuse": "keep_baseline: these calls cannot be compared fairly",
    "keep_baseline": "keep_baseline: no other choice of models is proven cheaper",
    "inconclusive": "keep_baseline: the change may be chance",
    "shadow": "shadow: run the new models in parallel with today's, unseen by users",
    "canary": "canary: send few sessions to the new models, log each draw's chance",
    "roll_out": "roll_out: random draws prove the new models cheaper, within limits",
}


def outlook(change: Estimate | None, rows: float | None, worthwhile: float) -> str:
    """Say what more of the same log would show, where it has not shown it yet."""
    if change is None or rows is None or not isfinite(change.se):
        return ""
    if not change.low <= 0 <= change.high:
        return ""
    return f"; {rows:,.0f} such calls would show a change of {worthwhile:g} USD"
