"""`llm-telemetry` and `python -m llm_telemetry`.

The command line is parsed before anything slow is imported.
"""

import os
import sys

from llm_telemetry import arguments
from llm_telemetry.quick_end import end_quickly


def main() -> int:
    """Run the command that the command line names; return its exit code."""
    for name in ("stdout", "stderr"):
        # the caller has closed it
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115
    options = arguments.parse()
    # NumPy and scipy would each start a thread per core, and what is fitted uses one
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # it imports DuckDB
    from llm_telemetry import cli

    return end_quickly(cli.execute(options))


if __name__ == "__main__":
    sys.exit(main())
