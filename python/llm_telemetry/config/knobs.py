"""The knobs of dbt_project.yml: their ranges, and what they are set to."""

import math
import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from llm_telemetry.config import project
from llm_telemetry.errors import InputError

CONTRACT = "telemetry_csv"
# variable with the names of the knobs that llm-telemetry.yml sets
OF_FILE = "LLM_TELEMETRY_FILE_KNOBS"


@dataclass(frozen=True)
class Knob:
    """A knob as declared: a number in ``unit``, or a text where the default is one.

    ``min`` and ``max`` are part of the range, ``above`` and ``below`` are not.
    """

    name: str
    default: float | str
    unit: str
    meaning: str
    min: float | None = None
    max: float | None = None
    above: float | None = None
    below: float | None = None
    whole: bool = False

    @property
    def variable(self) -> str:
        """Return the environment variable that sets it."""
        return self.name.upper()

    @property
    def is_text(self) -> bool:
        """Return whether its values are texts."""
        return isinstance(self.default, str)

    @property
    def range(self) -> str:
        """Return the range in words, such as "more than 0, at most 1"; "" for texts."""
        if self.is_text:
            return ""
        if self.whole and (self.min, self.max) == (0, 1):
            return "0 or 1"
        kind = "whole numbers, " if self.whole else ""
        if self.min is not None and self.max is not None:
            return f"{kind}{self.min:.10g} to {self.max:.10g}"
        limits = (
            ("at least", self.min),
            ("more than", self.above),
            ("at most", self.max),
            ("less than", self.below),
        )
        return kind + ", ".join(
            f"{words} {limit:.10g}" for words, limit in limits if limit is not None
        )

    def problem(self, value: str) -> str | None:
        """Return what is wrong with a value and what to set instead, or None."""
        if self.is_text:
            return None
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            return f"'{value}' is not a number: set it to one or unset it"
        if not self._contains(number):
            return (
                f"{value} is outside its range, {self.range}: set it within or unset it"
            )
        return None

    def _contains(self, number: float) -> bool:
        return (
            (self.min is None or number >= self.min)
            and (self.above is None or number > self.above)
            and (self.max is None or number <= self.max)
            and (self.below is None or number < self.below)
            and not (self.whole and number % 1)
        )


@cache
def declared() -> dict[str, Knob]:
    """Return every knob by its name, in the order of dbt_project.yml."""
    found = project.load()["vars"]["knobs"]
    return {name: Knob(name=name, **fields) for name, fields in found.items()}


def value(name: str) -> str:
    """Return what a knob is set to outside any build, unchecked."""
    knob = declared()[name]
    return os.environ.get(knob.variable) or str(knob.default)


def number(name: str) -> float:
    """Return a knob that is a number; raise InputError where a knob is wrong."""
    check()
    return float(value(name))


def origin(name: str) -> str:
    """Return what a knob is set by: environment, file or default."""
    if name in os.environ.get(OF_FILE, "").split(","):
        return "file"
    is_set = os.environ.get(declared()[name].variable)
    return "environment" if is_set else "default"


def listed() -> list[dict[str, str | float]]:
    """Return every knob with its value, unit, range, origin and meaning.

    Raises InputError where a knob is wrong.
    """
    check()
    return [
        {
            "knob": knob.name,
            "value": value(knob.name) if knob.is_text else float(value(knob.name)),
            "unit": knob.unit,
            "range": knob.range,
            "origin": origin(knob.name),
            "meaning": knob.meaning,
        }
        for knob in declared().values()
    ]


def as_text(listed: Iterable[Mapping[str, str | float]]) -> str:
    """Return the rows of ``listed`` as two lines for each knob."""
    lines = []
    for row in listed:
        limits = f" ({row['range']})" if row["range"] else ""
        shown = _written(row["value"])
        lines.append(f"{row['knob']} = {shown} {row['unit']}{limits}, {row['origin']}")
        lines.append(f"    {row['meaning']}")
    return "\n".join(lines)


def check() -> None:
    """Raise InputError with a line for every knob in the environment that is wrong."""
    wrong = [
        f"{knob.variable}: {problem}"
        for knob in declared().values()
        if (given := os.environ.get(knob.variable)) is not None
        and (problem := knob.problem(given))
    ]
    if not _is_time_zone(zone := value("business_time_zone")):
        what = f"'{zone}' is no time zone: set a name such as UTC or Europe/Berlin"
        wrong.append(f"BUSINESS_TIME_ZONE: {what}")
    if wrong:
        raise InputError(*wrong)


def is_any_set() -> bool:
    """Return whether the environment or the file sets a knob."""
    return any(os.environ.get(knob.variable) for knob in declared().values())


def check_same(used: Iterable[Mapping[Any, Any]]) -> None:
    """Raise InputError for every knob that is set to another value than a build used.

    ``used`` are rows with ``knob`` and ``setting``, as an artifact contains them.
    """
    check()
    built = {str(row["knob"]): row["setting"] for row in used}
    wrong = [
        f"{knob.variable}: {given} ({origin(knob.name)}) where the build used "
        f"{_written(built[knob.name])}: build again with run, or unset it"
        for knob in declared().values()
        if (given := os.environ.get(knob.variable))
        and knob.name in built
        and _comparable(knob, given) != _comparable(knob, str(built[knob.name]))
    ]
    if wrong:
        raise InputError(*wrong)


def _comparable(knob: Knob, text: str) -> float | list[str]:
    # of names separated by commas, the order and the spaces make no difference
    return sorted(text.replace(" ", "").split(",")) if knob.is_text else float(text)


def _written(setting: float | str) -> str:
    return setting if isinstance(setting, str) else f"{setting:.15g}"


def check_window(sources: Collection[str]) -> None:
    """Raise where days are to be let go of that only the contract's files count."""
    days = number("window_days")
    if days and list(sources) != [CONTRACT]:
        raise InputError(
            f"WINDOW_DAYS: {days:g} needs the source {CONTRACT} alone: set it to 0"
        )


def as_table(
    listed: Iterable[Mapping[str, str | float]],
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the rows of ``listed`` as a header and texts, for a terminal."""
    cells: list[tuple[str, ...]] = []
    for row in listed:
        limits = f"{row['range']}; " if row["range"] else ""
        number = f"{_written(row['value'])} {row['unit']}"
        meaning = f"{row['meaning']} ({limits}{row['origin']})"
        cells.append((str(row["knob"]), number, meaning))
    return ("knob", "value", "meaning (range; origin)"), cells


def _is_time_zone(name: str) -> bool:
    """Return whether SQL knows a time zone of that name."""
    # slow to import
    import duckdb

    known = "select count(*) from pg_timezone_names() where name = $name"
    with duckdb.connect() as connection:
        return connection.execute(known, {"name": name}).fetchall() != [(0,)]
