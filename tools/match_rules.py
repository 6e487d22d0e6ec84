"""Rules that match names, as alternatives of literals: any of them, all in one.

A rule of genai-prices is a tree of ``or``, ``and`` and leaves. Its disjunctive normal
form is a list of alternatives, each a list of literals that must all hold. RE2, the
engine of DuckDB, has no lookahead: ``^(?!a)b`` is the literal ``^b`` and the negated
literal ``^a``. Any other lookaround or back reference is an error.
"""

import re
from collections.abc import Iterator
from itertools import product

from genai_prices.types import (
    ClauseAnd,
    ClauseContains,
    ClauseEndsWith,
    ClauseEquals,
    ClauseOr,
    ClauseRegex,
    ClauseStartsWith,
    MatchLogic,
)

LEAVES = {
    ClauseEquals: "equals",
    ClauseStartsWith: "starts_with",
    ClauseEndsWith: "ends_with",
    ClauseContains: "contains",
}
# a lookaround, a flag, or a back reference
UNTRANSLATABLE = re.compile(r"\(\?(?!:)|\\[1-9Z]")
Literal = tuple[str, str, bool]


def literals(rule: MatchLogic, name: str) -> Iterator[tuple[int, str, str, bool]]:
    """Yield (alternative, kind, pattern, is_negated) of a rule, as seeds hold them."""
    try:
        found = alternatives(rule)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
    for number, alternative in enumerate(found):
        for literal in alternative:
            yield number, *literal


def alternatives(rule: MatchLogic) -> list[list[Literal]]:
    """Return the disjunctive normal form of a rule."""
    if isinstance(rule, ClauseOr):
        return [found for part in rule.or_ for found in alternatives(part)]
    if isinstance(rule, ClauseAnd):
        parts = product(*map(alternatives, rule.and_))
        return [[literal for part in found for literal in part] for found in parts]
    if isinstance(rule, ClauseRegex):
        return [regex_literals(rule.regex)]
    for leaf, kind in LEAVES.items():
        if isinstance(rule, leaf):
            # both sides of a comparison are in lower case
            return [[(kind, str(getattr(rule, kind)).lower(), False)]]
    raise ValueError(f"no translation for {rule!r}")


def regex_literals(pattern: str) -> list[Literal]:
    """Return the literals of a regular expression, a leading lookahead taken apart."""
    found: list[Literal] = []
    if pattern.startswith("^(?!"):
        end = closing(pattern, 1)
        found.append(("regex", "^" + pattern[4:end], True))
        pattern = "^" + pattern[end + 1 :]
    if pattern != "^":
        found.append(("regex", pattern, False))
    for _, part, _ in found:
        if UNTRANSLATABLE.search(part):
            raise ValueError(f"no translation for the regular expression {part}")
    return found


def closing(pattern: str, opening: int) -> int:
    """Return the position of the bracket that closes the one at ``opening``."""
    if "[(" in pattern or "[)" in pattern:
        raise ValueError(f"a bracket in a character class: {pattern}")
    depth = 0
    for position, character in enumerate(pattern):
        if position < opening or pattern[position - 1] == "\\":
            continue
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0:
            return position
    raise ValueError(f"an unclosed bracket: {pattern}")
