"""Processes that end without freeing what they hold in memory."""

import subprocess
import sys

import pytest

ENDS = """
import atexit, sys
from llm_telemetry.quick_end import end_quickly

class Held:
    def __del__(self):
        print("freed")

held = Held()
atexit.register(print, "handled")
print("printed", end=" ")
sys.exit(end_quickly({code}))
"""


@pytest.mark.parametrize("code", [0, 3])
def test_exit_handlers_run_and_nothing_is_freed(code: int) -> None:
    command = [sys.executable, "-c", ENDS.format(code=code)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (code, "printed handled\n")


def test_a_process_without_a_place_to_print_ends_with_its_code() -> None:
    command = ["sh", "-c", 'exec "$0" -c "$1" >&- 2>&-', sys.executable]
    code = "import sys; from llm_telemetry.quick_end import end_quickly; "
    done = subprocess.run([*command, f"{code} sys.exit(end_quickly(3))"])
    assert done.returncode == 3
