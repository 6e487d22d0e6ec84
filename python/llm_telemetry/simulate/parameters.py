"""What describes a simulated world: its names, its prices and every parameter."""

from dataclasses import dataclass
from datetime import UTC, datetime
from math import log

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
# a prompt of common tokens has this many characters for each
TOKEN_CHARS = 4
PROMPT_VERSIONS = ("v1", "v2")

Row = tuple[float, ...]
Table = tuple[Row, ...]


@dataclass(frozen=True)
class Arm:
    """A model, its list price (USD per million tokens) and its presumed strength."""

    model_provider: str
    model_name: str
    input_price: float
    output_price: float
    strength: float


@dataclass(frozen=True)
class Traffic:
    """The mix of traffic; shares are in the order of the names above."""

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
    growth: float = 0.0  # of sessions per day, from the first day to the last


@dataclass(frozen=True)
class Tokenizer:
    """How a provider counts a prompt: tokens of its own for each of the common ones."""

    model_provider: str
    log_factor: float
    log_sd: float = 0.0  # from prompt to prompt
    overhead: int = 0  # tokens a prompt, for the format of tools


@dataclass(frozen=True)
class Routing:
    """How the logged arm was drawn: a softmax, linear in what was known before."""

    by_difficulty: float = 0.0  # hard prompts to the presumably strong arms
    by_tier: float = 0.0  # high tiers to the presumably strong arms
    by_use_case: float = 0.5  # each use case prefers arms of its own
    by_arm: Table = ()  # log odds, use case x arm, added


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
    # per prompt version, added to the failure's log odds, log latency and log tokens
    version_failure: Row = (0.0,) * len(PROMPT_VERSIONS)
    version_latency: Row = (0.0,) * len(PROMPT_VERSIONS)
    version_completion: Row = (0.0,) * len(PROMPT_VERSIONS)


@dataclass(frozen=True)
class Incident:
    """One provider degrades from ``start_day`` (counted from 0) to the end."""

    model_provider: str
    start_day: float
    failure: float  # added to the log odds
    latency: float  # added to log ms


@dataclass(frozen=True)
class Slow:
    """A slice that is served more slowly than the others."""

    channel: str
    region: str
    latency: float  # added to log ms


@dataclass(frozen=True)
class CostCreep:
    """Longer outputs and more retries, growing linearly from ``start_day`` on."""

    start_day: float
    completion_factor: float  # completion tokens at the end, relative to before
    retry_rate: float  # at the end


@dataclass(frozen=True)
class Hidden:
    """An unlogged variable that influences both routing and failures."""

    routing: float  # per sd, to the presumably strong arms
    failure: float  # per sd, added to the log odds


@dataclass(frozen=True)
class Shift:
    """From ``start_day`` on traffic, prompt lengths and causes of failure differ."""

    start_day: float
    use_cases: Row  # the shares of the sessions that start from then on
    prompt_growth: float  # added to log prompt tokens
    failure: Table  # use case x tier, added to the log odds
    arm_failure: Table  # use case x arm, added to the log odds


@dataclass(frozen=True)
class Missing:
    """What the log loses: a share of the values, and more of the bad ones."""

    latency: float = 0.025
    cost: float = 0.02
    timeout_ms: float = 0.0
    timeouts: float = 0.0  # of the latencies above timeout_ms
    failures: Row = ()  # of the failures, per arm; their outcome is then unknown


@dataclass(frozen=True)
class Canary:
    """From ``start_day`` on a share of the calls is routed at random and logged."""

    share: float
    start_day: float
    use_case: str | None = None  # the only one; None: all of them


@dataclass(frozen=True)
class Answers:
    """How often an answer is bad, and how an evaluator scores it, per arm."""

    bad: Row  # log odds
    score_of_good: Row  # mean score, 0 good to 1 bad
    score_of_bad: Row
    difficulty: float = 0.0  # added to the log odds, per sd of log prompt tokens
    session_sd: float = 0.0
    concentration: float = 6.0  # of the beta distribution of a score


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
    slow: Slow | None = None
    incident: Incident | None = None
    cost_creep: CostCreep | None = None
    hidden: Hidden | None = None
    tokenizers: tuple[Tokenizer, ...] = ()  # the others count the common tokens
    shift: Shift | None = None
    missing: Missing = Missing()
    canary: Canary | None = None
    answers: Answers | None = None
    interactions: int = 20_000  # the default
    first_day: str = START.date().isoformat()

    @property
    def start(self) -> datetime:
        """Return midnight, UTC, of the first day."""
        return datetime.fromisoformat(self.first_day).replace(tzinfo=UTC)
