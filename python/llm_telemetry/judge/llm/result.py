"""What a run of a model as judge did, for people and as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

STOPPED = 3


@dataclass(frozen=True)
class Result:
    """What a run judged and spent; ``most_usd`` is what a dry run may cost."""

    folder: str
    evaluator: str
    model: str
    calls: int
    sample_share: float
    budget_usd: float
    evaluator_version: str | None = None
    cached: int = 0
    judged: int = 0
    scored: int = 0
    landed: int = 0
    errors: Mapping[str, int] = field(default_factory=dict)
    cost_usd: float = 0.0
    canaries_right: int | None = None
    is_stopped: bool = False
    most_usd: float | None = None

    @property
    def exit_code(self) -> int:
        """Return 3 where the budget ended the run."""
        return STOPPED if self.is_stopped else 0

    def document(self) -> dict[str, Any]:
        """Return it as an object of JSON."""
        return {**vars(self), "errors": dict(self.errors)}

    def lines(self) -> list[str]:
        """Return it as lines for people. There is no mean: a mean score is no rate."""
        version = (self.evaluator_version or "new version")[:12]
        who = f"{self.evaluator}  {version}  {self.model}"
        calls = f"{self.calls:,} calls to judge, {self.cached:,} known already"
        if self.most_usd is not None:
            cost = f"one request each costs at most {self.most_usd:.4f} USD"
            budget = f"the budget is {self.budget_usd:g} USD"
            return [who, f"{calls}: {cost}, {budget}; nothing was sent"]
        errors = ", ".join(f"{name} {number:,}" for name, number in self.errors.items())
        lines = [
            who,
            f"{calls}, {self.judged:,} judged: {self.cost_usd:.4f} USD of "
            f"{self.budget_usd:g} USD",
            f"{self.scored:,} have a score" + f"; errors: {errors}" * bool(errors),
            f"canaries: {self.canaries_right} of 20 are right"
            if self.canaries_right is not None
            else "canaries: not asked (--canaries)",
        ]
        if self.is_stopped:
            lines.append(
                "stopped: the next request might cost more than is left; run it again "
                "with a budget, and what is judged is not paid for twice"
            )
        where = f"landed {self.landed:,} rows in {self.folder}"
        return [*lines, f"{where}; next: llm-telemetry run"]
