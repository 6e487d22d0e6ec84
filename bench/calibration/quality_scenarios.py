"""Scenarios of rates of bad answers."""

from functools import partial
from math import inf

from calibration import of_quality
from calibration.bars import CLUSTERED_QUALITY, quality
from calibration.scenario import Scenario

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
