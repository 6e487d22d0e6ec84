"""The simulated worlds, each with a truth of its own."""

from collections.abc import Mapping
from dataclasses import replace
from math import log
from types import MappingProxyType

from llm_telemetry.simulate.parameters import (
    TIERS,
    USE_CASES,
    Answers,
    Arm,
    Canary,
    CostCreep,
    Hidden,
    Incident,
    Missing,
    Outcomes,
    Routing,
    Shift,
    Slow,
    Table,
    Tokenizer,
    Traffic,
    World,
)

ARMS = (
    Arm("openai", "gpt-4.1", 2.0, 8.0, 1.0),
    Arm("openai", "gpt-4o-mini", 0.15, 0.6, -0.6),
    Arm("anthropic", "claude-3.5-sonnet", 3.0, 15.0, 1.0),
    Arm("anthropic", "claude-3.5-haiku", 0.8, 4.0, -0.3),
    Arm("google", "gemini-1.5-pro", 1.25, 5.0, 0.7),
    Arm("meta", "llama-3.1-70b", 0.88, 0.88, -0.3),
    Arm("meta", "llama-3.1-8b", 0.18, 0.18, -1.0),
    Arm("mistral", "mistral-large", 2.0, 6.0, 0.3),
)


def even(value: float, columns: int) -> Table:
    """Return a table with a row per use case, filled with one value."""
    return ((value,) * columns,) * len(USE_CASES)


# arms are equal but do not look so: hard prompts go to the presumably strong ones
NULL = World(
    name="null",
    # one price: with the list prices the arms would differ in cost
    arms=tuple(replace(arm, input_price=1.0, output_price=4.0) for arm in ARMS),
    outcomes=Outcomes(
        failure=even(-1.3, len(TIERS)),
        arm_failure=even(0.0, len(ARMS)),
        arm_latency=(0.0,) * len(ARMS),
        # few breaches, so that it is not the SLA that keeps a policy from being shipped
        latency=log(1000.0),
        difficulty_failure=0.75,
    ),
    routing=Routing(by_difficulty=1.0),
)

REAL = World(
    name="real",
    arms=ARMS,
    outcomes=Outcomes(
        # coding and analysis fail on the free tier; elsewhere free asks for less, so
        # that the tier as a whole, and the use cases as a whole, hardly differ
        failure=(
            (-0.20, -1.72, -1.80),
            (-0.28, -1.66, -1.75),
            (-2.14, -1.10, -1.16),
            (-2.08, -1.08, -1.14),
            (-2.14, -1.12, -1.18),
            (-2.16, -1.14, -1.20),
        ),
        arm_failure=(
            (-0.20, 0.30, -0.72, 0.15, -0.10, 0.20, 0.55, 0.10),
            (-0.20, 0.35, -0.15, 0.25, -0.72, 0.15, 0.55, 0.10),
            (-0.72, 0.15, -0.20, 0.15, -0.10, 0.20, 0.45, 0.10),
            (-0.20, 0.10, -0.20, -0.70, -0.15, 0.20, 0.45, 0.10),
            (-0.20, 0.15, -0.25, 0.15, -0.10, 0.15, 0.45, -0.72),
            (-0.15, 0.15, -0.20, 0.10, -0.10, -0.72, 0.40, 0.10),
        ),
        latency=log(1350.0),
        arm_latency=(0.09, -0.18, 0.06, -0.15, 0.02, 0.03, -0.25, 0.0),
        difficulty_failure=0.45,
        difficulty_latency=0.08,
        slow_answer_failure=0.25,
        completion=tuple(log(n) for n in (520.0, 460.0, 300.0, 260.0, 640.0, 420.0)),
    ),
    traffic=Traffic(
        prompt_log_median=tuple(log(n) for n in (900, 800, 600, 420, 500, 300)),
    ),
    routing=Routing(by_difficulty=0.7, by_tier=0.3, by_use_case=0.3),
    planted=(("coding_assistant", "free"), ("data_analysis", "free")),
    answers=Answers(
        bad=(-2.6, -1.2, -2.4, -1.6, -2.0, -1.4, -0.6, -1.8),
        # an evaluator that favours the worst: its means order the models wrongly
        score_of_good=(0.40, 0.15, 0.35, 0.20, 0.30, 0.20, 0.08, 0.25),
        score_of_bad=(0.85, 0.60, 0.80, 0.65, 0.75, 0.65, 0.50, 0.70),
        difficulty=0.3,
        session_sd=0.5,
    ),
)

INCIDENT = World(
    name="incident",
    arms=ARMS,
    outcomes=Outcomes(
        failure=even(-4.55, len(TIERS)),
        arm_failure=even(0.0, len(ARMS)),
        arm_latency=(0.08, -0.10, 0.06, -0.08, 0.02, 0.0, -0.12, 0.02),
        latency=log(1080.0),
    ),
    incident=Incident("anthropic", start_day=83.0, failure=3.55, latency=0.55),
    cost_creep=CostCreep(start_day=60.0, completion_factor=2.2, retry_rate=0.18),
)

HIDDEN = replace(NULL, name="hidden", hidden=Hidden(routing=0.6, failure=0.6))

NO_OVERLAP = replace(
    NULL,
    name="no_overlap",
    # hard prompts to three arms and easy ones to one, whatever the use case
    routing=Routing(by_difficulty=40.0),
)

DRIFTED = replace(
    REAL,
    name="drifted",
    planted=(),
    shift=Shift(
        start_day=70.0,
        use_cases=(0.40, 0.06, 0.08, 0.10, 0.26, 0.10),
        prompt_growth=0.4,
        # other slices fail than before
        failure=(
            (-1.4, 0.5, 0.5),
            (-1.4, 0.5, 0.5),
            (1.6, 0.6, 0.6),
            (1.6, 0.6, 0.6),
            (1.2, 0.5, 0.5),
            (1.2, 0.5, 0.5),
        ),
        # and the best arm of a use case is now among its worst
        arm_failure=tuple(
            tuple(-1.5 * effect for effect in row) for row in REAL.outcomes.arm_failure
        ),
    ),
)

MISSING_NOT_AT_RANDOM = replace(
    NULL,
    name="missing_not_at_random",
    # 4 of 100 answers are late: whether that is within the SLA depends on missing ones
    outcomes=replace(NULL.outcomes, latency=log(1150.0)),
    missing=Missing(
        latency=0.01,
        timeout_ms=2200.0,
        timeouts=0.6,
        # the two presumably weakest arms do not report a part of their failures
        failures=(0.0, 0.3, 0.0, 0.0, 0.0, 0.0, 0.4, 0.0),
    ),
)

OWN_COUNTS = replace(
    REAL,
    name="own_counts",
    tokenizers=(
        Tokenizer("anthropic", log_factor=0.20, log_sd=0.06, overhead=120),
        Tokenizer("google", log_factor=-0.12, log_sd=0.06, overhead=10),
        Tokenizer("meta", log_factor=0.08, log_sd=0.06),
        Tokenizer("mistral", log_factor=0.15, log_sd=0.06, overhead=60),
    ),
)

LOW_VOLUME = replace(REAL, name="low_volume", interactions=400)

SAMPLE = World(
    name="sample",
    first_day="2025-02-15",
    interactions=5_800,
    arms=(
        Arm("anthropic", "claude-3-opus", 15.0, 75.0, 1.0),
        Arm("openai", "gpt-4.1", 2.0, 8.0, 0.4),
        Arm("meta", "llama-3.1-70b", 0.88, 0.88, -0.6),
        Arm("google", "gemini-1.5-pro", 1.25, 5.0, 0.2),
    ),
    outcomes=Outcomes(
        # data analysis fails on the free tier
        failure=(
            (-5.5, -5.5, -5.5),
            (-2.5, -5.5, -5.5),
            (-5.5, -5.5, -5.5),
            (-5.5, -5.5, -5.5),
            (-5.5, -5.5, -5.5),
            (-5.5, -5.5, -5.5),
        ),
        arm_failure=(
            (0.0, 1.0, 1.0, 1.0),
            (0.0, 0.0, 0.0, 0.0),
            (0.0, 0.0, 0.0, 0.0),
            # most calls of customer support go to an arm that fails more
            (1.5, -0.3, 2.5, 1.3),
            (0.0, 0.0, 0.0, 0.0),
            (0.0, 0.0, 0.0, 0.0),
        ),
        latency=log(900.0),
        arm_latency=(0.06, -0.03, 0.15, 0.03),
        difficulty_failure=0.2,
        session_failure_sd=0.2,
        completion=tuple(log(n) for n in (900.0, 700.0, 350.0, 300.0, 800.0, 500.0)),
        version_failure=(-0.2, 0.2),
        version_latency=(0.0, 0.2),
        version_completion=(0.0, 0.2),
    ),
    traffic=Traffic(
        use_cases=(0.21, 0.11, 0.12, 0.42, 0.08, 0.06),
        prompt_log_median=tuple(
            log(n) for n in (60_000, 30_000, 8_000, 3_000, 2_000, 1_000)
        ),
        prompt_log_sd=0.4,
        growth=0.8,
    ),
    routing=Routing(
        by_use_case=0.0,
        # every use case has an arm of its own; customer support is an experiment
        by_arm=(
            (3.0, 0.0, 0.0, 0.0),
            (0.0, 3.0, 0.0, 0.0),
            (0.0, 0.0, 0.0, 3.0),
            (-3.0, 0.6, 1.0, -0.2),
            (0.0, 3.0, 0.0, 0.0),
            (0.0, 0.0, 0.0, 3.0),
        ),
    ),
    planted=(("data_analysis", "free"),),
    slow=Slow("slack", "APAC", 0.6),
    shift=Shift(
        start_day=73.0,
        use_cases=(0.25, 0.09, 0.04, 0.42, 0.16, 0.04),
        prompt_growth=0.25,
        failure=even(0.0, len(TIERS)),
        arm_failure=even(0.0, 4),
    ),
    incident=Incident("meta", start_day=87.0, failure=0.0, latency=0.8),
    missing=Missing(latency=0.005, cost=0.005),
    canary=Canary(0.3, start_day=45.0, use_case="customer_support"),
)

WORLDS: Mapping[str, World] = MappingProxyType(
    {
        world.name: world
        for world in (
            NULL,
            REAL,
            HIDDEN,
            NO_OVERLAP,
            DRIFTED,
            INCIDENT,
            MISSING_NOT_AT_RANDOM,
            OWN_COUNTS,
            LOW_VOLUME,
            SAMPLE,
        )
    }
)
