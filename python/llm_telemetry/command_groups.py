"""Every command with its options and examples, in the groups that the help shows.

Nothing here imports pandas or DuckDB: `--version`, `--help` and a shell that completes
a word answer at once.
"""

from pathlib import Path

import click

from llm_telemetry.command_help import Command
from llm_telemetry.following_commands import JUDGE, LOOK, WATCH
from llm_telemetry.judge.llm.options import OPTIONS as MODEL_AS_JUDGE
from llm_telemetry.options import (
    ARTIFACT,
    BUILT,
    CONFIG,
    DATA_DIR,
    DECIDES,
    JSON,
    OUT_DIR,
    PATH,
    POSITIVE,
    QUIET,
    RULES,
    SAMPLE,
    SOURCES,
    THREADS,
    WAREHOUSE,
    option,
)

# of simulate, which is slow to import
WORLDS = (
    *("null", "real", "hidden", "no_overlap", "drifted", "incident"),
    *("missing_not_at_random", "own_counts", "low_volume", "sample"),
)
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
            option("--watch", help="then do what the command watch does"),
            RULES,
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
            "judge",
            "Score the answers of raw telemetry; their texts are read in memory only.",
            CONFIG,
            DATA_DIR,
            SOURCES,
            WAREHOUSE,
            OUT_DIR,
            QUIET,
            JSON,
            option(
                "--dimensions",
                type=str,
                metavar="NAMES",
                help="evaluators, separated by commas: answer_mismatch, off_topic, "
                "unsupported_share, words, compression, coverage, repetition, "
                "refusal_phrase",
            ),
            option(
                "--custom",
                multiple=True,
                metavar="NAME=COMMAND",
                help="evaluator of your own: a command that reads calls and writes "
                "scores as JSON lines; may be given several times",
            ),
            option(
                "--expected",
                type=PATH,
                help="CSV file of interaction_id or prompt_id with expected, aliases "
                "(separated by |) or source",
            ),
            option(
                "--sample",
                "share",
                type=float,
                metavar="SHARE",
                help="share of the calls to score, drawn by a hash; calls that are "
                "drawn for an audit are scored besides (default: 1; with "
                "--endpoint .1)",
            ),
            option(
                "--timeout",
                type=POSITIVE,
                default=600,
                metavar="SECONDS",
                help="seconds that a command has for 1,000 calls (default: 600)",
            ),
            option(
                "--categories",
                type=PATH,
                metavar="FILE",
                help="score nothing; suggest a category for each prompt template, "
                "written to this new CSV file",
            ),
            *MODEL_AS_JUDGE,
            examples={
                "judge --dimensions off_topic --sources otlp": "is the answer one to "
                "the prompt?",
                "judge --dimensions answer_mismatch --expected answers.csv": "is it "
                "the expected one?",
                "judge --custom polite=./polite.py": "an evaluator of your own",
                "judge --endpoint https://api.openai.com/v1 --model gpt-4o-mini "
                "--rubric qa --budget-usd 2 --canaries": "a model, on a tenth",
            },
        ),
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
    "Look": LOOK,
    "Watch": WATCH,
    "Judge": JUDGE,
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
            "metrics",
            "Print gauges of the last full day for Prometheus, write or serve them.",
            *BUILT,
            QUIET,
            option(
                "--out",
                type=PATH,
                metavar="FILE.prom",
                help="file for the textfile collector of node_exporter, replaced at "
                "once",
            ),
            option(
                "--serve",
                type=str,
                metavar="HOST:PORT",
                help="answer http://HOST:PORT/metrics from the warehouse that is "
                "published at each scrape; a port alone listens on this machine "
                "only; there is no password and no encryption, so that any other "
                "HOST shows the metrics to everyone who reaches it",
            ),
            examples={
                "metrics --out metrics/llm_telemetry.prom": "for node_exporter",
                "metrics --serve 127.0.0.1:9464": "for Prometheus itself",
            },
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
