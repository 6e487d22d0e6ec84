"""How figures are written: targets, tables, and the sections of the page."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import wrap

from measuring import Row

PROFILED = 12
WIDTH = 110


@dataclass(frozen=True)
class Bar:
    """A target for a figure, and what was measured; None, not measured.

    ``why`` says why it is not reached, or where that is explained.
    """

    what: str
    limit: float
    measured: float | None
    unit: str = "x"
    is_floor: bool = False
    why: str = ""

    @property
    def is_met(self) -> bool:
        """Return whether the measured figure is on the right side."""
        if self.measured is None:
            return False
        if self.is_floor:
            return self.measured >= self.limit
        return self.measured <= self.limit

    def cells(self) -> list[str]:
        """Return what, the target, measured, and whether it is reached."""
        side = "at least" if self.is_floor else "at most"
        target = f"{side} {figure(self.limit)}{self.unit}"
        if self.measured is None:
            return [self.what, target, "", "not measured"]
        found = f"{figure(self.measured)}{self.unit}"
        return [self.what, target, found, self.outcome()]

    def outcome(self) -> str:
        """Return whether the target is reached, and if not, why."""
        if self.is_met:
            return "reached"
        return f"not reached: {self.why}" if self.why else "not reached"


@dataclass(frozen=True)
class Section:
    """A part of the page: what was compared, the targets, and where the time goes."""

    title: str
    said: str
    tables: Sequence[Sequence[str]] = ()
    bars: Sequence[Bar] = ()
    # shown where a target is not reached
    profiles: Sequence[Sequence[str]] = field(default=())

    def lines(self) -> list[str]:
        """Return the lines of the page."""
        parts: list[Sequence[str]] = [[f"## {self.title}"], paragraph(self.said)]
        if self.bars:
            parts.append(bars_table(self.bars))
        parts += self.tables
        if any(bar.measured is not None and not bar.is_met for bar in self.bars):
            parts += self.profiles
        return [line for part in parts if part for line in ("", *part)]


def paragraph(said: str) -> list[str]:
    """Return the lines of a paragraph, as wide as those of the other documents."""
    return wrap(
        " ".join(said.split()), WIDTH, break_long_words=False, break_on_hyphens=False
    )


def bars_table(bars: Iterable[Bar]) -> list[str]:
    """Return a table of targets."""
    head = ["figure", "target", "measured", ""]
    return table(head, (bar.cells() for bar in bars))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table."""
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]


def usage_table(rows: Iterable[Row], beside: str) -> list[str]:
    """Return what jobs took in each case, with the multiples of one of them."""
    head = ["", "job", "wall", "memory", "wall s", "CPU s", "largest MB", "all MB"]
    lines = []
    for name, taken in by_case(rows).items():
        found = {row["job"]: row for row in taken if "wall_s" in row}
        # named once, in its first line
        case = size(name)
        for row in taken:
            if "job" in row:
                lines.append(usage_cells(case, row, found.get(beside)))
                case = ""
    return table([*head, "runs"], lines)


def usage_cells(case: str, row: Row, beside: Row | None) -> list[str]:
    """Return one line of a table of usages."""
    if "failed" in row:
        return [case, row["job"], "did not finish", *[""] * 6]
    times = [
        f"{figure(row[part] / beside[part])}x" if beside else ""
        for part in ("wall_s", "tree_mb")
    ]
    seconds = [figure(row[part]) for part in ("wall_s", "cpu_s")]
    whole = [f"{row[part]:,.0f}" for part in ("peak_mb", "tree_mb", "runs")]
    return [case, row["job"], *times, *seconds, *whole]


def by_case(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Return the rows of each case."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["case"]].append(row)
    return found


def job(rows: Iterable[Row], case: str, name: str, part: str) -> float | None:
    """Return one figure of a job, None where it was not measured or did not finish."""
    for row in rows:
        if row["case"] == case and row.get("job") == name:
            return row.get(part)
    return None


def ratio(above: float | None, below: float | None) -> float | None:
    """Return a quotient of what was measured."""
    return above / below if above is not None and below else None


def profile_table(title: str, seconds: Mapping[str, Sequence[float]]) -> list[str]:
    """Return where the time goes: the slowest nodes, and all the others together."""
    names = sorted(seconds, key=lambda name: (-seconds[name][0], name))
    top, rest = names[:PROFILED], names[PROFILED:]
    lines = [[plain(name), *map(figure, seconds[name])] for name in top]
    sums = [sum(column) for column in zip(*(seconds[n] for n in rest), strict=True)]
    if rest:
        lines.append([f"{len(rest)} others", *map(figure, sums)])
    width = len(next(iter(seconds.values()), []))
    columns = ["seconds"] if width < 2 else ["by dbt, s", "straight, s"]
    return [*paragraph(f"{title}:"), "", *table(["where", *columns], lines)]


def run_profile(title: str, found: Row) -> list[str]:
    """Return where the seconds of a run go: its phases, and dbt's slowest nodes."""
    phases = ", ".join(
        f"{name} {figure(took)}" for name, took in found["phases"].items()
    )
    nodes = {name: [took] for name, took in found["nodes"].items()}
    said = f"{title} {figure(found['whole_s'])} s, of which {phases}; and of dbt"
    return profile_table(f"{said}, where two nodes run at a time", nodes)


def largest(cases: Iterable[str]) -> list[str]:
    """Return the largest size, which the targets are for."""
    sizes = sorted((case for case in cases if case.isdigit()), key=int)
    return sizes[-1:]


def plain(node: str) -> str:
    """Return the name of a node without its project and its hash."""
    kind, _, rest = node.partition(".")
    return f"{kind} `{rest.split('.')[1]}`" if "." in rest else node


def size(case: str) -> str:
    """Return a number of interactions as people write it."""
    return f"{int(case):,}" if case.isdigit() else case


def figure(value: float) -> str:
    """Return three digits of a number, or all of a large one."""
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
