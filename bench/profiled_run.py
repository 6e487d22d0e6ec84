"""`llm-telemetry` with a watch: prints the seconds of its phases and of every node.

It takes the arguments of the command, and leaves out what the command would print.
"""

import json
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from time import perf_counter
from typing import Any

from llm_telemetry import cli
from llm_telemetry.warehouse import build, promote

Seconds = dict[str, float]


def main() -> int:
    """Run, and print one line of JSON."""
    phases: Seconds = {}
    for module, function, phase in (
        (cli, "_decide", "decide"),
        (promote, "seal", "seal"),
        (cli, "_write", "write the bundle"),
        (promote, "publish", "publish"),
    ):
        setattr(module, function, timed(getattr(module, function), phase, phases))
    nodes: Seconds = {}
    build._dbt = watched_dbt(build._dbt, nodes)
    began = perf_counter()
    with redirect_stdout(StringIO()):
        code = cli.main(sys.argv[1:])
    whole = perf_counter() - began
    # dbt runs in a process beside, before the first of the other phases
    phases["dbt"] = whole - sum(phases.values())
    print(json.dumps({"whole_s": whole, "phases": phases, "nodes": nodes}))
    return code


def watched_dbt(run: Callable[..., int], nodes: Seconds) -> Callable[..., int]:
    """Return what runs dbt, which is told to write down what each node took."""

    def watched(arguments: Sequence[str], *rest: Any) -> int:
        code = run([word for word in arguments if word != "--no-write-json"], *rest)
        target = arguments[list(arguments).index("--target-path") + 1]
        told = json.loads(Path(target, "run_results.json").read_text())
        for one in told["results"]:
            nodes[one["unique_id"]] = one["execution_time"]
        return code

    return watched


def timed(function: Callable[..., Any], phase: str, phases: Seconds) -> Any:
    """Return the function, with its seconds added to those of its phase."""

    def watched(*arguments: Any, **options: Any) -> Any:
        began = perf_counter()
        try:
            return function(*arguments, **options)
        finally:
            phases[phase] = phases.get(phase, 0.0) + perf_counter() - began

    return watched


if __name__ == "__main__":
    sys.exit(main())
