"""How often the tests that draw at random repeat themselves."""

import os

# `make test THOROUGH=1`
IS_THOROUGH = bool(os.environ.get("THOROUGH"))


def times(few: int, many: int) -> int:
    """Return a few repetitions, which every commit can wait for, or many."""
    return many if IS_THOROUGH else few
