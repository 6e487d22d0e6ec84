"""Which entry of the price book a provider and a model lead to, as a run matches them.

The rules are those of ``int_model_price_matches``; a test compares the two.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from llm_telemetry.capture.seeds import Row, rows

# some gateways write 20261003 where the price book writes 2026-10-03
COMPACT_DATE = re.compile(
    r"-(20[0-9]{2})(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])(-|:|$)"
)
COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "equals": lambda name, pattern: name == pattern,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
    "contains": lambda name, pattern: pattern in name,
    "regex": lambda name, pattern: re.search(pattern, name) is not None,
}


@dataclass(frozen=True)
class Match:
    """The names under which the price book may have a model, all in lower case."""

    provider: str | None
    provider_name: str | None
    seller: str | None
    price_provider: str | None
    model: str
    reference_name: str
    price_model: str | None


@dataclass(frozen=True)
class _Rule:
    """An alternative of a rule: all its literals must be true."""

    provider: str
    matched_on: str
    price_model: str
    literals: tuple[tuple[str, str, bool], ...]

    def holds(self, name: str) -> bool:
        return all(
            COMPARISONS[kind](name, pattern) != is_negated
            for kind, pattern, is_negated in self.literals
        )


class PriceMatches:
    """The rules that map a provider and a model to the price book."""

    def __init__(self) -> None:
        self._aliases = [
            {name: value.lower() for name, value in row.items()}
            for row in rows("model_aliases")
        ]
        self._frameworks = {
            row["alias"] for row in rows("provider_aliases") if not row["provider"]
        }
        sellers = rows("price_provider_matches")
        self._sellers = list(_rules(sellers, ("matched_on", "position"), "provider"))
        # its whole name goes before a part of it
        self._sellers.sort(key=lambda rule: rule.matched_on == "provider_name")
        self._models: dict[str, list[_Rule]] = defaultdict(list)
        models = rows("model_price_matches")
        for rule in _rules(models, ("provider", "position"), "price_provider"):
            self._models[rule.matched_on].append(rule)

    def match(self, provider: str | None, model: str) -> Match:
        """Return what a provider and a model lead to; null where to nothing."""
        provider = provider.lower() if provider else None
        model = model.lower()
        alias = self._alias(provider, model)
        name = provider if provider not in self._frameworks else None
        provider_name = alias.get("provider") or name
        reference_name = alias.get("model") or model
        seller = self._seller(provider_name, reference_name)
        found = self._model(seller, reference_name) if seller else None
        return Match(
            provider,
            provider_name,
            seller,
            found.provider if found else None,
            model,
            reference_name,
            found.price_model.lower() if found else None,
        )

    def _alias(self, provider: str | None, model: str) -> Row:
        """Return the alias of a model; one for its provider goes before one for all."""
        found = [row for row in self._aliases if row["model_name"] == model]
        for owner in (provider, ""):
            for row in found:
                if owner is not None and row.get("model_provider", "") == owner:
                    return row
        return {}

    def _seller(self, provider: str | None, model: str) -> str | None:
        for rule in self._sellers:
            is_tried = (rule.matched_on == "model_name") == (provider is None)
            if is_tried and rule.holds(provider or model):
                return rule.provider
        return None

    def _model(self, seller: str, name: str) -> _Rule | None:
        for spelling in (name, _dashed(name)):
            for rule in self._models[seller] if spelling else ():
                if rule.holds(spelling or ""):
                    return rule
        return None


def _dashed(name: str) -> str | None:
    """Return a name with its compact date written with dashes, null without one."""
    found = COMPACT_DATE.search(name)
    try:
        date(*map(int, found.groups()[:3])) if found else None
    except ValueError:
        return None
    return COMPACT_DATE.sub(r"-\1-\2-\3\4", name) if found else None


def _rules(seed: Iterable[Row], order: tuple[str, str], owner: str) -> Iterator[_Rule]:
    """Yield the alternatives in the order in which they are tried."""
    parts: dict[tuple[str, int, int], list[Row]] = defaultdict(list)
    for row in seed:
        key = (row[order[0]], int(row[order[1]]), int(row["alternative"]))
        parts[key].append(row)
    for (first, _, _), literals in sorted(parts.items()):
        yield _Rule(
            literals[0][owner],
            first,
            literals[0].get("model", ""),
            tuple(
                (r["kind"], r["pattern"], r["is_negated"] == "true") for r in literals
            ),
        )
