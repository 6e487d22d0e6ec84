"""What a scenario of the calibration is, and how one runs in a simulated world."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from calibration import of_drift, of_routing, of_routing_cases, of_slices
from calibration.claims import Claim
from calibration.replicate import Replicate, replicate
from calibration.store import Numbers
from llm_telemetry.simulate.parameters import World

Measure = Callable[[Replicate], Numbers]
MARTS: dict[Measure, tuple[str, ...]] = {
    of_routing.measure: of_routing.MARTS,
    of_routing_cases.measure: of_routing.MARTS,
    of_routing_cases.measure_both: of_routing.MARTS,
    of_slices.measure: of_slices.MARTS,
    of_drift.measure: of_drift.MARTS,
    of_drift.concept: of_drift.CONCEPT_MARTS,
}


@dataclass(frozen=True)
class Scenario:
    """A function from a seed to numbers, and the bars they are held against.

    It runs where the folder that it ``needs`` is there, if it needs one.
    """

    name: str
    world: str
    run: Callable[[int], Numbers]
    claims: tuple[Claim, ...]
    needs: Path | None = None

    def can_run(self) -> bool:
        """Return whether what it needs is there."""
        return self.needs is None or self.needs.is_dir()


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


def simulated(
    world: str | World,
    interactions: int,
    measures: tuple[Measure, ...],
    claims: tuple[Claim, ...],
    canary_share: float = 0.0,
    **changed: float,
) -> Scenario:
    """Return a scenario in a simulated world, named after what is changed in it."""
    run = partial(
        in_world,
        world=world,
        interactions=interactions,
        measures=measures,
        canary_share=canary_share,
        **changed,
    )
    at_random = f" with {canary_share:.0%} at random" if canary_share else ""
    ninth = ", a ninth judged" if "time_split_frac" in changed else ""
    wide = ", wide limits" if "fail_budget" in changed else ""
    name = world if isinstance(world, str) else world.name
    label = f"{name}, {interactions:,}{at_random}{ninth}{wide}"
    return Scenario(label.replace(", ", "-").replace(" ", "_"), label, run, claims)


def on_unseen_seeds(seed: int, *, run: Callable[[int], Numbers]) -> Numbers:
    """Measure with a seed that no rule was chosen on: those up to 999 may have been."""
    return run(1_000 + seed)
