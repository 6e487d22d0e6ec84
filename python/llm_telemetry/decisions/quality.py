"""How good the answers are, from the mart quality_rates."""

from typing import Any

import pandas as pd

from llm_telemetry.decisions.types import Basis, Decision, check, rows

# of two evaluators that with the earlier verdict says more
STATED = ("rate", "labels_only", "bounds")
EVIDENCE = (
    *("dimension", "evaluator", "scope_kind", "scope", "interactions"),
    *("audits", "audit_labels", "bad_audit_labels", "evaluator_mean"),
    *("rate", "rate_low", "rate_high"),
    *("labels_only_rate", "labels_only_rate_low", "labels_only_rate_high"),
    *("gain", "labels_needed", "verdict", "reasons"),
)
ASSUMPTIONS = (
    {
        "assumption": "the labels of reviewers are the truth",
        "status": "checked",
        "evidence": "labels_disagree refuses where two reviewers seldom agree",
    },
    {
        "assumption": "reviewers label whatever audits drew, good or bad",
        "status": "checked",
        "evidence": "labels_missing states bounds, or refuses, where labels lack",
    },
    {
        "assumption": "sessions are independent of each other",
        "status": "untestable",
        "evidence": "variances are between whole sessions",
    },
)


def decide(quality_rates: pd.DataFrame) -> Decision:
    """State the rate of bad answers of everything and of each model, or refuse.

    ``quality_rates`` has the rows of the mart for everything and for models that have
    an audit label. Of several evaluators, each dimension takes one whose scores can be
    used on everything, and of those the one with the largest gain.
    """
    whole = quality_rates[quality_rates["scope_kind"] == "everything"]
    if whole.empty:
        return Decision(
            "refuse",
            "label the answers that `llm-telemetry review list` shows; where it shows "
            "none, set quality_audits_per_day",
            "no answer that was drawn at random has been reviewed",
            ("no_random_labels",),
        )
    chosen = _chosen(whole)
    evidence = quality_rates.merge(
        chosen[["dimension", "evaluator", "evaluator_version"]]
    ).sort_values(["dimension", "scope_kind", "scope"])
    stated = evidence[evidence["verdict"].isin(STATED)]
    return Decision(
        verdict="rates" if chosen["verdict"].isin(STATED).any() else "refuse",
        recommendation=_advice(chosen),
        summary="; ".join(_spoken(row) for row in rows(chosen)),
        reasons=tuple(sorted(_codes(chosen))),
        estimates={
            f"{row['dimension']}.{row['scope']}": _rate(row) for row in rows(stated)
        },
        evidence=rows(evidence[list(EVIDENCE)]),
        basis=_basis(chosen),
    )


def _chosen(whole: pd.DataFrame) -> pd.DataFrame:
    """Return the row of each dimension whose verdict says most, with the most gain."""
    ranks = {verdict: place for place, verdict in enumerate(STATED)}
    return (
        whole.assign(rank=whole["verdict"].map(ranks).fillna(len(STATED)))
        .sort_values(
            ["dimension", "rank", "gain", "evaluator", "evaluator_version"],
            ascending=[True, True, False, True, True],
            na_position="last",
        )
        .drop_duplicates("dimension")
    )


def _codes(chosen: pd.DataFrame) -> set[str]:
    return {code for text in chosen["reasons"] for code in text.split("; ") if code}


def _rate(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "value": row["rate"],
        "se": None,
        "low": row["rate_low"],
        "high": row["rate_high"],
        "n": int(row["audit_labels"]),
        "clusters": int(row["sessions"]),
        "unit": "share of answers",
    }


def _advice(chosen: pd.DataFrame) -> str:
    if not chosen["verdict"].isin(STATED).any():
        return "label more of the answers that random audits drew"
    missing = (chosen["labels_needed"] - chosen["audit_labels"]).max()
    if missing > 0:
        return f"label {int(missing):,} more audits for a narrower interval"
    return "compare the models in quality_differences"


def _spoken(row: dict[str, Any]) -> str:
    name, labels = str(row["dimension"]).replace("_", " "), int(row["audit_labels"])
    if row["verdict"] not in STATED:
        return f"{name}: not stated from {labels:,} labels of audits"
    ends = f"{row['rate_low']:.1%} to {row['rate_high']:.1%}"
    answers = f"{int(row['interactions']):,} answers"
    source = f"{labels:,} labels of audits"
    if row["verdict"] == "rate":
        source = f"{source} and the scores of {row['evaluator']}"
    return f"{name}: {row['rate']:.1%} ({ends}) of {answers}, from {source}"


def _basis(chosen: pd.DataFrame) -> Basis:
    return Basis(
        estimand="share of bad answers among the calls that the queue was drawn from",
        estimator="labels weighted by their probability of a review, and the scores of "
        "an evaluator on all calls as a control variate (prediction-powered inference)",
        diagnostics=tuple(
            check(f"{row['dimension']}.gain", row["gain"], None, None)
            for row in chosen.to_dict("records")
        ),
        assumptions=ASSUMPTIONS,
    )
