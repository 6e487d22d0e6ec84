"""What the tests with real programs share."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# receivers and warehouses of the other tests
sys.path.insert(0, str(ROOT / "tests" / "python"))

from programs import unpacked  # noqa: E402


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the unpacked packages, which a checkout keeps until `make clean`."""
    return unpacked(ROOT / "target" / "watch_live")
