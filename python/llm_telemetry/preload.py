"""Importing what decides, which is slow: faster, and while the build is running."""

import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from threading import Thread

PIPELINE = "llm_telemetry.pipeline"


def leave_out_docstrings() -> None:
    """Have scipy skip its own docstrings while it is imported.

    It parses each of several hundred to add a note, a sixth of what all imports take.
    """
    if "scipy.stats" not in sys.modules:
        # a private module, which other versions may not have
        with suppress(ImportError, AttributeError):
            from scipy._lib import _docscrape

            _docscrape.FunctionDoc = partial(_docscrape.FunctionDoc, doc="")


def importing_pipeline(show: Callable[[str], None]) -> Callable[[str], None]:
    """Return a reporter that also imports what decides, when the build is nearly over.

    scikit-learn takes a second to import and 100 MB, which the largest models need.
    """

    def report(message: str) -> None:
        place, _, nodes = message.partition(" ")[0].partition("/")
        is_near_the_end = nodes and int(place) > 0.9 * int(nodes)
        if is_near_the_end and PIPELINE not in sys.modules:
            Thread(target=_import_pipeline, daemon=True).start()
        show(message)

    return report


def _import_pipeline() -> None:
    leave_out_docstrings()
    import_module(PIPELINE)
