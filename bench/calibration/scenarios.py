"""Every scenario that is measured, with what is claimed of it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import inf

from calibration import of_drift, of_routing, of_slices, of_triage
from calibration.claims import Claim
from calibration.replicate import Replicate, replicate
from calibration.store import Numbers
from llm_telemetry.simulate.parameters import World

Measure = Callable[[Replicate], Numbers]
MARTS: dict[Measure, tuple[str, ...]] = {
    of_routing.measure: of_routing.MARTS,
    of_slices.measure: of_slices.MARTS,
    of_drift.measure: of_drift.MARTS,
}


@dataclass(frozen=True)
class Scenario:
    """A function from a seed to numbers, and the bars they are held against."""

    name: str
    world: str
    run: Callable[[int], Numbers]
    claims: tuple[Claim, ...]


def in_world(
    seed: int,
    *,
    world: str | World,
    interactions: int,
    measures: tuple[Measure, ...],
    canary_share: float = 0.0,
    **changed: float,
) -> Numbers:
    """Simulate a world once, and measure everything on that log."""
    marts = dict.fromkeys(mart for measure in measures for mart in MARTS[measure])
    one = replicate(
        world,
        seed,
        interactions=interactions,
        marts=tuple(marts),
        canary_share=canary_share,
        **changed,
    )
    return {name: n for measure in measures for name, n in measure(one).items()}


def _scenario(
    world: str,
    interactions: int,
    measures: tuple[Measure, ...],
    claims: tuple[Claim, ...],
    canary_share: float = 0.0,
    **changed: float,
) -> Scenario:
    run = partial(
        in_world,
        world=world,
        interactions=interactions,
        measures=measures,
        canary_share=canary_share,
        **changed,
    )
    by_lot = f" with {canary_share:.0%} by lot" if canary_share else ""
    label = f"{world}, {interactions:,}{by_lot}"
    return Scenario(label.replace(", ", "-").replace(" ", "_"), label, run, claims)


def _estimator(name: str, **bars: float) -> tuple[Claim, ...]:
    """Claim coverage and bias of an estimator; without bars they are only shown."""
    words = name.replace("_", "-")
    bias = bars.get("bias", inf)
    return (
        Claim(
            f"coverage, {words}",
            f"{name}_covers",
            low=bars.get("coverage", -inf),
        ),
        Claim(f"bias in USD, {words}", f"{name}_error", "mean", low=-bias, high=bias),
        Claim(f"P(U95 < 0), {words}", f"{name}_below"),
    )


def _power(metric: str, low: float = -inf) -> Claim:
    """Claim the share found of the slices at 1.5 times the rate elsewhere, or more."""
    words = f"hotspots found at 1.5 times the rate, {metric.replace('_', ' ')}"
    return Claim(words, f"found_{metric}", "ratio", low=low, over=f"material_{metric}")


FALSE_DISCOVERIES = Claim(
    "false discovery rate of hotspots", "false_discovery_share", "mean", high=0.05
)
ROUTING = (of_routing.measure,)
EVERY = (of_routing.measure, of_slices.measure, of_drift.measure)
SHOWN = (*_estimator("naive"), *_estimator("post_stratified"))
NEVER_ROLLED_OUT = Claim("P(roll_out) without a canary", "is_roll_out", high=0.0)
RARE_CANARY = Claim("P(canary)", "is_canary", high=0.10)

SCENARIOS = (
    _scenario(
        "null",
        9_000,
        EVERY,
        (
            *SHOWN,
            RARE_CANARY,
            NEVER_ROLLED_OUT,
            FALSE_DISCOVERIES,
            Claim(
                "families without a difference at p <= .05",
                "family_alarms",
                "ratio",
                high=0.07,
                over="families",
            ),
            Claim("P(a feature is called drifted)", "has_drift", high=0.10),
        ),
    ),
    _scenario("null", 5_000, ROUTING, (*SHOWN, RARE_CANARY, NEVER_ROLLED_OUT)),
    _scenario(
        "real",
        9_000,
        (of_routing.measure, of_slices.measure),
        (
            *SHOWN,
            NEVER_ROLLED_OUT,
            Claim("best possible delta in USD", "best_delta", "mean"),
            Claim("true delta of the policy in USD", "true_delta", "mean", high=-2.6),
            Claim("P(the policy is truly harmful)", "is_harmful", high=0.02),
            FALSE_DISCOVERIES,
            _power("failures", low=0.65),
            _power("sla_breaches"),
            Claim("P(the planted slices lead)", "planted_lead", low=0.95),
        ),
    ),
    _scenario("real", 5_000, ROUTING, (*SHOWN, NEVER_ROLLED_OUT)),
    _scenario(
        "hidden",
        9_000,
        ROUTING,
        (*SHOWN, Claim("P(canary)", "is_canary", high=0.20), NEVER_ROLLED_OUT),
    ),
    _scenario(
        "no_overlap",
        9_000,
        ROUTING,
        (Claim("P(refuse)", "is_refused", low=1.0), NEVER_ROLLED_OUT),
    ),
    _scenario(
        "drifted",
        9_000,
        (of_drift.measure, of_routing.measure),
        (
            Claim("P(what moved is named)", "names_what_moved", low=0.95),
            NEVER_ROLLED_OUT,
        ),
    ),
    _scenario(
        "missing_not_at_random", 9_000, ROUTING, (*SHOWN, RARE_CANARY, NEVER_ROLLED_OUT)
    ),
    _scenario("low_volume", 400, ROUTING, (RARE_CANARY, NEVER_ROLLED_OUT)),
    Scenario(
        "drift_random_split",
        "null, sessions split at random",
        partial(of_drift.random_split, world="null", interactions=3_000),
        (
            Claim(
                "share of p-values <= .05 of drift",
                "alarms",
                "ratio",
                low=0.03,
                high=0.07,
                over="tests",
            ),
        ),
    ),
    Scenario(
        "triage_signal",
        "a strong signal",
        of_triage.with_signal,
        (
            Claim(
                "triage saving, claimed - true, USD", "claimed_minus_true", "unbiased"
            ),
            Claim("triage saving, true, USD", "true_saving", "mean"),
        ),
    ),
    Scenario(
        "triage_no_signal",
        "no signal",
        of_triage.without_signal,
        (Claim("P(triage stays trivial)", "is_trivial", low=0.95),),
    ),
)
