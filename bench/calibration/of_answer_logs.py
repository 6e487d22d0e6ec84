"""Routing on logs of real answers, where each model counts tokens its own way."""

import numpy as np
import pandas as pd
from routing_frames import KNOBS, marts_of, windowed

from calibration import of_answers
from calibration.of_routing import HARM_USD, against_truth
from calibration.of_routing_cases import control_failed
from calibration.store import Numbers
from llm_telemetry.decisions.statistics import Floats
from llm_telemetry.routing import decide

CALLS = 9_000
USE_CASES = {
    "agentverse-logicgrid": "reasoning",
    "agentverse-mgsm": "reasoning",
    "gsm8k": "reasoning",
    "math": "reasoning",
    "human_eval": "coding",
    "mbpp": "coding",
    "natural_qa": "facts",
    "trivia_qa": "facts",
    "commongen": "writing",
}
OTHERS = "choices"  # of one answer among several
# the models fail at .4 to .8 of the prompts: failures do not rule any of them out
LIMITS = {"fail_budget": 0.15, "routing_fail_rate_cap": 0.9, "min_requests_policy": 40}
SLOW = (0, 4)  # models whose answers are late at every call
TOKENS_SD = 0.17  # of the logs of the models' own counts, from model to model


def measure(seed: int, *, skew: float, has_characters: bool) -> Numbers:
    """Draw a log, decide on it, and set what is sent beside the known truth."""
    known, rng = of_answers.answers(), np.random.default_rng(seed)
    drawn = rng.integers(len(known.costs), size=CALLS)
    likely = of_answers.propensities(known, skew)[drawn]
    arms = (rng.random((CALLS, 1)) >= likely.cumsum(axis=1)[:, :-1]).sum(axis=1)
    log = _log(known, drawn, arms, rng, has_characters)
    decision = decide(marts_of(log, **LIMITS), KNOBS | LIMITS)
    policy, costs = decision.policy, known.costs[drawn]
    is_sent = policy["recommendation"].isin(["shadow", "canary", "roll_out"])
    sent = policy[is_sent]
    true = [_true(log, costs, likely, known.models, row) for row in _rows(sent)]
    learned = (
        _rows(decision.policies["learned"]) if "learned" in decision.policies else []
    )
    deltas = [_true(log, costs, likely, known.models, row) for row in learned]
    sizes = [_judged(log, row["use_case"]).sum() for row in learned]
    truth = float(np.average(deltas, weights=sizes)) if learned else np.nan
    found = decision.estimates.get("learned.doubly_robust.unit_cost_delta")
    return {
        "sent": len(sent),
        "harmful": int((np.array(true) > HARM_USD).sum()),
        "unlearned": int((~(sent["learned_unit_cost_delta"] < 0)).sum()),
        "control_failed": control_failed(decision),
        "control_refuses": "negative_control_failed" in decision.reasons,
        "is_refuse": decision.verdict == "refuse",
    } | against_truth("dr", found, truth)


def _log(
    known: of_answers.Answers,
    drawn: np.ndarray,
    arms: np.ndarray,
    rng: np.random.Generator,
    has_characters: bool,
) -> pd.DataFrame:
    contexts = known.contexts.iloc[drawn].reset_index(drop=True)
    chars = np.expm1(contexts["size"]).round().astype(int)
    factors = np.exp(TOKENS_SD * np.linspace(-1.5, 1.5, len(known.models)))
    cost = known.costs[drawn, arms]
    share = cost / of_answers.FAILURE_USD
    log = pd.DataFrame(
        {
            "interaction_id": [f"i{number:05}" for number in range(CALLS)],
            "session_id": [f"s{number:05}" for number in drawn],
            "timestamp_utc": pd.Timestamp("2025-01-01")
            + pd.to_timedelta(
                rng.permutation(len(known.costs))[drawn] * 20, unit="min"
            ),
            "use_case": contexts["task_name"].map(USE_CASES).fillna(OTHERS),
            "channel": contexts["task_name"],
            "account_tier": "free",
            "region": "eu",
            "segment": "team",
            "model_provider": np.array(known.models)[arms],
            "model_name": np.array(known.models)[arms],
            "latency_ms": np.where(np.isin(arms, SLOW), 9_000.0, 1_000.0),
            "is_failure": rng.random(CALLS) < share,
            "cost_usd": 0.0,
            "prompt_tokens": (chars / 4 * factors[arms]).round().astype(int),
            "completion_tokens": of_answers.TOKENS,
            "propensity": np.nan,
            "prompt_chars": chars if has_characters else None,
        }
    )
    return windowed(log).assign(is_sla_breach=False)


def _rows(policy: pd.DataFrame) -> list[dict[str, str]]:
    return policy[["use_case", "model_name"]].to_dict("records")


def _judged(log: pd.DataFrame, use_case: str) -> np.ndarray:
    is_judged = (log["decision_window"] == "evaluation") & (log["use_case"] == use_case)
    return is_judged.to_numpy()


def _true(
    log: pd.DataFrame,
    costs: Floats,
    likely: Floats,
    models: list[str],
    row: dict[str, str],
) -> float:
    """Return what a use case's arm truly changes, USD per call."""
    judged = _judged(log, row["use_case"])
    logged = (costs[judged] * likely[judged]).sum(axis=1)
    return float((costs[judged, models.index(row["model_name"])] - logged).mean())
