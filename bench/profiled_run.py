"""`llm-telemetry` with a watch: prints the seconds of its phases and of every node.

It takes the arguments of the command, and leaves out what the command would print.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from time import perf_counter
from typing import Any

from llm_telemetry import cli, publish
from llm_telemetry.sources import PROJECT

Seconds = dict[str, float]


class WatchedProcess(subprocess.Popen[str]):
    """dbt, told to write down what each node took."""

    def __init__(self, command: list[str], **options: Any) -> None:
        said = [word for word in command if word != "--no-write-json"]
        super().__init__(said, **options)


def main() -> int:
    """Run, and print one line of JSON."""
    phases: Seconds = {}
    for module, function, phase in (
        (cli, "_decided", "decide"),
        (publish, "seal", "seal"),
        (cli, "_written", "write the bundle"),
        (publish, "publish", "publish"),
    ):
        setattr(module, function, timed(getattr(module, function), phase, phases))
    results = PROJECT / "target" / "run" / "run_results.json"
    results.unlink(missing_ok=True)
    subprocess.Popen = WatchedProcess  # type: ignore[misc, assignment]
    began = perf_counter()
    with redirect_stdout(StringIO()):
        code = cli.main(sys.argv[1:])
    whole = perf_counter() - began
    told = json.loads(results.read_text()) if results.is_file() else {"results": []}
    nodes = {one["unique_id"]: one["execution_time"] for one in told["results"]}
    # dbt runs in a process beside, before the first of the other phases
    phases["dbt"] = whole - sum(phases.values())
    print(json.dumps({"whole_s": whole, "phases": phases, "nodes": nodes}))
    return code


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
