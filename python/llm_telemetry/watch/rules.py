"""What a rule says: what it watches, when it is an alert, and who is notified."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from llm_telemetry.errors import InputError
from llm_telemetry.watch.channels import Channel

# metrics of a rule by those of marts.anomalies
ANOMALIES = {
    "volume": "interactions",
    "cost_per_day": "cost_usd",
    "failure_rate": "failure_rate",
    "sla_breach_rate": "sla_breach_rate",
    "retry_rate": "retry_rate",
    "cost_per_call": "cost_per_call",
    "tokens_per_call": "tokens_per_call",
    "output_tokens_per_call": "output_tokens_per_call",
    "latency_p50": "latency_p50",
    "latency_p95": "latency_p95",
    "latency_p99": "latency_p99",
    "tool_failure_rate": "tool_failure_rate",
    "branch_rate": "branch_rate",
    "quality": "quality_score",
}
# metrics whose levels are those of another mart, which has thresholds of its own
JUDGED_ELSEWHERE = ("budget_burn", "drift")
METRICS = (*ANOMALIES, *JUDGED_ELSEWHERE, "data_age", "sql")
DIMENSIONS = (
    *("all", "use_case", "model_provider", "model", "prompt_version"),
    *("use_case_and_prompt_version", "account_tier", "failure_type"),
    *("tool", "tool_and_use_case", "branch"),
)
COMPARISONS = ("history", "change", "absolute")
CONDITIONS = ("gt", "lt", "both", "diverging")
SEVERITIES = ("warning", "critical")


@dataclass(frozen=True)
class Rule:
    """When something is an alert, how bad it is, and who is notified.

    ``warning`` and ``critical`` are thresholds of the comparison: a ratio, a
    difference or the value itself. Of no channels named, all are notified.
    """

    rule_id: str
    name: str
    metric: str
    by: str = "all"
    compare: str = "history"
    windows: tuple[int, ...] = (1, 7)
    condition: str = "gt"
    warning: float | None = None
    critical: float | None = None
    cooldown_days: int = 7
    resolve_days: int = 3
    channels: tuple[str, ...] | None = None
    inhibited_by: tuple[str, ...] = ()
    description: str = ""
    url: str | None = None
    sql: Path | None = None

    @property
    def labels(self) -> dict[str, str]:
        """Return the labels of its group: a rule is one group of all its members."""
        return {"metric": self.metric, "dimension": self.by}

    @property
    def fingerprint(self) -> str:
        """Return what tells its alerts from those of other rules, whatever it says."""
        labels = ",".join(f"{name}={text}" for name, text in self.labels.items())
        return sha256(f"{self.rule_id} {labels}".encode()).hexdigest()[:16]

    @property
    def limits(self) -> str:
        """Return in one text what its levels depend on."""
        limits = (self.compare, self.condition, self.windows)
        text = repr((*limits, self.warning, self.critical))
        if self.sql:
            text += self.sql.read_text(encoding="utf-8")
        return sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Rules:
    """What a rules file contains."""

    file: Path
    rules: tuple[Rule, ...]
    channels: tuple[Channel, ...] = ()
    # lines that messages of a build add, by dimension and member
    advice: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    def rule(self, rule_id: str) -> Rule:
        """Return a rule; raise InputError where there is none of that id."""
        for rule in self.rules:
            if rule.rule_id == rule_id:
                return rule
        known = ", ".join(rule.rule_id for rule in self.rules)
        raise InputError(f"{rule_id}: no rule of {self.file}: there are {known}")

    def channel(self, name: str) -> Channel:
        """Return a channel; raise InputError where there is none of that name."""
        for channel in self.channels:
            if channel.name == name:
                return channel
        known = ", ".join(channel.name for channel in self.channels) or "none"
        raise InputError(f"{name}: no channel of {self.file}: there are {known}")


@dataclass(frozen=True)
class Defaults:
    """Days that hold for every rule that does not set its own."""

    cooldown_days: int = 7
    resolve_days: int = 3
