"""What is claimed of routing and of hotspots, wherever it is measured."""

from dataclasses import replace
from math import inf

from calibration.claims import Claim


def estimator(name: str, low: float = -inf, bias: float = inf) -> tuple[Claim, ...]:
    """Claim coverage and bias of an estimator; without bars they are only shown."""
    words = {"dr": "doubly robust"}.get(name, name.replace("_", "-"))
    return (
        Claim(f"coverage, {words}", f"{name}_covers", low=low),
        Claim(f"bias in USD, {words}", f"{name}_error", "mean", low=-bias, high=bias),
        Claim(f"P(U95 < 0), {words}", f"{name}_below"),
    )


def power(metric: str, low: float = -inf) -> Claim:
    """Claim the share found of the slices at 1.5 times the rate elsewhere, or more."""
    words = f"hotspots found at 1.5 times the rate, {metric.replace('_', ' ')}"
    return Claim(words, f"found_{metric}", "ratio", low=low, over=f"material_{metric}")


FALSE_DISCOVERIES = Claim(
    "false discovery rate of hotspots", "false_discovery_share", "mean", high=0.05
)
NET_OF_SLICES = (
    Claim(
        "coverage, net USD of a slice",
        "net_covers",
        "ratio",
        low=0.93,
        over="net_judged",
    ),
    Claim(
        "coverage, net USD of a hotspot", "net_covers_found", "ratio", over="net_found"
    ),
    Claim(
        "costly hotspots that cost no more than the rest",
        "costly_but_no_loss",
        "ratio",
        high=0.05,
        over="costly",
    ),
)
COMPARED = tuple(
    claim
    for name in ("naive", "direct", "snips", "post_stratified")
    for claim in estimator(name)
)
DOUBLY_ROBUST = estimator("dr", low=0.92, bias=0.15)
NEVER_ROLLED_OUT = Claim("P(roll_out) without a canary", "is_roll_out", high=0.0)
RARE_CANARY = Claim("P(canary)", "is_canary", high=0.10)
ESTIMATED = (*COMPARED, *DOUBLY_ROBUST, NEVER_ROLLED_OUT)
HARMLESS = Claim("P(recommended and harmful)", "is_harmful", high=0.02)
LEARNED = (
    Claim("best possible delta in USD", "best_delta", "mean"),
    Claim(
        "true delta in USD, learned, any arm",
        "unconstrained_true_delta",
        "mean",
        high=-2.6,
    ),
    Claim("true delta in USD, within limits", "learned_true_delta", "mean"),
    Claim("true delta in USD, the reference's", "reference_true_delta", "mean"),
    HARMLESS,
)
DEFAULTS = (
    *(
        Claim(f"P({verdict})", f"is_{verdict}")
        for verdict in ("refuse", "inconclusive")
    ),
    *(
        Claim(f"P({verdict})", f"is_{verdict}")
        for verdict in ("shadow", "keep_baseline")
    ),
    NEVER_ROLLED_OUT,
)
HARMLESS_CASES = Claim(
    "use cases sent that cost more", "harmful", "ratio", high=0.05, over="sent"
)
SENT_CASES = (
    HARMLESS_CASES,
    Claim("use cases sent with no learned gain", "unlearned", "mean", high=0.0),
    Claim("use cases sent", "sent", "mean"),
    Claim("true gain of what is sent, USD per call", "true_gain", "mean"),
)
CONTROLLED = (
    Claim("P(negative control fails)", "control_failed", high=0.07),
    Claim("P(refused for it)", "control_refuses", high=0.05),
    Claim("coverage, doubly robust", "dr_covers", low=0.93),
    Claim("P(refuse)", "is_refuse"),
)
# without the length nothing tells who was sent where by it: no bar can be set
UNCONTROLLED = (
    Claim(
        "provider counts only: P(refused for the control)",
        "blind_control_refuses",
        high=0.0,
    ),
    Claim("provider counts only: coverage, doubly robust", "blind_dr_covers"),
    Claim("provider counts only: bias in USD", "blind_dr_error", "mean"),
    Claim(
        "provider counts only: use cases sent that cost more",
        "blind_harmful",
        "ratio",
        over="blind_sent",
    ),
)
CHANGED = (Claim("P(concept drift)", "is_concept"),)
STATIONARY = (
    replace(*CHANGED, high=0.05),
    Claim("P(concept drift) where triage chose a map", "is_concept_mapped"),
    Claim("P(triage chooses a map)", "is_mapped", high=0.10),
)
ANSWERED = (
    Claim("coverage, doubly robust", "covers", low=0.93),
    Claim("bias in USD, doubly robust", "error", "mean"),
)
# among policies that ship, at each cost of a review
CLAIMED_SAVINGS = tuple(
    claim
    for cost in (2, 4, 8)
    for claim in (
        Claim(
            f"triage saving, claimed - true, USD, review at {cost} USD",
            f"claimed_minus_true_{cost}",
            "unbiased",
        ),
        Claim(
            f"the same as measured, review at {cost} USD",
            f"uncorrected_minus_true_{cost}",
            "mean",
        ),
        Claim(
            f"triage saving, true, USD, review at {cost} USD",
            f"true_saving_{cost}",
            "mean",
        ),
    )
)


USUAL_MEANS = (
    Claim("mean of the reviewed answers minus the truth", "naive_error", "mean"),
    Claim(
        "mean of the scores within .02 of the truth",
        "evaluator_covered",
        "ratio",
        over="models",
    ),
    Claim("mean of the scores off the truth, worst model", "evaluator_error", "mean"),
)


def quality(
    high: float = inf, low_ratio: float = -inf, naive: float = inf
) -> tuple[Claim, ...]:
    """Claim what a rate of bad answers must hold, and that the usual means do not."""
    width = "width, over that of labels alone"
    reviewed = "coverage, mean of the reviewed answers"
    apart = "coverage, difference of two models"
    return (
        Claim(
            "coverage, rate of bad answers", "covered", "ratio", 0.93, 0.97, "models"
        ),
        Claim("bias of the rate", "error", "mean", low=-0.005, high=0.005),
        Claim(width, "width", "ratio", low_ratio, high, "width_alone"),
        Claim(reviewed, "naive_covered", "ratio", high=naive, over="models"),
        *USUAL_MEANS,
        Claim(apart, "pairs_covered", "ratio", low=0.93, over="pairs"),
    )


CLUSTERED_QUALITY = (
    Claim("coverage, rate of bad answers", "covered", "ratio", low=0.92, over="models"),
)

# what is chosen by the score itself leaves the best model's audits few bad answers
CERTAIN_QUALITY = (
    Claim("coverage, rate of bad answers", "covered", "ratio", 0.93, 0.97, "models"),
    Claim("coverage, worst model: fewest bad answers", "fewest_bad_covered", low=0.90),
)


def agreement(name: str, whose: str) -> tuple[Claim, ...]:
    """Claim what an interval of alpha or kappa must cover, in cases of every kind."""
    kinds = {
        "": "",
        "_few_bad": ", 5 % bad answers",
        "_sessions": ", 5 answers per session",
        "_low": ", agreement below .6",
        "_high": ", agreement above .85",
    }
    return (
        *(
            Claim(
                f"coverage, {name} of {whose}{words}",
                f"{name}{kind}_covered",
                "ratio",
                low=0.93,
                over=f"{name}{kind}_stated",
            )
            for kind, words in kinds.items()
        ),
        Claim(
            f"coverage, {name} of {whose} as Cohen (1960) has it",
            f"{name}_naive_covered",
            "ratio",
            over=f"{name}_stated",
        ),
        Claim(
            f"width of the interval, {name}",
            f"{name}_width",
            "ratio",
            over=f"{name}_stated",
        ),
        Claim(
            f"cases with an interval, {name}",
            f"{name}_stated",
            "ratio",
            over=f"{name}_cases",
        ),
    )


AGREEMENT = (*agreement("alpha", "reviewers"), *agreement("kappa", "an evaluator"))
DISAGREEMENT = tuple(
    Claim(f"P(labels_disagree), alpha {alpha}", f"refused_{alpha}", "mean")
    for alpha in (0.4, 0.7, 0.9)
)
