"""The command line: which command was called, with which options; `cli` runs it."""

from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from types import SimpleNamespace
from typing import TYPE_CHECKING

import click

from llm_telemetry.command_groups import GROUPS
from llm_telemetry.command_help import Commands
from llm_telemetry.options import OWN_PLACES, SAMPLE_PLACES

if TYPE_CHECKING:
    from llm_telemetry.config.settings_file import Settings

# the options of one command, by name, and the name of the command
Options = SimpleNamespace

DISTRIBUTION = "llm-production-telemetry"
PROGRAM = Commands(
    GROUPS, help="Turn the telemetry of an LLM product into decisions that can ship."
)
PROGRAM.params.append(
    click.Option(
        ["--version"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=lambda context, option, given: _show_version(context, given),
        help="show the version and exit",
    )
)


def parse(words: Sequence[str] | None = None) -> Options:
    """Return the command and its options.

    Raises SystemExit after a help text, with 0, and after a wrong call, with 2.
    """
    try:
        parsed = PROGRAM.main(words, prog_name=PROGRAM.name, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        raise SystemExit(error.exit_code) from error
    # what was asked for was shown
    if isinstance(parsed, int):
        raise SystemExit(parsed)
    options: Options = parsed
    return options


def fill(options: Options, settings: "Settings") -> "Settings":
    """Set the paths that the command line left out, from the settings or the default.

    Returns the settings that apply: without what the command line overrules, and with
    the sample, which has places and columns of its own, only the knobs.
    """
    is_sample = getattr(options, "sample", False)
    paths = {} if is_sample else settings.paths
    defaults = SAMPLE_PLACES if is_sample else OWN_PLACES
    for name in ("warehouse", "out_dir", "ledger"):
        if name in vars(options) and getattr(options, name) is None:
            setattr(options, name, paths.get(name, defaults.get(name)))
    names_sources = is_sample or getattr(options, "sources", None)
    kept = {
        name: text
        for name, text in settings.knobs.items()
        if not (names_sources and name == "sources")
    }
    columns = {} if is_sample else settings.columns
    return replace(settings, paths=paths, knobs=kept, columns=columns)


def _show_version(context: click.Context, is_asked: bool) -> None:
    if is_asked and not context.resilient_parsing:
        click.echo(f"{PROGRAM.name} {version(DISTRIBUTION)}")
        context.exit()
