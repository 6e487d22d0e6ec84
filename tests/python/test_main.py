"""The program as a whole: its version, its help, and how Python starts it."""

import subprocess
import sys
from importlib.metadata import version

import pytest

from llm_telemetry.cli import main


def test_python_starts_it_as_a_module_and_it_says_its_version() -> None:
    command = [sys.executable, "-m", "llm_telemetry", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"llm-telemetry {version('llm-production-telemetry')}\n"


def test_the_help_names_the_exit_codes_and_an_example(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    printed = capsys.readouterr().out
    assert "llm-telemetry run --data-dir" in printed
    assert "  2    the input is wrong, and nothing was written" in printed
