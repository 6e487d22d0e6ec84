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

from llm_telemetry.command_help import Command, Commands, Integer

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
    *("missing_not_at_random", "own_counts", "low_volume", "sample"),
)
PATH = click.Path(path_type=Path)
POSITIVE = Integer(min=1)


def option(*names: str, **how: Any) -> click.Option:
    """Return an option; a flag where it has no type and no other value."""
    is_flag = not how.keys() & {"type", "default", "metavar", "multiple", "required"}
    return click.Option(names, is_flag=is_flag, **how)


DATA_DIR = option(
    "--data-dir",
    type=PATH,
    help="folder of the telemetry (default: $LLMOPS_DATA_DIR, else the first of "
    "., data, /mnt/data, /kaggle/input that contains telemetry)",
)
SAMPLE = option(
    "--sample",
    help="use the simulated sample, with a warehouse, bundle and ledger of its own; "
    "only the knobs of the settings file apply",
)
SOURCES = option(
    "--sources",
    type=str,
    help="formats of the folder, separated by commas: telemetry_csv, otlp, litellm, "
    "langfuse, openinference, mlflow, bedrock_logs, claude_code (default: the knob)",
)
QUIET = option("--quiet", help="print only problems")
WAREHOUSE = option(
    "--warehouse",
    type=PATH,
    help=f"DuckDB file of the marts (default: {OWN_PLACES['warehouse']}; with "
    f"--sample, {SAMPLE_PLACES['warehouse']})",
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
    help="file of past decisions and predictions (default: decision_ledger.jsonl in "
    "--out-dir)",
)
CONFIG = option(
    "--config",
    type=PATH,
    help=f"settings file (default: {SETTINGS} in the working directory, if any)",
)
JSON = option("--json", help="print the result as JSON")
THREADS = option(
    "--threads", type=POSITIVE, help="DuckDB threads (default: one per core)"
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
            option("--wait", help="wait if another run is using the warehouse"),
            option(
                "--full-refresh", help="parse every file again and rebuild every rollup"
            ),
            examples={
                "run --sample": "the simulated sample",
                "run --data-dir telemetry": "the CSV files of a folder",
                "run --data-dir spans --sources otlp": "OpenTelemetry spans",
            },
        ),
        Command(
            "decide",
            "Decide from a warehouse that was built before, and write the bundle.",
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
            "Decide whether a candidate may be released: 0 pass, 1 fail, 3 undecided.",
            *BUILT,
            QUIET,
            JSON,
            option(
                "--by",
                type=str,
                default="prompt_version",
                metavar="COLUMN",
                help="column whose values are the versions (default: prompt_version)",
            ),
            option("--baseline", type=str, help="version, week:2025-W10 or weeks:4"),
            option("--candidate", type=str, help="version to release"),
            *(
                option(
                    f"--{side}-artifact",
                    type=PATH,
                    help=f"{ARTIFACT} of the {side}, instead of a version",
                )
                for side in ("baseline", "candidate")
            ),
            option(
                "--use-case",
                multiple=True,
                help="compare this use case only; may be given several times",
            ),
            option(
                "--expected-share",
                type=float,
                help="planned share of the candidate in the sessions, 0 to 1",
            ),
            option(
                "--look", type=POSITIVE, default=1, help="number of this look, from 1"
            ),
            option("--looks", type=POSITIVE, default=1, help="number of planned looks"),
            option(
                "--ad-hoc", help="use intervals that stay valid at any number of looks"
            ),
            option("--out", type=PATH, help="file to write the result to, as JSON"),
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
            "Check an artifact's schema, its id and the digest of every file of its "
            "bundle.",
            click.Argument(["artifact"], type=PATH, help=ARTIFACT),
            examples={f"verify artifacts/{ARTIFACT}": "after a transfer"},
        ),
        Command(
            "diff",
            "Show what changed between two decisions, and what may have caused it.",
            JSON,
            click.Argument(["before"], type=PATH, help=ARTIFACT),
            click.Argument(["after"], type=PATH, help=ARTIFACT),
            examples={"diff may.json june.json": "two months"},
        ),
        Command(
            "explain",
            "Say what a reason means, which decisions give it, and what to do.",
            click.Argument(["reason"], type=str, help="code, as a decision reports it"),
            examples={"explain no_overlap": "a reason of routing"},
        ),
    ),
    "Set up": (
        Command(
            "init",
            "Write a settings file to edit, and a CSV file that has only a header.",
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
            "List every knob with its value, unit, range, origin and meaning.",
            CONFIG,
            JSON,
            examples={"knobs --json": "for a script"},
        ),
        Command(
            "simulate",
            "Write the telemetry of a simulated world, and the true values behind it.",
            option(
                "--world",
                type=str,
                required=True,
                help=f"world to simulate: {', '.join(WORLDS)}",
                shell_complete=lambda context, option, incomplete: [
                    world for world in WORLDS if world.startswith(incomplete)
                ],
            ),
            option(
                "--interactions",
                type=POSITIVE,
                help="number of calls (default: 20000, in low_volume 400)",
            ),
            option("--seed", type=int, default=42, help="random seed (default: 42)"),
            option(
                "--canary-share",
                type=float,
                default=0.0,
                help="share of the calls of the last 30 days that are routed at random "
                "(default: 0.0)",
            ),
            option(
                "--out-dir", type=PATH, required=True, help="folder for the CSV files"
            ),
            examples={"simulate --world real --out-dir telemetry": "20,000 calls"},
        ),
    ),
    "Hand over": (
        Command(
            "publish",
            "Copy the marts into PostgreSQL, for BI tools that cannot read DuckDB "
            "files.",
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
            "List landed days older than the retention period; with --yes, delete "
            "them.",
            CONFIG,
            click.Argument(["landing"], type=PATH, help="folder of landed telemetry"),
            option(
                "--older-than",
                type=POSITIVE,
                metavar="DAYS",
                help="default: the knob retention_days",
            ),
            option("--yes", help="delete the days instead of listing them"),
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
