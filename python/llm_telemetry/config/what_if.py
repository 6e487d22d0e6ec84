"""Values of knobs that `decide` tries out: of those that no mart depends on."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

from llm_telemetry.config import knobs
from llm_telemetry.config.project import PROJECT
from llm_telemetry.errors import InputError

# of the knobs that only Python reads, those of `gate`, of `prune` and of a warning
NOT_OF_DECIDE = re.compile(r"release_|retention_days|max_data_age_days")


def parse(assignments: Iterable[str]) -> dict[str, float]:
    """Return the knobs by name from texts such as "review_cost=1".

    Raises InputError with a line for each that is none, is out of range, or that needs
    the marts to be built again.
    """
    pairs = [text.partition("=")[::2] for text in assignments]
    problems = {f"{name}={value}": _problem(name, value) for name, value in pairs}
    lines = [f"--what-if {text}: {said}" for text, said in problems.items() if said]
    if lines:
        raise InputError(*lines)
    return {name.lower(): float(value) for name, value in pairs}


def is_in_marts(name: str) -> bool:
    """Return whether SQL reads a knob, other than to list it."""
    read = re.compile(rf"knob\(\s*'{name}'")
    files = (
        file
        for folder in ("models", "macros", "tests")
        for file in (PROJECT / folder).rglob("*.sql")
    )
    return any(read.search(file.read_text(encoding="utf-8")) for file in files)


def _problem(name: str, value: str) -> str | None:
    knob = knobs.declared().get(name.lower())
    if knob is None:
        similar = get_close_matches(name.lower(), knobs.declared(), 1)
        hint = f"did you mean {similar[0]}?" if similar else "see llm-telemetry knobs"
        return f"no such knob: {hint}"
    if is_in_marts(knob.name):
        return (
            "the marts depend on it: build others with "
            f"{knob.variable}={value} llm-telemetry run --warehouse W --out-dir O"
        )
    if NOT_OF_DECIDE.match(knob.name):
        return "no decision depends on it"
    return knob.problem(value)
