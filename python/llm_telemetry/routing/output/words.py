"""The routing decision for a reader who never heard of off-policy evaluation.

What its reasons mean is in reasons.json.
"""

from math import isfinite

from llm_telemetry.decisions.statistics import Estimate

ADVICE = {
    "refuse": "keep_baseline: these calls cannot be compared fairly",
    "keep_baseline": "keep_baseline: no other choice of models is shown to be cheaper",
    "inconclusive": "keep_baseline: the difference may be due to chance",
    "shadow": "shadow: run the new models in parallel with today's, unseen by users",
    "canary": "canary: send a few sessions to the new models, log the draw probability",
    "roll_out": "roll_out: random draws show the new models are cheaper, within limits",
}


def outlook(change: Estimate | None, rows: float | None, worthwhile: float) -> str:
    """Say how many calls would show a worthwhile change, where these do not."""
    if change is None or rows is None or not isfinite(change.se):
        return ""
    if not change.low <= 0 <= change.high:
        return ""
    found = f"; detecting a change of {worthwhile:g} USD per interaction would take"
    return f"{found} {rows:,.0f} such calls"
