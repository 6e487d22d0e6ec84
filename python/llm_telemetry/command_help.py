"""Commands of click whose help is in groups, with examples and exit codes."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import click

PROGRAM = "llm-telemetry"
EXIT_CODES = {
    "0": "done, or the gate passes",
    "1": "blocked: a stop-ship rule fired, the release fails, verify found a fault, or "
    "a critical alert is open",
    "2": "the input is wrong, and nothing was written",
    "3": "the gate or watch could not tell",
    "4": "a channel did not take a message; the next watch sends it again",
    "70": "an error of this program",
    "130": "interrupted",
}
EXAMPLES = {
    "run --data-dir telemetry": "build, decide, write artifacts/",
    "COMMAND --help": "the arguments of one command",
}
CONTEXT: dict[str, Any] = {
    "help_option_names": ["-h", "--help"],
    "max_content_width": 88,
}


class Command(click.Command):
    """A command that returns its options instead of doing something."""

    def __init__(
        self,
        name: str,
        help: str,
        *parameters: click.Parameter,
        examples: Mapping[str, str],
    ) -> None:
        """Make a command of parameters, with examples by what is typed."""
        super().__init__(
            name,
            callback=lambda **given: SimpleNamespace(command=name, **given),
            params=list(parameters),
            help=help,
            short_help=help,
            context_settings=CONTEXT,
        )
        self.examples = examples

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples."""
        _section(formatter, "Examples", _called(self.examples))

    def calls(self) -> list[str]:
        """Return the examples as lines."""
        return [f"{PROGRAM} {words}" for words in self.examples]

    def parameter_help(self) -> dict[str, str]:
        """Return the help of each argument and option, by its names."""
        context = click.Context(self, **CONTEXT)
        return {
            " ".join(param.opts): str(getattr(param, "help", ""))
            for param in self.get_params(context)
        }


class Integer(click.IntRange):
    """A whole number; click calls it an integer range, also where it is a word."""

    name = "integer"


class Commands(click.Group):
    """The program: commands in groups."""

    def __init__(self, groups: Mapping[str, Sequence[Command]], help: str) -> None:
        """Make a program of the commands of each group."""
        commands: dict[str, click.Command] = {
            str(one.name): one for group in groups.values() for one in group
        }
        super().__init__(
            PROGRAM, commands=commands, help=help, context_settings=CONTEXT
        )
        self.groups = groups

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of their groups."""
        return list(self.commands)

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write a section for each group."""
        for title, group in self.groups.items():
            _section(formatter, title, {str(one.name): str(one.help) for one in group})

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, and what the exit codes mean."""
        _section(formatter, "Examples", _called(EXAMPLES))
        _section(formatter, "Exit codes", EXIT_CODES)


def _called(examples: Mapping[str, str]) -> dict[str, str]:
    return {f"{PROGRAM} {words}": meaning for words, meaning in examples.items()}


def _section(
    formatter: click.HelpFormatter, title: str, lines: Mapping[str, str]
) -> None:
    if lines:
        with formatter.section(title):
            formatter.write_dl(list(lines.items()), col_max=60)
