"""What each command does; its options are in `command_groups`, `__main__` starts it."""

import gc
import json
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from llm_telemetry import arguments, interrupted, places, preload, screen
from llm_telemetry.arguments import Options
from llm_telemetry.artifact import bundle, diff_text
from llm_telemetry.artifact import diff as artifact_diff
from llm_telemetry.config import knobs, own_seeds, settings_file, template, what_if
from llm_telemetry.errors import InputError, check_all
from llm_telemetry.ingest import early_checks, retention
from llm_telemetry.ingest.segments import seal_orphans
from llm_telemetry.judge import review_commands, review_ledger
from llm_telemetry.judge.scores import FOLDER as JUDGE_SCORES
from llm_telemetry.ledger import store
from llm_telemetry.metrics.command import export_metrics
from llm_telemetry.reasons.command import explain
from llm_telemetry.warehouse import promote
from llm_telemetry.warehouse.build import BuildError, Progress, build_marts, doubts
from llm_telemetry.warehouse.connection import read, unchanged

if TYPE_CHECKING:
    import pandas as pd

    from llm_telemetry.pipeline import Outcome

DONE, BLOCKED, WRONG_INPUT, BUG, INTERRUPTED, UNREAD = 0, 1, 2, 70, 130, 141


def main(words: Sequence[str] | None = None) -> int:
    """Parse the words, by default the command line, and run the command."""
    return execute(arguments.parse(words))


def execute(options: Options) -> int:
    """Run one command and return its exit code."""
    # a command makes hardly any cycles, and looking for them takes a tenth of its time
    gc.disable()
    try:
        code = _with_settings(options)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # the reader closed the pipe, as `head` does: nothing can be flushed at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREAD
    except InputError as error:
        _print_errors(error.lines)
        return WRONG_INPUT
    except BuildError as error:
        _print_errors([f"dbt failed, which is a bug here:\n{error}"])
        return BUG
    except Exception:
        traceback.print_exc()
        return BUG
    except KeyboardInterrupt:
        _print_errors([interrupted.line(options)])
        return INTERRUPTED
    finally:
        gc.enable()


def run(options: Options) -> int:
    """Build the marts from the telemetry, decide, and write the bundle."""
    scores = Path(options.out_dir, JUDGE_SCORES).resolve()
    how = {"wait": options.wait, "full_refresh": options.full_refresh}
    if options.watch:
        from llm_telemetry.watch import commands

        commands.check(options)
    report = preload.importing_pipeline(options.progress)
    inputs = {"ledger": places.ledger(options), "scores": scores}
    _print_errors(review_commands.take_over(options))
    with _build(options, options.warehouse, report, files=inputs, **how) as marts:
        outcome = _decide(options, marts)
        # before anything is written: the marts may still prove to be wrong
        promote.seal(marts, outcome.fresh_rows)
        promote.check(options.warehouse)
        _write(options, outcome)
        promote.publish(marts, options.warehouse)
        options.left = "marts and bundle were written"
    code = _report(options, outcome)
    if not options.watch:
        return code
    lines, watched = commands.watch(options)
    _print_errors(lines) if options.json else _say((lines, watched))
    return code or watched


def validate(options: Options) -> int:
    """Check the integrity of the telemetry; print every failing check."""
    select = "+integrity_checks +inputs +windows"
    with (
        tempfile.TemporaryDirectory() as folder,
        _build(
            options, Path(folder, "checks"), options.progress, select=select
        ) as marts,
    ):
        checks, inputs = read("integrity_checks", marts), read("inputs", marts)
        windows = read("windows", marts)
    options.progress("")
    print(places.line_one(places.data_read(options), inputs, windows))
    _say_age(options, windows, knobs.number("max_data_age_days"))
    print(f"{len(checks)} checks, no gate failed")
    for line in doubts(checks):
        print(line)
    return DONE


def publish_marts(options: Options) -> int:
    """Copy the marts into PostgreSQL, for BI tools that cannot read DuckDB files."""
    try:
        from llm_telemetry.export import postgres
    except ImportError as error:
        raise InputError(
            f"publish: {error}: pip install 'llm-production-telemetry[postgres]'"
        ) from error
    marts = postgres.publish(options.warehouse, options.to)
    if not options.quiet:
        print(f"{marts} marts in schema marts")
    return DONE


def decide(options: Options) -> int:
    """Decide from a warehouse that was built before, and write the bundle."""
    # pandas is slow to import
    from llm_telemetry.warehouse import settings

    asked = what_if.parse(options.what_if)
    if asked and options.json:
        raise InputError("--what-if: no artifact is made: leave out --json")
    checks = [] if asked else [lambda: places.check_folders(options)]
    if knobs.is_any_set():
        checks.append(lambda: settings.check_same(options.warehouse))
    with unchanged(options.warehouse):
        check_all(*checks)
        outcome = _decide(options, options.warehouse, what_if=asked)
    if not asked:
        _write(options, outcome)
    return _report(options, outcome)


def verify(options: Options) -> int:
    """Check an artifact's schema, its id and the digest of every file of its bundle."""
    faults = bundle.verify(options.artifact)
    _print_errors(faults)
    if not faults:
        print(f"{options.artifact}: schema, id, digests and statement are valid")
    return BLOCKED if faults else DONE


def diff(options: Options) -> int:
    """Show what changed between two decisions, and what may have caused it."""
    before, after = map(bundle.load_valid, (options.before, options.after))
    compared = artifact_diff.compare(before, after)
    if options.json:
        print(bundle.json_bytes(compared).decode(), end="")
    else:
        print("\n".join(diff_text.lines(compared)))
    return DONE


def init(options: Options) -> int:
    """Write a settings file to edit, and a CSV file that has only a header."""
    for file in template.write(options.folder):
        print(file)
    return DONE


def list_knobs(options: Options) -> int:
    """List every knob with its value, unit, range, origin and meaning."""
    listed = knobs.listed()
    if options.json:
        print(json.dumps(listed, indent=2))
    else:
        screen.show_knobs(listed)
    return DONE


def prune_landing(options: Options) -> int:
    """List landed days older than the retention period; with --yes, delete them."""
    kept = knobs.number("retention_days")
    days = int(kept) if options.older_than is None else options.older_than
    lines = retention.prune(options.landing, days, is_deleted=options.yes)
    print("\n".join(lines))
    return DONE


def _with_settings(options: Options) -> int:
    """Run the command with the settings of the file, if it reads them."""
    command = COMMANDS[options.command]
    # a log needs stages of what takes long only
    with screen.Reporter(
        options, is_logged=options.command == "run"
    ) as options.progress:
        if "config" not in vars(options):
            return command(options)
        settings = arguments.fill(options, settings_file.load(options.config))
        with settings_file.applied(settings):
            return command(options)


def _decide(options: Options, warehouse: Path, **how: dict[str, float]) -> "Outcome":
    preload.leave_out_docstrings()
    # not needed to validate, and slow to import
    from llm_telemetry import pipeline

    options.progress("deciding")
    store.check(*places.ledgers(options))
    earlier, place = bundle.read_earlier(options.out_dir), places.data_read(options)
    drawn = bundle.read_figures(earlier, options.out_dir)
    return pipeline.decide(warehouse, earlier=earlier, place=place, drawn=drawn, **how)


def _write(options: Options, outcome: "Outcome") -> None:
    options.left = "the bundle may be the new one, the marts are those of before"
    bundle.write(outcome.files, options.out_dir)
    store.append(places.ledger(options), outcome.ledger)
    review_ledger.record_draws(
        places.reviews(options),
        outcome.queue,
        policy_id=outcome.artifact["decision_id"],
        drawn_at=outcome.artifact["as_of"],
        zone=outcome.time_zone,
    )
    options.progress("")


def _report(options: Options, outcome: "Outcome") -> int:
    """Say what was read and decided; return the exit code."""
    if options.json:
        print(outcome.files[bundle.ARTIFACT].decode(), end="")
    elif not options.quiet:
        place = places.data_read(options)
        print(places.line_one(place, outcome.inputs, outcome.windows))
        screen.show_decisions(outcome.artifact, outcome.health)
        others = len(outcome.files) - 2
        written = f"written: {options.out_dir}/README.md, report.html and {others} more"
        tried = ", ".join(getattr(options, "what_if", ()))
        print(f"\nwhat if {tried}: nothing was written" if tried else f"\n{written}")
    used = {knob["knob"]: knob["setting"] for knob in outcome.artifact["knobs"]}
    _say_age(options, outcome.windows, used.get("max_data_age_days", 0))
    return BLOCKED if outcome.artifact["status"] == "blocked" else DONE


def _build(
    options: Options,
    warehouse: Path,
    progress: Progress,
    *,
    select: str | None = None,
    files: dict[str, Path] | None = None,
    **how: bool,
) -> AbstractContextManager[Path]:
    named = places.sources(options)
    check_all(
        knobs.check,
        own_seeds.check,
        lambda: knobs.check_window(named),
        *([lambda: store.check(*places.ledgers(options))] if files else []),
        lambda: places.check_folders(options),
        lambda: _check_telemetry(options, named),
    )
    return build_marts(
        places.data_dir(options, named),
        warehouse,
        named,
        select=select,
        ledger=files["ledger"] if files else None,
        alert_ledger=places.alert_ledger(options) if files else None,
        scores=files["scores"] if files else None,
        threads=options.threads,
        **how,
        progress=progress,
    )


def _check_telemetry(options: Options, sources: Sequence[str]) -> None:
    data_dir = places.data_dir(options, sources)
    if "otlp" in sources:
        # what a killed process wrote is as complete as what it sealed
        seal_orphans(data_dir)
    _print_errors(early_checks.check(data_dir, sources), mark="! ")


def _in_module(module: str, function: str) -> Callable[[Options], int]:
    """Return a command that stands in a module of its own, imported when it runs.

    Its function returns the lines to print and the exit code.
    """

    def command(options: Options) -> int:
        found = getattr(import_module(f"llm_telemetry.{module}"), function)
        return _say(found(options))

    return command


def _say(said: tuple[list[str], int]) -> int:
    lines, code = said
    if lines:
        print("\n".join(lines))
    return code


def _say_age(options: Options, windows: "pd.DataFrame", most_days: float) -> None:
    # the sample is always old, and is called simulated
    if not options.sample and (line := places.age(windows["ends_at"], most_days)):
        _print_errors([line], mark="! ")


def _print_errors(lines: Sequence[str], *, mark: str = "") -> None:
    for line in lines:
        print(f"{mark}{line}", file=sys.stderr)


COMMANDS: dict[str, Callable[[Options], int]] = {
    "run": run,
    "decide": decide,
    "gate": _in_module("gate.command", "run"),
    "judge": _in_module("judge.command", "judge"),
    "validate": validate,
    "verify": verify,
    "diff": diff,
    "explain": explain,
    "dashboard": _in_module("dashboard.command", "dashboard"),
    "watch": _in_module("watch.commands", "watch"),
    "alerts": _in_module("watch.alert_commands", "alerts"),
    "review": _in_module("judge.review_commands", "review"),
    "init": init,
    "knobs": list_knobs,
    "simulate": _in_module("simulate.command", "run"),
    "publish": publish_marts,
    "metrics": export_metrics,
    "prune": prune_landing,
}


if __name__ == "__main__":
    sys.exit(main())
