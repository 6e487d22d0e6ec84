"""Imports that leave out what a command does not need."""

import subprocess
import sys

FINDS = """
import numpy
from scipy.stats import norm, ttest_ind
print(
    "axis : int" in (ttest_ind.__doc__ or ""),
    ttest_ind(numpy.array([1.0, 2.0, 4.0]), numpy.array([3.0, 5.0, 9.0])).pvalue,
    ttest_ind(numpy.ones((3, 2)), numpy.eye(3, 2), axis=1).pvalue.shape,
    norm.ppf(0.975),
)
"""
LEAVE_OUT = "from llm_telemetry import preload; preload.leave_out_docstrings()"


def printed(code: str) -> list[str]:
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return result.stdout.split(maxsplit=1)


def test_scipy_without_its_docstrings_counts_the_same() -> None:
    documented, expected = printed(FINDS)
    assert documented == "True"
    assert printed(LEAVE_OUT + FINDS) == ["False", expected]
