"""The arguments of every command."""

import argparse
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from llm_telemetry.config.settings_file import NAME, Settings
from llm_telemetry.simulate.worlds import WORLDS

Commands = Mapping[str, Callable[[argparse.Namespace], int]]

# what a command reads and writes if no other place is given
OWN_PLACES = {
    "warehouse": Path("target", "llm_telemetry.duckdb"),
    "out_dir": Path("artifacts"),
}
SAMPLE_PLACES = {
    "warehouse": Path("target", "sample.duckdb"),
    "out_dir": Path("artifacts", "sample"),
}
SHARED: dict[str, dict[str, Any]] = {
    "--data-dir": {
        "type": Path,
        "help": "folder of the telemetry (default: $LLMOPS_DATA_DIR, else the first of "
        "., data, /mnt/data, /kaggle/input that contains telemetry)",
    },
    "--sample": {
        "action": "store_true",
        "help": "use the simulated sample, with a warehouse, bundle and ledger of its "
        "own; only the knobs of the settings file apply",
    },
    "--sources": {
        "help": "formats to read from the folder, separated by commas: telemetry_csv, "
        "otlp, litellm, langfuse, openinference (default: the knob sources)",
    },
    "--quiet": {"action": "store_true", "help": "print only problems"},
    "--warehouse": {
        "type": Path,
        "help": f"DuckDB file of the marts (default: {OWN_PLACES['warehouse']}; with "
        f"--sample, {SAMPLE_PLACES['warehouse']})",
    },
    "--out-dir": {
        "type": Path,
        "help": f"folder of the bundle (default: {OWN_PLACES['out_dir']}; with "
        f"--sample, {SAMPLE_PLACES['out_dir']})",
    },
    "--ledger": {
        "type": Path,
        "help": "file of past decisions and predictions (default: "
        "decision_ledger.jsonl in --out-dir)",
    },
    "--config": {
        "type": Path,
        "help": f"settings file (default: {NAME} in the working directory, if any)",
    },
    "--json": {"action": "store_true", "help": "print the result as JSON"},
}
RUN_FLAGS = {
    "--wait": "wait if another run is using the warehouse",
    "--full-refresh": "parse every file again and rebuild every rollup",
}
DISTRIBUTION = "llm-production-telemetry"
EPILOG = """\
example:
  llm-telemetry run --data-dir telemetry    build, decide, write artifacts/
  llm-telemetry COMMAND --help              the arguments of one command

exit codes:
  0    done, or the gate passes
  1    blocked: a stop-ship rule fired, the release gate failed, or verify found a
       fault
  2    the input is wrong, and nothing was written
  3    the gate could not decide
  70   a bug in this program
  130  interrupted"""
BUILT = ("--config", "--sample", "--warehouse")
DECIDES = (*BUILT, "--out-dir", "--ledger", "--quiet", "--json")
USED: dict[str, tuple[str, ...]] = {
    "run": ("--data-dir", "--sources", *DECIDES),
    "validate": ("--config", "--data-dir", "--sources", "--sample", "--quiet"),
    "decide": DECIDES,
    "publish": (*BUILT, "--quiet"),
    "gate": (*BUILT, "--quiet", "--json"),
    "diff": ("--json",),
    "knobs": ("--config", "--json"),
    "prune": ("--config",),
}


def parser(commands: Commands, *, description: str) -> argparse.ArgumentParser:
    """Return the parser; a command's docstring is its help."""
    parsed = _program(description)
    added = parsed.add_subparsers(required=True, metavar="command")
    own = {}
    for name, command in commands.items():
        text = command.__doc__
        own[name] = added.add_parser(name, help=text, description=text)
        own[name].set_defaults(command=command)
    for name, shared in USED.items():
        for option in shared:
            own[name].add_argument(option, **SHARED[option])
    for name in ("run", "validate"):
        own[name].add_argument(
            "--threads", type=_positive, help="DuckDB threads (default: one per core)"
        )
    for name, text in RUN_FLAGS.items():
        own["run"].add_argument(name, action="store_true", help=text)
    _decide(own["decide"])
    own["publish"].add_argument(
        "--to", required=True, help="postgresql://user@host:5432/database"
    )
    _gate(own["gate"])
    _simulate(own["simulate"])
    own["prune"].add_argument("landing", type=Path, help="folder of landed telemetry")
    own["prune"].add_argument(
        "--older-than",
        type=_positive,
        metavar="DAYS",
        help="default: the knob retention_days",
    )
    own["prune"].add_argument(
        "--yes", action="store_true", help="delete the days instead of listing them"
    )
    _init(own["init"])
    own["explain"].add_argument("reason", help="code, as a decision reports it")
    own["verify"].add_argument("artifact", type=Path, help="decision_artifact.json")
    for name in ("before", "after"):
        own["diff"].add_argument(name, type=Path, help="decision_artifact.json")
    return parsed


def fill(options: argparse.Namespace, settings: Settings) -> Settings:
    """Set the paths that the command line left out, from the settings or the default.

    Returns the settings that apply: without what the command line overrules, and with
    the sample, which has places and columns of its own, only the knobs.
    """
    is_sample = getattr(options, "sample", False)
    paths = {} if is_sample else settings.paths
    defaults = SAMPLE_PLACES if is_sample else OWN_PLACES
    for name in ("warehouse", "out_dir", "ledger"):
        if name in options and getattr(options, name) is None:
            setattr(options, name, paths.get(name, defaults.get(name)))
    names_sources = is_sample or getattr(options, "sources", None)
    kept = {
        name: text
        for name, text in settings.knobs.items()
        if not (names_sources and name == "sources")
    }
    return Settings(paths, kept, {} if is_sample else settings.columns)


def _program(description: str) -> argparse.ArgumentParser:
    program = argparse.ArgumentParser(
        prog="llm-telemetry",
        description=description,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    program.add_argument(
        "--version", action="version", version=f"%(prog)s {version(DISTRIBUTION)}"
    )
    return program


def _decide(decide: argparse.ArgumentParser) -> None:
    decide.add_argument(
        "--what-if",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="show the verdicts with another value of a knob, and write nothing",
    )


def _init(init: argparse.ArgumentParser) -> None:
    init.add_argument(
        "folder",
        type=Path,
        nargs="?",
        default=Path(),
        help="where to write (default: the working directory)",
    )


def _gate(gate: argparse.ArgumentParser) -> None:
    gate.add_argument(
        "--by",
        default="prompt_version",
        metavar="COLUMN",
        help="column whose values are the versions (default: %(default)s)",
    )
    gate.add_argument(
        "--baseline", help="version to compare with, or week:2025-W10, or weeks:4"
    )
    gate.add_argument("--candidate", help="version to release")
    for side in ("baseline", "candidate"):
        gate.add_argument(
            f"--{side}-artifact",
            type=Path,
            help=f"decision_artifact.json of the {side}, instead of a version",
        )
    gate.add_argument(
        "--use-case",
        action="append",
        default=[],
        help="compare this use case only; may be given several times",
    )
    gate.add_argument(
        "--expected-share",
        type=float,
        help="planned share of the candidate in the sessions, 0 to 1",
    )
    gate.add_argument(
        "--look", type=_positive, default=1, help="number of this look, from 1"
    )
    gate.add_argument(
        "--looks", type=_positive, default=1, help="number of planned looks"
    )
    gate.add_argument(
        "--ad-hoc",
        action="store_true",
        help="use intervals that stay valid at any number of looks",
    )
    gate.add_argument("--out", type=Path, help="file to write the result to, as JSON")


def _simulate(simulate: argparse.ArgumentParser) -> None:
    simulate.add_argument(
        "--world", required=True, help=f"world to simulate: {', '.join(WORLDS)}"
    )
    simulate.add_argument(
        "--interactions",
        type=_positive,
        help="number of calls (default: 20000, in low_volume 400)",
    )
    simulate.add_argument(
        "--seed", type=int, default=42, help="random seed (default: %(default)s)"
    )
    simulate.add_argument(
        "--canary-share",
        type=float,
        default=0.0,
        help="share of the calls of the last 30 days that are routed at random "
        "(default: %(default)s)",
    )
    simulate.add_argument(
        "--out-dir", type=Path, required=True, help="folder for the CSV files"
    )


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number
