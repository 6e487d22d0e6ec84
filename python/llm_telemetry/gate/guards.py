"""What a release must not make worse, and whether the data show that it does not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil, inf, isfinite

from scipy import stats

from llm_telemetry.gate import contrasts
from llm_telemetry.gate.boundaries import Looks, reach, student
from llm_telemetry.gate.contrasts import MISSING, Contrast, Evidence
from llm_telemetry.gate.standardised import Aligned

POWER = 0.8

# a contrast for each treatment of unknown values
Scenarios = Mapping[str, Contrast]


@dataclass(frozen=True)
class Rule:
    """The limit of one metric; worse is up, or down where ``sign`` is -1."""

    guard: str
    unit: str
    limit: float
    sign: int = 1


@dataclass(frozen=True)
class Bars:
    """The error rates of the intervals that show that it is no worse, or worse.

    A pass needs every guard, so each may use the whole error rate; one guard fails
    the release, so the rate of false blocks is divided among them.
    """

    looks: Looks
    pass_alpha: float
    fail_alpha: float
    sessions: float
    min_covered_share: float

    def passing(self, clusters: int) -> float:
        """Return the reach of the shown interval, which has to be within the limit."""
        return self._reach(self.pass_alpha, clusters)

    def failing(self, clusters: int, *, shared_by: int = 1) -> float:
        """Return the reach of the interval by which a release is found to be worse."""
        return self._reach(self.fail_alpha / shared_by, clusters)

    def _reach(self, alpha: float, clusters: int) -> float:
        if self.sessions <= 0:
            return inf
        far = reach(self.looks, alpha=alpha, sessions=self.sessions)
        return student(far, clusters)


@dataclass(frozen=True)
class Guard:
    """One guard's verdict: pass, fail, unknown, or not_measured on either side.

    Those of slices and of reviews are not_shown_worse where they neither fail nor rule
    harm out.
    """

    rule: Rule
    status: str
    baseline: float
    candidate: float
    difference: float
    low: float
    high: float
    reasons: tuple[str, ...] = ()
    interactions_needed: int | None = None
    statuses: Mapping[str, str] | None = None


def rules(knobs: Mapping[str, float]) -> dict[str, Rule]:
    """Return every rule whose limit is set; a budget of 0 is none."""
    rise, share = "difference", "share of the baseline"
    p95 = knobs["release_max_p95_increase"] * knobs["sla_ms"]
    found = [
        Rule("failure_rate", rise, knobs["release_max_failure_increase"]),
        Rule("sla_breach_rate", rise, knobs["release_max_sla_breach_increase"]),
        Rule("cost_usd", share, knobs["release_max_cost_increase"]),
        Rule("p95_latency_ms", "ms", p95),
        Rule("quality_score", share, -knobs["release_max_quality_drop"], sign=-1),
    ]
    if knobs["release_max_cost_usd"]:
        found.append(Rule("cost_budget_usd", "USD", knobs["release_max_cost_usd"]))
    if knobs["release_max_p95_ms"]:
        found.append(Rule("p95_budget_ms", "ms", knobs["release_max_p95_ms"]))
    return {rule.guard: rule for rule in found}


def scenarios(guard: str, evidence: Evidence) -> Scenarios:
    """Return the contrast of one guard, unknown values left out, good and bad.

    A missing quality score means that the answer was not graded; it is left out.
    """
    measures: dict[str, Callable[[str], Contrast]] = {
        "failure_rate": lambda m: contrasts.rate_contrast(evidence, "failures", m),
        "sla_breach_rate": lambda m: contrasts.rate_contrast(
            evidence, "sla_breaches", m
        ),
        "cost_usd": lambda m: contrasts.relative_contrast(evidence, "cost_usd", m),
        "p95_latency_ms": lambda m: contrasts.p95_contrast(evidence, m),
        "quality_score": lambda m: contrasts.relative_contrast(
            evidence, "quality_score_sum", m
        ),
        "cost_budget_usd": lambda m: contrasts.cost_level(evidence, m),
        "p95_budget_ms": lambda m: contrasts.p95_level(evidence, m),
    }
    kinds = MISSING[:1] if guard == "quality_score" else MISSING
    return {kind: measures[guard](kind) for kind in kinds}


def judge(rule: Rule, found: Scenarios, bars: Bars, *, interactions: float) -> Guard:
    """Return the verdict of one guard; unknown if it depends on missing values."""
    shown = found[MISSING[0]]
    low, high = shown.bounds(bars.passing(shown.clusters))
    statuses = {kind: status(rule, one, bars) for kind, one in found.items()}
    reasons = list(_reasons(shown, statuses, bars))
    agreed = statuses[MISSING[0]] if not reasons else "unknown"
    return Guard(
        rule=rule,
        status=agreed,
        baseline=shown.baseline,
        candidate=shown.candidate,
        difference=shown.difference,
        low=low,
        high=high,
        reasons=tuple(reasons or (["too_little_data"] * (agreed == "unknown"))),
        interactions_needed=(
            needed(rule, shown, bars, interactions) if agreed == "unknown" else None
        ),
        statuses=statuses,
    )


def status(rule: Rule, contrast: Contrast, bars: Bars) -> str:
    """Return pass or fail where the interval shows it, otherwise unknown."""
    if _worst(rule, contrast.bounds(bars.passing(contrast.clusters)))[1] <= (
        rule.sign * rule.limit
    ):
        return "pass"
    best = _worst(rule, contrast.bounds(bars.failing(contrast.clusters)))[0]
    return "fail" if best > rule.sign * rule.limit else "unknown"


def needed(
    rule: Rule, contrast: Contrast, bars: Bars, interactions: float
) -> int | None:
    """Return the candidate's interactions needed to pass, if it is no worse.

    So many that (reach + z of the power) standard errors fit below the limit, if both
    sides grow alike. None for a budget, where no such number can be computed.
    """
    far = bars.passing(contrast.clusters)
    high = _worst(rule, contrast.bounds(far))[1]
    margin = high - rule.sign * contrast.difference
    limit = rule.sign * rule.limit
    if contrast.baseline != contrast.baseline or limit <= 0 or not isfinite(margin):
        return None
    wanted = margin * (1 + float(stats.norm.ppf(POWER)) / far)
    return ceil(interactions * (wanted / limit) ** 2)


def is_measured(rule: Rule, aligned: Aligned) -> bool:
    """Return whether the metric is checked: quality only if either side has grades."""
    sides = (aligned.baseline, aligned.candidate)
    graded = any(side.counts["known_quality_scores"].sum() for side in sides)
    return rule.guard != "quality_score" or graded


def _worst(rule: Rule, bounds: tuple[float, float]) -> tuple[float, float]:
    """Return bounds of how much worse it is."""
    low, high = bounds
    return (low, high) if rule.sign > 0 else (-high, -low)


def _reasons(shown: Contrast, statuses: Mapping[str, str], bars: Bars) -> list[str]:
    if shown.covered_share < bars.min_covered_share:
        return ["too_few_common_slices"]
    if len(set(statuses.values())) > 1:
        return ["depends_on_missing_values"]
    return []
