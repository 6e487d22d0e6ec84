"""The values of labels, limited in number and in form.

Each combination of values is a time series that is kept as long as the process runs,
and names of models and versions come from outside. A value that may be content, because
it has white space or is long, is not shown.
"""

import re
from collections import defaultdict
from collections.abc import Mapping

MAX_VALUES = 50
MAX_COMBINATIONS = 400
MAX_CHARACTERS = 128
OTHER = "other"
NAME = re.compile(rf"[^\s\x00-\x1f\x7f]{{1,{MAX_CHARACTERS}}}")


class LabelValues:
    """Keeps the first values of each label, and the first combinations of them."""

    def __init__(self) -> None:
        self._values: dict[str, set[str]] = defaultdict(set)
        self._combinations: set[tuple[tuple[str, str], ...]] = set()

    def of(self, label: str, value: str) -> str:
        """Return a value, or other where it is none of the first, or no name."""
        known = self._values[label]
        if value in known:
            return value
        if len(known) >= MAX_VALUES or not NAME.fullmatch(value):
            return OTHER
        known.add(value)
        return value

    def combined(self, values: Mapping[str, str], status: str) -> dict[str, str]:
        """Return values that stand together, each limited; a status is never other."""
        named = {label: self.of(label, value) for label, value in values.items()}
        key = (*named.items(), ("status", status))
        if key not in self._combinations:
            if len(self._combinations) >= MAX_COMBINATIONS:
                return {**dict.fromkeys(named, OTHER), "status": status}
            self._combinations.add(key)
        return {**named, "status": status}
