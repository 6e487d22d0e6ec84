"""The simulated worlds: every parameter of a world whose truth is known."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import log
from types import MappingProxyType

START = datetime(2025, 2, 1, tzinfo=UTC)
DAYS = 90

# what an outcome costs, in USD; the defaults of the knobs that price it
FAILURE_USD = 40.0
BREACH_USD = 5.0
SLA_MS = 2200

USE_CASES = (
    "coding_assistant",
    "data_analysis",
    "internal_qa",
    "customer_support",
    "content_writing",
    "brainstorming",
)
TIERS = ("free", "pro", "enterprise")
CHANNELS = ("web_app", "api", "mobile_app", "slack")
REGIONS = ("AMER", "EMEA", "APAC")
SEGMENTS = ("individual", "team", "enterprise_team")
PROMPT_VERSIONS = ("v1", "v2")

Row = tuple[float, ...]
Table = tuple[Row, ...]


@dataclass(frozen=True)
class Arm:
    """A model, its list price (USD per million tokens) and how strong it is held."""

    model_provider: str
    model_name: str
    input_price: float
    output_price: float
    strength: float


@dataclass(frozen=True)
class Traffic:
    """Who asks what; shares are in the order of the names above."""

    use_cases: Row = (0.22, 0.18, 0.12, 0.22, 0.14, 0.12)
    tiers: Row = (0.45, 0.35, 0.20)
    channels: Row = (0.42, 0.28, 0.18, 0.12)
    regions: Row = (0.40, 0.35, 0.25)
    segments: Row = (0.55, 0.30, 0.15)
    weekdays: Row = (1.0, 1.05, 1.05, 1.0, 0.95, 0.55, 0.50)  # Monday first
    prompt_log_median: Row = (log(600.0),) * len(USE_CASES)
    prompt_log_sd: float = 0.6
    sessions_per_user: float = 3.0
    retry_rate: float = 0.05


@dataclass(frozen=True)
class Routing:
    """How the logged arm was drawn: a softmax, linear in what was known before."""

    by_difficulty: float = 0.0  # hard prompts to the arms held strong
    by_tier: float = 0.0  # high tiers to the arms held strong
    by_use_case: float = 0.5  # each use case prefers arms of its own


@dataclass(frozen=True)
class Outcomes:
    """Failure (log odds), latency (log ms) and tokens, by context and by arm."""

    failure: Table  # use case x tier
    arm_failure: Table  # use case x arm, added
    arm_latency: Row  # per arm, added to latency
    latency: float = log(1250.0)
    latency_sd: float = 0.38
    difficulty_failure: float = 0.0  # per sd of log prompt tokens
    difficulty_latency: float = 0.0
    slow_answer_failure: float = 0.0  # per sd of unexplained log latency
    session_failure_sd: float = 0.5
    user_failure_sd: float = 0.15
    completion: Row = (log(420.0),) * len(USE_CASES)
    completion_sd: float = 0.55


@dataclass(frozen=True)
class Incident:
    """One provider degrades at a day (counted from 0) and stays so."""

    model_provider: str
    start_day: float
    failure: float  # added to the log odds
    latency: float  # added to log ms


@dataclass(frozen=True)
class CostCreep:
    """Longer outputs and more retries, growing linearly from a day to the end."""

    start_day: float
    completion_factor: float  # completion tokens at the end, relative to before
    retry_rate: float  # at the end


@dataclass(frozen=True)
class World:
    """Everything that distinguishes one world from another."""

    name: str
    arms: tuple[Arm, ...]
    outcomes: Outcomes
    traffic: Traffic = Traffic()
    routing: Routing = Routing()
    # the slices that fail more by design, as (use case, tier)
    planted: tuple[tuple[str, str], ...] = ()
    incident: Incident | None = None
    cost_creep: CostCreep | None = None
    latency_missing: float = 0.025
    cost_missing: float = 0.02


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


def _even(value: float, columns: int) -> Table:
    """Return a table with a row per use case that holds one value throughout."""
    return ((value,) * columns,) * len(USE_CASES)


NULL = World(
    name="null",
    # one price: with the list prices the arms would differ in cost
    arms=tuple(replace(arm, input_price=1.0, output_price=4.0) for arm in ARMS),
    outcomes=Outcomes(
        failure=_even(-1.3, len(TIERS)),
        arm_failure=_even(0.0, len(ARMS)),
        arm_latency=(0.0,) * len(ARMS),
        latency=log(1400.0),
    ),
)

REAL = World(
    name="real",
    arms=ARMS,
    outcomes=Outcomes(
        # coding and analysis fail on the free tier; elsewhere free asks for less, so
        # that the tier as a whole, and the use cases as a whole, hardly stand out
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
)

INCIDENT = World(
    name="incident",
    arms=ARMS,
    outcomes=Outcomes(
        failure=_even(-4.55, len(TIERS)),
        arm_failure=_even(0.0, len(ARMS)),
        arm_latency=(0.08, -0.10, 0.06, -0.08, 0.02, 0.0, -0.12, 0.02),
        latency=log(1080.0),
    ),
    incident=Incident("anthropic", start_day=83.0, failure=3.55, latency=0.55),
    cost_creep=CostCreep(start_day=60.0, completion_factor=2.2, retry_rate=0.18),
)

WORLDS: Mapping[str, World] = MappingProxyType(
    {world.name: world for world in (NULL, REAL, INCIDENT)}
)
