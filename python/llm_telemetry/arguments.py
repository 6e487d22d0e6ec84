"""The commands: their options, in groups, with examples; what they do is in `cli`.

Nothing here imports pandas or DuckDB: `--version`, `--help` and a shell that completes
a word answer at once.
"""

from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import click

from llm_telemetry.command_help import Command, Commands

if TYPE_CHECKING:
    from llm_telemetry.config.settings_file import Settings

# the options of one command, by name, and the name of the command
Options = SimpleNamespace

# what a command reads and writes if no other place is given
OWN_PLACES = {
    "warehouse": Path("target", "llm_telemetry.duckdb"),
    "out_dir": Path("artifacts"),
}
SAMPLE_PLACES = {
    "warehouse": Path("target", "sample.duckdb"),
    "out_dir": Path("artifacts", "sample"),
}
SETTINGS = "llm-telemetry.yml"
DISTRIBUTION = "llm-production-telemetry"
# of simulate, which is slow to import
WORLDS = (
    *("null", "real", "hidden", "no_overlap", "drifted", "incident"),
    *("missing_not_at_random", "own_counts", "low_volume"),
)
PATH = click.Path(path_type=Path)
POSITIVE = click.IntRange(min=1)


def option(*names: str, **how: Any) -> click.Option:
    """Return an option; a flag where it has no type and no other value."""
    is_flag = not how.keys() & {"type", "default", "metavar", "multiple", "required"}
    return click.Option(names, is_flag=is_flag, **how)


DATA_DIR = option(
    "--data-dir",
    type=PATH,
    help="folder of the telemetry (default: $LLMOPS_DATA_DIR, else the first of "
    "., data, /mnt/data, /kaggle/input that holds some)",
)
SAMPLE = option(
    "--sample",
    help="the simulated sample, with a warehouse, bundle and ledger of its own; "
    "of the file of settings, only the knobs apply",
)
SOURCES = option(
    "--sources",
    type=str,
    help="what the folder holds, comma separated: telemetry_csv, otlp, litellm, "
    "langfuse, openinference (default: the knob sources)",
)
QUIET = option("--quiet", help="print nothing but problems")
WAREHOUSE = option(
    "--warehouse",
    type=PATH,
    help=f"DuckDB file (default: {OWN_PLACES['warehouse']}; with --sample, "
    f"{SAMPLE_PLACES['warehouse']})",
)
OUT_DIR = option(
    "--out-dir",
    type=PATH,
    help=f"folder of the bundle (default: {OWN_PLACES['out_dir']}; with --sample, "
    f"{SAMPLE_PLACES['out_dir']})",
)
LEDGER = option(
    "--ledger",
    type=PATH,
    help="file of predictions (default: decision_ledger.jsonl in --out-dir)",
)
CONFIG = option(
    "--config",
    type=PATH,
    help=f"file of settings (default: {SETTINGS} in the working directory, if any)",
)
JSON = option("--json", help="print JSON instead")
THREADS = option(
    "--threads", type=POSITIVE, help="threads of DuckDB (default: one a core)"
)
BUILT = (CONFIG, SAMPLE, WAREHOUSE)
DECIDES = (*BUILT, OUT_DIR, LEDGER, QUIET, JSON)
ARTIFACT = "decision_artifact.json"

GROUPS: dict[str, tuple[Command, ...]] = {
    "Decide": (
        Command(
            "run",
            "Build the marts from the telemetry, decide, and write the bundle.",
            DATA_DIR,
            SOURCES,
            *DECIDES,
            THREADS,
            option("--wait", help="for another run on the warehouse to end"),
            option(
                "--full-refresh", help="type every file and make every rollup again"
            ),
            examples={
                "run --sample": "the simulated sample",
                "run --data-dir telemetry": "the CSV files of a folder",
                "run --data-dir spans --sources otlp": "OpenTelemetry spans",
            },
        ),
        Command(
            "decide",
            "Decide from a warehouse that is already built, and write the bundle.",
            *DECIDES,
            option(
                "--what-if",
                multiple=True,
                metavar="NAME=VALUE",
                help="show the verdicts with another value of a knob, and write "
                "nothing",
            ),
            examples={
                "decide --what-if review_cost=1": "would the verdict be another?"
            },
        ),
        Command(
            "gate",
            "Say whether a candidate may be released: 0 pass, 1 fail, 3 could not "
            "tell.",
            *BUILT,
            QUIET,
            JSON,
            option(
                "--by",
                type=str,
                default="prompt_version",
                help="default: prompt_version",
            ),
            option("--baseline", type=str, help="a version, week:2025-W10 or weeks:4"),
            option("--candidate", type=str, help="a version"),
            option("--baseline-artifact", type=PATH, help=ARTIFACT),
            option("--candidate-artifact", type=PATH, help=ARTIFACT),
            option("--use-case", multiple=True, help="only this one; may be repeated"),
            option("--expected-share", type=float, help="of sessions, 0 to 1"),
            option("--look", type=POSITIVE, default=1, help="which look this is"),
            option("--looks", type=POSITIVE, default=1, help="looks planned"),
            option("--ad-hoc", help="look at any time"),
            option("--out", type=PATH, help="file for the JSON"),
            examples={"gate --baseline v1 --candidate v2": "two prompt versions"},
        ),
    ),
    "Check": (
        Command(
            "validate",
            "Check the integrity of the telemetry; print every failing check.",
            CONFIG,
            DATA_DIR,
            SOURCES,
            SAMPLE,
            QUIET,
            THREADS,
            examples={"validate --data-dir telemetry": "integrity only"},
        ),
        Command(
            "verify",
            "Check an artifact's schema, its id and the digest of every file beside "
            "it.",
            click.Argument(["artifact"], type=PATH, help=ARTIFACT),
            examples={f"verify artifacts/{ARTIFACT}": "after a transfer"},
        ),
        Command(
            "diff",
            "Say what changed between two decisions, and what may have caused it.",
            JSON,
            click.Argument(["before"], type=PATH, help=ARTIFACT),
            click.Argument(["after"], type=PATH, help=ARTIFACT),
            examples={"diff may.json june.json": "two months"},
        ),
        Command(
            "explain",
            "Say what a reason means, which decisions give it, and what to do.",
            click.Argument(["reason"], type=str, help="as a decision writes it"),
            examples={"explain no_overlap": "a reason of routing"},
        ),
    ),
    "Set up": (
        Command(
            "init",
            "Write a file of settings to edit, and the tables of the contract without "
            "rows.",
            click.Argument(
                ["folder"],
                type=PATH,
                default=Path(),
                help="where to write (default: the working directory)",
            ),
            examples={"init": "into the working directory"},
        ),
        Command(
            "knobs",
            "List every knob: its value, unit, range, what set it, and its meaning.",
            CONFIG,
            JSON,
            examples={"knobs --json": "for a script"},
        ),
        Command(
            "simulate",
            "Write telemetry of a simulated world, with its true values.",
            option(
                "--world",
                type=str,
                required=True,
                help=", ".join(WORLDS),
                shell_complete=lambda context, option, begun: [
                    world for world in WORLDS if world.startswith(begun)
                ],
            ),
            option(
                "--interactions", type=POSITIVE, help="default: 20000, low_volume 400"
            ),
            option("--seed", type=int, default=42, help="default: 42"),
            option(
                "--canary-share",
                type=float,
                default=0.0,
                help="share of the last 30 days' calls routed at random (default: 0.0)",
            ),
            option("--out-dir", type=PATH, required=True, help="folder to write"),
            examples={"simulate --world real --out-dir telemetry": "20,000 calls"},
        ),
    ),
    "Hand over": (
        Command(
            "publish",
            "Copy the marts into PostgreSQL, for BI tools that read no DuckDB file.",
            *BUILT,
            QUIET,
            option(
                "--to",
                type=str,
                required=True,
                help="postgresql://user@host:5432/database",
            ),
            examples={"publish --to postgresql://host/database": "for BI tools"},
        ),
        Command(
            "prune",
            "Say which landed days are too old to keep; delete them with --yes.",
            CONFIG,
            click.Argument(["landing"], type=PATH, help="folder that is landed in"),
            option(
                "--older-than",
                type=POSITIVE,
                metavar="DAYS",
                help="default: retention_days",
            ),
            option("--yes", help="delete, not only say"),
            examples={"prune landing --older-than 90 --yes": "delete old files"},
        ),
    ),
}
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
