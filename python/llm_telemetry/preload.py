"""Importing what decides while the build is still running."""

import sys
from collections.abc import Callable
from importlib import import_module
from threading import Thread

PIPELINE = "llm_telemetry.pipeline"


def importing_pipeline(show: Callable[[str], None]) -> Callable[[str], None]:
    """Return a reporter that also imports what decides, when the build is nearly over.

    scikit-learn takes a second to import and 100 MB, which the largest models need.
    """

    def report(message: str) -> None:
        place, _, nodes = message.partition(" ")[0].partition("/")
        is_near_the_end = nodes and int(place) > 0.9 * int(nodes)
        if is_near_the_end and PIPELINE not in sys.modules:
            Thread(target=import_module, args=[PIPELINE], daemon=True).start()
        show(message)

    return report
