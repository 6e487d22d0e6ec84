"""Turn the telemetry of an LLM product into decisions that can be shipped."""

import argparse
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any

from llm_telemetry import bundle, simulate, sources
from llm_telemetry.build import BuildError, built, describe, publish
from llm_telemetry.errors import InputError
from llm_telemetry.simulate.worlds import WORLDS
from llm_telemetry.warehouse import read

DONE, BLOCKED, WRONG_INPUT, BUG, INTERRUPTED = 0, 1, 2, 70, 130

Options = argparse.Namespace


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except InputError as error:
        _complain(error.lines)
        return WRONG_INPUT
    except BuildError as error:
        _complain([f"dbt failed, which is a bug here:\n{error}"])
        return BUG
    except Exception:
        traceback.print_exc()
        return BUG
    except KeyboardInterrupt:
        _complain(["interrupted: nothing was written"])
        return INTERRUPTED


def run(options: Options) -> int:
    """Build the marts from the telemetry, decide, and write the bundle."""
    # scikit-learn takes a second to import; dbt leaves a core idle while it parses
    Thread(target=import_module, args=["llm_telemetry.decide"], daemon=True).start()
    with _built(options, options.warehouse) as partial:
        code = _decide(options, partial)
        publish(partial, options.warehouse)
    return code


def validate(options: Options) -> int:
    """Check the integrity of the telemetry; print every failing check."""
    with (
        tempfile.TemporaryDirectory() as folder,
        _built(options, Path(folder, "checks"), select="+integrity_checks") as partial,
    ):
        checks = read("integrity_checks", partial)
    print(f"{len(checks)} checks, no gate failed")
    for check in checks[checks["status"] == "degraded"].to_dict("records"):
        print(f"degraded: {describe(check)}")
    ignored = checks[checks["check_name"] == "unknown_column"]
    for check in ignored.to_dict("records"):
        print(f"ignored: {check['table_name']}.{check['column_name']}")
    return DONE


def decide(options: Options) -> int:
    """Decide from a warehouse that is already built, and write the bundle."""
    return _decide(options, options.warehouse)


def simulate_world(options: Options) -> int:
    """Write telemetry of a simulated world, with its truth beside it."""
    try:
        world = simulate.simulate(
            options.world, interactions=options.interactions, seed=options.seed
        )
    except ValueError as error:
        raise InputError(str(error)) from error
    try:
        simulate.write(world, options.out_dir)
    except OSError as error:
        raise InputError(f"{options.out_dir}: {error.strerror}") from error
    print(
        f"{options.out_dir}: {options.interactions:,} interactions of {options.world}"
    )
    return DONE


def verify(options: Options) -> int:
    """Check an artifact's schema, its id and the digest of every file beside it."""
    faults = bundle.verify(options.artifact)
    _complain(faults)
    if not faults:
        print(f"{options.artifact}: schema, id and digests hold")
    return BLOCKED if faults else DONE


def _decide(options: Options, warehouse: Path) -> int:
    # not needed to validate, and slow to import
    from llm_telemetry import decide, report

    _progress(options)("deciding")
    outcome = decide.decide(warehouse, earlier=bundle.earlier(options.out_dir))
    bundle.write(outcome.files, options.out_dir)
    _progress(options)("")
    if options.json:
        print(outcome.files[bundle.ARTIFACT].decode(), end="")
    elif not options.quiet:
        print("\n".join(report.table(outcome.artifact, outcome.health)))
        print(
            f"\nwritten: {options.out_dir}/README.md and {len(outcome.files) - 1} more"
        )
    return BLOCKED if outcome.artifact["status"] == "blocked" else DONE


def _built(
    options: Options, warehouse: Path, select: str | None = None
) -> AbstractContextManager[Path]:
    sources.check_knobs()
    return built(
        sources.find_data_dir(options.data_dir),
        warehouse,
        select=select,
        threads=options.threads,
        progress=_progress(options),
    )


def _progress(options: Options) -> Callable[[str], None]:
    def show(message: str) -> None:
        print(f"\r\x1b[2K{message}", end="", file=sys.stderr, flush=True)

    return show if sys.stderr.isatty() and not options.quiet else lambda message: None


def _complain(lines: Sequence[str]) -> None:
    for line in lines:
        print(line, file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="llm-telemetry", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    options: dict[str, dict[str, Any]] = {
        "--data-dir": {"type": Path, "help": "folder of the CSVs (default: discovery)"},
        "--threads": {
            "type": _positive,
            "help": "threads of DuckDB (default: one a core)",
        },
        "--quiet": {"action": "store_true", "help": "print nothing but problems"},
        "--warehouse": {
            "type": Path,
            "default": Path("target", "llm_telemetry.duckdb"),
            "help": "DuckDB file (default: %(default)s)",
        },
        "--out-dir": {
            "type": Path,
            "default": Path("artifacts"),
            "help": "folder of the bundle (default: %(default)s)",
        },
        "--json": {"action": "store_true", "help": "print the artifact instead"},
    }
    takes = {
        run: ("run", options),
        validate: ("validate", ["--data-dir", "--threads", "--quiet"]),
        decide: ("decide", ["--warehouse", "--out-dir", "--quiet", "--json"]),
    }
    for command, (name, names) in takes.items():
        added = _command(commands, name, command)
        for option in names:
            added.add_argument(option, **options[option])
    simulating = _command(commands, "simulate", simulate_world)
    simulating.add_argument("--world", required=True, help=", ".join(WORLDS))
    simulating.add_argument("--interactions", type=_positive, default=20_000)
    simulating.add_argument("--seed", type=int, default=42)
    simulating.add_argument("--out-dir", type=Path, required=True)
    verifying = _command(commands, "verify", verify)
    verifying.add_argument("artifact", type=Path, help="decision_artifact.json")
    return parser


def _command(
    commands: Any, name: str, command: Callable[[Options], int]
) -> argparse.ArgumentParser:
    added: argparse.ArgumentParser = commands.add_parser(
        name, help=command.__doc__, description=command.__doc__
    )
    added.set_defaults(command=command)
    return added


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


if __name__ == "__main__":
    sys.exit(main())
