"""Every scenario that is measured, with what is claimed of it."""

from dataclasses import replace
from functools import partial
from math import inf, log

from calibration import (
    drift_worlds,
    of_answer_logs,
    of_answers,
    of_burn,
    of_drift,
    of_gate,
    of_routing,
    of_routing_cases,
    of_slices,
    of_triage,
    quality_scenarios,
    watch_scenarios,
)
from calibration.bars import (
    ANSWERED,
    CHANGED,
    CLAIMED_SAVINGS,
    CONTROLLED,
    DEFAULTS,
    DOUBLY_ROBUST,
    ESTIMATED,
    FALSE_DISCOVERIES,
    HARMLESS,
    LEARNED,
    NET_OF_SLICES,
    NEVER_ROLLED_OUT,
    RARE_CANARY,
    SENT_CASES,
    STATIONARY,
    UNCONTROLLED,
    estimator,
    power,
)
from calibration.claims import Claim
from calibration.scenario import Scenario, in_world, on_unseen_seeds, simulated
from llm_telemetry.simulate.worlds import NULL, REAL

ROUTING = (of_routing.measure,)
# a failure rate that every arm keeps: evidence has to stop a policy
ALLOWED = {"fail_budget": 0.075, "routing_fail_rate_cap": 0.45}
# as in the published run: 1,000 of 9,000 calls
NINTH = {"time_split_frac": 8 / 9}
CONCEPT = (of_drift.concept,)
CALM = replace(REAL, outcomes=replace(REAL.outcomes, latency=log(900.0)))

FIRST_QUARTER = "pages in the first quarter of data"

SCENARIOS: tuple[Scenario, ...] = (
    simulated("null", 9_000, ROUTING, (*ESTIMATED, RARE_CANARY), **NINTH, **ALLOWED),
    simulated("null", 20_000, ROUTING, (*ESTIMATED, RARE_CANARY), **ALLOWED),
    simulated("real", 9_000, ROUTING, (*ESTIMATED, *LEARNED), **NINTH, **ALLOWED),
    simulated("real", 20_000, ROUTING, (*ESTIMATED, *LEARNED), **ALLOWED),
    simulated(
        "hidden",
        20_000,
        ROUTING,
        (
            *estimator("dr"),
            Claim("P(canary)", "is_canary", high=0.20),
            NEVER_ROLLED_OUT,
        ),
        **ALLOWED,
    ),
    simulated(
        "no_overlap",
        9_000,
        ROUTING,
        (Claim("P(refuse)", "is_refuse", low=1.0), NEVER_ROLLED_OUT),
        **ALLOWED,
    ),
    simulated(
        "missing_not_at_random",
        9_000,
        ROUTING,
        (*estimator("dr"), RARE_CANARY, NEVER_ROLLED_OUT),
        **ALLOWED,
    ),
    simulated(
        "drifted",
        9_000,
        (of_drift.measure, of_routing.measure),
        (
            Claim("P(what moved is named)", "names_what_moved", low=0.95),
            Claim("P(recommended and harmful)", "is_harmful"),
            NEVER_ROLLED_OUT,
        ),
    ),
    # to leave a provider that has degraded is right
    simulated(
        "incident",
        9_000,
        ROUTING,
        (Claim("P(canary)", "is_canary"), HARMLESS, NEVER_ROLLED_OUT),
    ),
    simulated("low_volume", 400, ROUTING, (RARE_CANARY, NEVER_ROLLED_OUT)),
    Scenario(
        "canary_at_random",
        "real but faster, 30,000, 40% at random, wide limits",
        partial(
            in_world,
            world=CALM,
            interactions=30_000,
            measures=ROUTING,
            canary_share=0.4,
            **ALLOWED,
        ),
        (
            *DOUBLY_ROBUST,
            Claim("P(roll_out)", "is_roll_out", low=0.5),
            HARMLESS,
        ),
    ),
    Scenario(
        "routing_limited",
        "today's best arms too slow, 20,000, wide limits",
        partial(
            in_world,
            world=of_routing_cases.LIMITED,
            interactions=20_000,
            measures=(of_routing_cases.measure,),
            **ALLOWED,
        ),
        (*SENT_CASES, *CONTROLLED),
    ),
    Scenario(
        "routing_own_counts",
        "own counts but faster, 9,000, wide limits",
        partial(
            in_world,
            world=of_routing_cases.OWN_COUNTS_FAST,
            interactions=9_000,
            measures=(of_routing_cases.measure_both,),
            **ALLOWED,
        ),
        (*SENT_CASES, *CONTROLLED, *UNCONTROLLED),
    ),
    Scenario(
        "null_at_random",
        "null, 9,000, 40% at random",
        partial(
            in_world,
            world="null",
            interactions=9_000,
            measures=ROUTING,
            canary_share=0.4,
        ),
        (*DOUBLY_ROBUST, Claim("P(roll_out)", "is_roll_out", high=0.05)),
    ),
    simulated(
        "null",
        9_000,
        (of_slices.measure, of_drift.measure, of_routing.measure),
        (
            *DEFAULTS,
            RARE_CANARY,
            FALSE_DISCOVERIES,
            *NET_OF_SLICES,
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
    simulated(
        "real",
        9_000,
        (of_slices.measure, of_routing.measure),
        (
            *DEFAULTS,
            HARMLESS,
            FALSE_DISCOVERIES,
            *NET_OF_SLICES,
            power("failures", low=0.65),
            power("sla_breaches"),
            Claim("P(the planted slices lead)", "planted_lead", low=0.95),
        ),
    ),
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
    *(simulated(NULL, rows, CONCEPT, STATIONARY) for rows in (1_000, 5_000, 50_000)),
    *(
        simulated(world, 5_000, CONCEPT, STATIONARY)
        for world in (drift_worlds.RARE, drift_worlds.UNLIKE, REAL, drift_worlds.MIX)
    ),
    *(
        simulated(drift_worlds.fails_more(log_odds), 5_000, CONCEPT, CHANGED)
        for log_odds in (0.2, 0.4, 0.7)
    ),
    simulated("drifted", 5_000, CONCEPT, (replace(*CHANGED, low=0.9),)),
    Scenario(
        "triage_by_review_cost",
        "a strong signal",
        partial(on_unseen_seeds, run=of_triage.with_signal),
        CLAIMED_SAVINGS,
    ),
    Scenario(
        "triage_weak_by_review_cost",
        "a weak signal",
        partial(on_unseen_seeds, run=of_triage.with_weak_signal),
        CLAIMED_SAVINGS,
    ),
    Scenario(
        "triage_no_signal",
        "no signal",
        of_triage.without_signal,
        (Claim("P(triage stays trivial)", "is_trivial", low=0.95),),
    ),
    Scenario(
        "gate_daily",
        "equal versions, 28 daily looks",
        of_gate.looked_at_daily,
        (
            Claim("P(ever different), naive", "ever_naive", "mean"),
            Claim("P(ever different), planned", "ever_scheduled", "mean", high=0.05),
            Claim("P(ever different), any time", "ever_ad_hoc", "mean", high=0.05),
        ),
    ),
    Scenario(
        "gate_equal",
        "equal versions, 2,000 sessions each",
        partial(of_gate.equal_versions, sessions=2_000),
        (
            Claim("P(blocked)", "blocked", "mean", high=0.01),
            Claim("P(passed)", "passed", "mean"),
        ),
    ),
)
SCENARIOS += tuple(
    Scenario(
        f"burn_chronic_{calls_a_day}",
        f"always at {times:g} times its budget, {calls_a_day} calls per day",
        partial(of_burn.chronic_miss, calls_a_day=calls_a_day, times=times),
        (
            Claim("pages per quarter, over a year", "pages", "mean", high=1.0),
            Claim(FIRST_QUARTER, "pages_first_quarter", "mean", high=1.0),
            Claim("days with a page per quarter", "paging_days", "mean"),
            Claim("P(page on the first day of an outage)", "outage_pages", low=low),
            Claim("P(an objective is proposed after a year)", "has_proposal"),
        ),
    )
    for calls_a_day, times, low in ((500, 2.5, 0.95), (40, 2.5, 0.95), (200, 6, 0.95))
)
SCENARIOS += tuple(
    Scenario(
        f"burn_on_budget_{calls_a_day}",
        f"on its budget, {calls_a_day} calls per day",
        partial(of_burn.on_budget, calls_a_day=calls_a_day),
        (Claim("pages per quarter", "pages", "mean", high=0.1),),
    )
    for calls_a_day in (40, 500)
)
SCENARIOS += tuple(
    Scenario(
        f"burn_{failures}_in_a_row",
        f"{failures} failures in a row, 40 calls per day",
        partial(of_burn.failures_in_a_row, failures=failures),
        (Claim("P(page)", "pages", low=low, high=high),),
    )
    for failures, low, high in ((20, 0.95, inf), (2, -inf, 0.05))
)
SCENARIOS += tuple(
    Scenario(
        f"burn_incident_after_{before}",
        f"half the calls fail for 28 days, {before} days after the data start",
        partial(of_burn.long_incident, before=before),
        (
            Claim("P(page on day 1)", "pages_on_day_1", low=0.95),
            Claim("P(page on each of the 28 days)", "pages_all_along", low=0.95),
        ),
    )
    for before in (10, 30)
)
# published answers, where they are at hand
SCENARIOS += tuple(
    Scenario(
        f"answers_{logging}_{known}",
        f"real answers, {logging} logging, propensities {known}",
        partial(of_answers.measure, skew=skew, is_known=known == "logged"),
        ANSWERED,
        needs=of_answers.SHARED,
    )
    for logging, skew in (("uniform", 0.0), ("skewed", 1.0))
    for known in ("logged", "estimated")
)
SCENARIOS += tuple(
    Scenario(
        f"answer_logs_{logging}_{size.split()[0]}",
        f"logs of real answers, {logging} logging, {size}",
        partial(of_answer_logs.measure, skew=skew, has_characters=size == "characters"),
        (*SENT_CASES[:3], *CONTROLLED),
        needs=of_answers.SHARED,
    )
    for logging, skew in (("uniform", 0.0), ("skewed", 1.0))
    for size in ("characters", "own tokens only")
)
SCENARIOS += quality_scenarios.QUALITY
SCENARIOS += watch_scenarios.WATCHED
SCENARIOS += quality_scenarios.EVALUATORS
