"""The decision on quality: what it states, and that it never states a bare mean."""

import pandas as pd
import pytest

from llm_telemetry.decisions import quality
from llm_telemetry.decisions.quality import EVIDENCE

WHOLE = {
    **dict.fromkeys(EVIDENCE),
    "dimension": "bad_answer",
    "evaluator": "none",
    "evaluator_version": "",
    "scope_kind": "everything",
    "scope": "all",
    "interactions": 5000,
    "sessions": 60,
    "audits": 60,
    "audit_labels": 60,
    "bad_audit_labels": 12.0,
    "rate": 0.2,
    "rate_low": 0.12,
    "rate_high": 0.32,
    "labels_needed": 246,
    "verdict": "labels_only",
    "reasons": "",
}
HELPED = {
    **WHOLE,
    "evaluator": "off_topic",
    "evaluator_version": "v",
    "evaluator_mean": 0.5,
    "rate": 0.21,
    "rate_low": 0.15,
    "rate_high": 0.28,
    "gain": 2.0,
    "labels_needed": 130,
    "verdict": "rate",
}


def decided(*rows: dict[str, object]) -> quality.Decision:
    return quality.decide(pd.DataFrame(rows, columns=list(WHOLE)))


def test_without_labels_there_is_no_rate() -> None:
    decision = decided()
    assert (decision.verdict, decision.reasons) == ("refuse", ("no_random_labels",))
    assert not decision.estimates


def test_the_evaluator_with_the_largest_gain_is_used() -> None:
    worse = {**HELPED, "evaluator": "answer_mismatch", "gain": 1.2, "rate": 0.9}
    decision = decided(WHOLE, worse, HELPED)
    assert decision.verdict == "rates"
    estimate = decision.estimates["bad_answer.all"]
    assert (estimate["value"], estimate["low"], estimate["high"]) == (0.21, 0.15, 0.28)
    assert "60 labels of audits and the scores of off_topic" in decision.summary
    assert "70 more audits" in decision.recommendation


@pytest.mark.parametrize("verdict", ["labels_only", "bounds", "refuse"])
def test_an_evaluator_whose_scores_cannot_be_used_is_left(verdict: str) -> None:
    """However large its gain is said to be."""
    useless = {**HELPED, "evaluator": "absent", "gain": 40.0, "verdict": verdict}
    decision = decided(WHOLE, useless, HELPED)
    assert decision.estimates["bad_answer.all"]["value"] == 0.21
    assert "off_topic" in decision.summary


@pytest.mark.parametrize("verdict", ["bounds", "refuse"])
def test_labels_alone_state_a_rate_where_an_evaluator_states_none(verdict: str) -> None:
    useless = {**HELPED, "verdict": verdict, "reasons": "labels_missing"}
    decision = decided(WHOLE, useless)
    assert decision.estimates["bad_answer.all"]["value"] == 0.2
    assert not decision.reasons


def test_of_models_those_are_stated_whose_rate_is() -> None:
    model = {**WHOLE, "scope_kind": "model", "scope": "p/a"}
    few = {
        **model,
        "scope": "p/b",
        "verdict": "refuse",
        "reasons": "insufficient_labels",
        **dict.fromkeys(("rate", "rate_low", "rate_high")),
    }
    decision = decided(WHOLE, model, few)
    assert set(decision.estimates) == {"bad_answer.all", "bad_answer.p/a"}
    assert {row["scope"] for row in decision.evidence} == {"all", "p/a", "p/b"}


@pytest.mark.parametrize("verdict", ["refuse"])
def test_a_refused_rate_is_not_spoken(verdict: str) -> None:
    row = {
        **HELPED,
        "verdict": verdict,
        "reasons": "insufficient_labels; labels_missing",
    }
    decision = decided({**row, **dict.fromkeys(("rate", "rate_low", "rate_high"))})
    assert decision.verdict == "refuse"
    assert decision.reasons == ("insufficient_labels", "labels_missing")
    # neither a rate nor the mean of the evaluator
    assert "%" not in decision.summary
    assert not decision.estimates
