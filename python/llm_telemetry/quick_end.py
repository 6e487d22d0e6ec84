"""Ending a process without first freeing, one by one, all objects that it has made.

After dbt or scikit-learn that takes Python a third to two thirds of a second.
"""

import atexit
import os
import sys
from contextlib import suppress

_codes: list[int] = []


def end_quickly(code: int) -> int:
    """Return an exit code, with which the process will end after its exit handlers."""
    _codes[:] = [code]
    return code


# exit handlers run in reverse, so that this one has to be registered before all others
@atexit.register
def _end() -> None:
    if not _codes:
        return
    for stream in (sys.stdout, sys.stderr):
        # there is none where the caller has closed it
        if stream:
            with suppress(OSError, ValueError):
                stream.flush()
    os._exit(_codes[0])
