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
        "., data, /mnt/data, /kaggle/input that holds some)",
    },
    "--sample": {
        "action": "store_true",
        "help": "the simulated sample, with a warehouse, bundle and ledger of its own; "
        "of the file of settings, only the knobs apply",
    },
    "--sources": {
        "help": "what the folder holds, comma separated: telemetry_csv, otlp, litellm, "
        "langfuse, openinference (default: the knob sources)",
    },
    "--quiet": {"action": "store_true", "help": "print nothing but problems"},
    "--warehouse": {
        "type": Path,
        "help": f"DuckDB file (default: {OWN_PLACES['warehouse']}; with --sample, "
        f"{SAMPLE_PLACES['warehouse']})",
    },
    "--out-dir": {
        "type": Path,
        "help": f"folder of the bundle (default: {OWN_PLACES['out_dir']}; with "
        f"--sample, {SAMPLE_PLACES['out_dir']})",
    },
    "--ledger": {
        "type": Path,
        "help": "file of predictions (default: decision_ledger.jsonl in --out-dir)",
    },
    "--config": {
        "type": Path,
        "help": f"file of settings (default: {NAME} in the working directory, if any)",
    },
    "--json": {"action": "store_true", "help": "print JSON instead"},
}
RUN_FLAGS = {
    "--wait": "for another run on the warehouse to end",
    "--full-refresh": "type every file and make every rollup again",
}
DISTRIBUTION = "llm-production-telemetry"
EPILOG = """\
example:
  llm-telemetry run --data-dir telemetry    build, decide, write artifacts/
  llm-telemetry COMMAND --help              the arguments of one command

exit codes:
  0    done, or the gate passes
  1    blocked: a stop-ship rule fired, the release fails, or verify found a fault
  2    the input is wrong, and nothing was written
  3    the gate could not tell
  70   an error of this program
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
            "--threads", type=_positive, help="threads of DuckDB (default: one a core)"
        )
    for name, text in RUN_FLAGS.items():
        own["run"].add_argument(name, action="store_true", help=text)
    _decide(own["decide"])
    own["publish"].add_argument(
        "--to", required=True, help="postgresql://user@host:5432/database"
    )
    _gate(own["gate"])
    _simulate(own["simulate"])
    own["prune"].add_argument("landing", type=Path, help="folder that is landed in")
    own["prune"].add_argument(
        "--older-than", type=_positive, metavar="DAYS", help="default: retention_days"
    )
    own["prune"].add_argument("--yes", action="store_true", help="delete, not only say")
    _init(own["init"])
    own["explain"].add_argument("reason", help="as a decision writes it")
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
    gate.add_argument("--by", default="prompt_version", help="default: %(default)s")
    gate.add_argument("--baseline", help="a version, week:2025-W10 or weeks:4")
    gate.add_argument("--candidate", help="a version")
    gate.add_argument("--baseline-artifact", type=Path)
    gate.add_argument("--candidate-artifact", type=Path)
    gate.add_argument("--use-case", action="append", default=[])
    gate.add_argument("--expected-share", type=float, help="of sessions, 0 to 1")
    gate.add_argument("--look", type=_positive, default=1, help="which look this is")
    gate.add_argument("--looks", type=_positive, default=1, help="looks planned")
    gate.add_argument("--ad-hoc", action="store_true", help="look at any time")
    gate.add_argument("--out", type=Path, help="file for the JSON")


def _simulate(simulate: argparse.ArgumentParser) -> None:
    simulate.add_argument("--world", required=True, help=", ".join(WORLDS))
    simulate.add_argument(
        "--interactions", type=_positive, help="default: 20000, low_volume 400"
    )
    simulate.add_argument("--seed", type=int, default=42)
    simulate.add_argument(
        "--canary-share",
        type=float,
        default=0.0,
        help="share of the last 30 days' calls routed at random (default: %(default)s)",
    )
    simulate.add_argument("--out-dir", type=Path, required=True)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number
