"""What no line on the screen may contain, whatever is missing."""

import re

FAULTS = re.compile(
    # a doubled word, a value of Python's, an empty slot, a zero with a sign
    r"\b([a-z]+) \1\b|None|\bnan\b|\binf\b|  |\(\)|\( |: ;|: $|; ;|;$|^;|-0\b(?!\.)"
)


def is_sound(summary: str) -> bool:
    """Say whether a line has no doubled word, value of Python's or empty slot."""
    return FAULTS.search(summary) is None
