"""What a command shows: tables and a bar on a terminal, plain lines elsewhere.

rich is imported on a terminal only.
"""

import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from types import SimpleNamespace, TracebackType
from typing import TYPE_CHECKING, Any, Self, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress

# what a build reports of each node: 12/340 name
NODE = re.compile(r"(\d+)/(\d+) (.*)")
BUILDING = "building the marts"
COLOURS = {"ok": "green", "review_required": "yellow", "blocked": "red"}


def is_terminal(stream: TextIO | None = None) -> bool:
    """Return whether a person watches what is written, by default to stdout."""
    return (stream or sys.stdout).isatty() and os.environ.get("TERM") != "dumb"


class Reporter:
    """How far a command is: on a terminal a bar, in a log one line for each stage."""

    def __init__(self, options: SimpleNamespace, *, is_logged: bool) -> None:
        """Show nothing with --quiet, and stages in a log if they are to be logged."""
        is_quiet = getattr(options, "quiet", False)
        self.is_shown = not is_quiet and is_terminal(sys.stderr)
        self.is_logged = is_logged and not is_quiet and not self.is_shown
        self.stage = ""
        self.bar: Progress | None = None

    def __enter__(self) -> Self:
        """Start; nothing is shown yet."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the bar away, so that messages have the line to themselves."""
        self("")

    def __call__(self, message: str) -> None:
        """Show a stage or a node of the build; "" ends what is shown."""
        node = NODE.match(message)
        stage = BUILDING if node else message
        is_new, self.stage = stage != self.stage, stage
        if self.is_shown:
            self._draw(stage, node)
        elif self.is_logged and is_new and stage:
            sys.stderr.write(f"{stage}\n")
            sys.stderr.flush()

    def _draw(self, stage: str, node: re.Match[str] | None) -> None:
        """Draw a bar for the nodes of a build; of other stages no end is known."""
        done, total, name = node.groups() if node else ("0", None, "")
        if self.bar and self.bar.tasks[-1].description != stage:
            self.bar.stop()
            self.bar = None
        if stage and not self.bar:
            self.bar = _bar(is_counted=node is not None)
            self.bar.add_task(stage, total=None, node="")
            self.bar.start()
        if self.bar:
            task, nodes = self.bar.tasks[-1], int(total) if total else None
            # of the same build, nodes end in another order than they start
            so_far = int(task.completed) if task.total == nodes else 0
            self.bar.update(
                task.id,
                completed=max(int(done), so_far),
                total=nodes,
                node=name,
            )


def _bar(*, is_counted: bool) -> "Progress":
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    counts = [MofNCompleteColumn(), TimeRemainingColumn()] if is_counted else []
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        *counts,
        TextColumn("{task.fields[node]}", style="dim"),
        console=Console(stderr=True),
        transient=True,
    )


def show_decisions(artifact: Mapping[str, Any], health: Mapping[str, Any]) -> None:
    """Show the status, a row for each decision and the warnings."""
    from llm_telemetry.artifact import report

    if not is_terminal():
        _write(report.table(artifact, health))
        return
    _show_lines(report.above(artifact, health))
    _show_table(("", "decision", "verdict", "in numbers"), report.rows(artifact))
    _show_lines(report.below(artifact))


def show_knobs(listed: Sequence[Mapping[str, str | float]]) -> None:
    """Show the rows of ``knobs.listed``."""
    from llm_telemetry.config import knobs

    if not is_terminal():
        _write([knobs.as_text(listed)])
        return
    _show_table(*knobs.as_table(listed))


def _write(lines: Iterable[str]) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _show_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Draw a table; its last column is wrapped to the width that is left."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in header:
        is_last = name == header[-1]
        table.add_column(name, no_wrap=not is_last, ratio=1 if is_last else None)
    for row in rows:
        # a bracket is no markup
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


def _show_lines(lines: Iterable[str]) -> None:
    """Show the status and warnings in colour."""
    from rich.console import Console
    from rich.text import Text

    console = Console()
    for line in lines:
        status = line.removeprefix("status: ")
        style = COLOURS.get(status, "red" if line.startswith("! ") else "")
        console.print(Text(line, style=style), soft_wrap=True)
