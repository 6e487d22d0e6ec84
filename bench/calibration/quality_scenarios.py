"""Scenarios of rates of bad answers, and of what evaluators are worth."""

from functools import partial
from math import inf
from pathlib import Path

from calibration import of_agreement, of_evaluators, of_quality
from calibration.bars import (
    AGREEMENT,
    CERTAIN_QUALITY,
    CLUSTERED_QUALITY,
    DISAGREEMENT,
    quality,
)
from calibration.claims import Claim
from calibration.scenario import Scenario
from llm_telemetry.judge import minilm

# rates of bad answers, from the labels of a queue and the scores of an evaluator
QUALITY: tuple[Scenario, ...] = tuple(
    Scenario(
        f"quality_{audits}_audits",
        f"real answers, {audits} audits per model",
        partial(of_quality.measure, audits=audits),
        quality(high=0.70 if audits == 60 else inf, naive=0.9),
        needs=of_quality.ANSWERS,
    )
    for audits in (30, 60, 120, 240)
)
QUALITY += (
    Scenario(
        "quality_random_evaluator",
        "real answers, scores at random, 60 audits per model",
        partial(of_quality.measure, audits=60, evaluator="random"),
        quality(low_ratio=0.97),
        needs=of_quality.ANSWERS,
    ),
    Scenario(
        "quality_sampled",
        "real answers, a tenth scored, 120 audits per model",
        partial(of_quality.measure, audits=120, sample_share=0.1),
        quality(),
        needs=of_quality.ANSWERS,
    ),
    Scenario(
        "quality_planted",
        "world real, an evaluator that favours the worst model",
        partial(of_quality.measure, audits=60, is_planted=True),
        quality(naive=0.9),
    ),
    Scenario(
        "quality_certain_by_score",
        "world real, certain by the score itself, 73 audits per model",
        partial(of_quality.measure, audits=73, is_planted=True, noise=0.0),
        CERTAIN_QUALITY,
    ),
)
QUALITY += tuple(
    Scenario(
        f"quality_{sessions}_sessions",
        f"planted quality, {sessions} big sessions, 100 audits per model",
        partial(of_quality.measure, audits=100, sessions=sessions),
        CLUSTERED_QUALITY,
    )
    for sessions in (10, 20)
)
QUALITY += tuple(
    Scenario(
        f"quality_agreement_{labels}_labels",
        f"planted agreement, {labels} labels",
        partial(of_agreement.measure, labels=labels),
        AGREEMENT + (DISAGREEMENT if labels == 240 else ()),
    )
    for labels in (120, 240)
)

# what the evaluators say of public answers, where they are at hand
EVALUATORS: tuple[Scenario, ...] = tuple(
    Scenario(
        f"evaluators_{data.split('-')[0].lower()}_{name}",
        f"{name} on {data}",
        partial(of_evaluators.measure, data=data),
        (
            Claim(f"AUC{packaged}", "auc", "resampled", low=low),
            Claim("rows per second of a core", "rows_per_s", "mean", low=2_000),
        ),
        needs=of_evaluators.SHARED,
    )
    for data, name, packaged, low in (
        ("EVOUNA-TQ", "answer_mismatch", ", where .970 was published", 0.965),
        ("EVOUNA-TQ, answers of other questions", "off_topic", "", 0.95),
        ("BEGIN-wow", "unsupported_share", ", where .923 was published", 0.913),
        ("SummEdits-scitldr", "unsupported_share", ", one changed fact", -inf),
    )
)
EVALUATORS += (
    Scenario(
        "evaluators_evouna_off_topic_minilm",
        "off_topic by MiniLM on EVOUNA-TQ, 1,000 own and other answers",
        partial(of_evaluators.measure, data=of_evaluators.OF_MINILM),
        (
            Claim("AUC, where .999 was published", "auc", "resampled", low=0.985),
            Claim("rows per second of a core", "rows_per_s", "mean"),
        ),
        # without the extra there is nothing to measure: a folder that is nowhere
        needs=of_evaluators.SHARED if minilm.is_installed() else Path("extra judge"),
    ),
)
