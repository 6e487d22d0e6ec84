"""Scenarios of what is watched from day to day."""

from dataclasses import replace
from functools import partial
from math import inf

from calibration import of_watch
from calibration.claims import Claim
from calibration.scenario import Scenario, on_unseen_seeds
from llm_telemetry.simulate.parameters import Traffic
from llm_telemetry.simulate.worlds import NULL

WEEKDAYS_ONLY = replace(
    NULL,
    name="weekdays_only",
    traffic=Traffic(weekdays=(1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0)),
)
OTHERS = {
    "ratio": "ratios of 1.5 and 2",
    "mad": "3.5 median deviations",
    "mean": "3 sd of 14 days",
}


def realised(name: str, column: str, high: float) -> tuple[Claim, ...]:
    """Claim that no more false alarms are raised than are stated."""
    return tuple(
        Claim(
            f"false alarms over those stated, {name}, {unit}",
            f"{unit}_{column}",
            "ratio",
            high=high,
            over=f"stated_{column}",
        )
        for unit in ("rows", "episodes")
    )


QUIET = (
    *realised("all metrics", "all", 2.0),
    *realised("rates of failures, breaches, retries", "counts", 1.5),
    # counts of days, of which a month has few: shown without a target
    *realised("volumes", "volumes", inf),
    Claim("false alarms per month", "episodes_all", "ratio", over="months"),
    *(
        Claim(
            f"false alarms per month, {words}",
            f"episodes_{rule}",
            "ratio",
            over="months",
        )
        for rule, words in OTHERS.items()
    ),
)


def found(first_day: float) -> tuple[Claim, ...]:
    """Claim that an outage is found, stays open, and that a creep of costs is found."""
    return (
        Claim("P(outage of a provider, day 1)", "day_1", low=first_day),
        Claim("P(outage of a provider, by day 2)", "day_2"),
        *(Claim(f"P(still open, day {day})", f"day_{day}", low=1.0) for day in (7, 14)),
        *(
            Claim(f"P(outage, day {day}), {words}", f"day_{day}_{rule}")
            for rule, words in OTHERS.items()
            for day in (1, 7, 14)
        ),
        *(
            claim
            for metric in of_watch.CREEPING
            for claim in _creep(metric.replace("_", " "), metric)
        ),
    )


def _creep(words: str, metric: str) -> tuple[Claim, ...]:
    return (
        Claim(f"P(creep, by day 12), {words}", f"by_day_12_{metric}_ours", low=0.5),
        Claim(f"day of the creep, {words}", f"day_{metric}_ours", "mean"),
        *(
            Claim(
                f"P(creep, by day 12), {words}, {other}", f"by_day_12_{metric}_{rule}"
            )
            for rule, other in OTHERS.items()
        ),
    )


# the detector was written on seeds below 1,000
WATCHED = (
    Scenario(
        "watch_quiet",
        "null, 20,000, watched",
        partial(
            on_unseen_seeds,
            run=partial(of_watch.quiet, world=NULL, interactions=20_000),
        ),
        QUIET,
    ),
    *(
        Scenario(
            f"watch_incident_{per_day}",
            f"incident, {per_day:,} calls per day, watched",
            partial(
                on_unseen_seeds,
                run=partial(of_watch.incident, interactions=interactions),
            ),
            found(first_day),
        )
        for per_day, interactions, first_day in (
            (222, 20_000, 0.80),
            (1_333, 120_000, 0.98),
        )
    ),
    Scenario(
        "watch_growth",
        "null, growing by 2 % per day to 600, watched",
        partial(
            on_unseen_seeds,
            run=partial(of_watch.growing, world=NULL, interactions=30_000, growth=0.02),
        ),
        QUIET,
    ),
    Scenario(
        "watch_weekdays",
        "null, no calls at weekends, watched",
        partial(
            on_unseen_seeds,
            run=partial(of_watch.quiet, world=WEEKDAYS_ONLY, interactions=20_000),
        ),
        QUIET,
    ),
    *(
        Scenario(
            f"watch_three_hours_{per_day}",
            f"a provider is out for three hours, {per_day:,} calls per day, watched",
            partial(
                on_unseen_seeds,
                run=partial(
                    of_watch.three_hours, interactions=interactions, failure=1.0
                ),
            ),
            (Claim("P(outage of three hours, day 1)", "day_1", low=low),),
        )
        for per_day, interactions, low in ((222, 20_000, 0.80), (1_333, 120_000, 0.98))
    ),
)
