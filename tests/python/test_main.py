"""The program as a whole: its version, its help, and how Python starts it."""

import os
import re
import subprocess
import sys
from importlib.metadata import version

import pytest

from llm_telemetry import arguments, command_groups
from llm_telemetry.cli import COMMANDS, main
from llm_telemetry.command_help import EXAMPLES, Command
from llm_telemetry.simulate.worlds import WORLDS

LISTED = [command for group in command_groups.GROUPS.values() for command in group]
# each takes a tenth of a second or more to import
SLOW = {"dbt", "duckdb", "jsonschema", "numpy", "pandas", "rich", "scipy", "sklearn"}
START = """
import sys
from llm_telemetry.__main__ import main
try:
    main()
finally:
    print(*{name.split(".")[0] for name in sys.modules}, file=sys.stderr)
"""


def imported(*words: str, **variables: str) -> tuple[str, set[str]]:
    """Return what the program prints into a pipe, and what it has imported then."""
    done = subprocess.run(
        [sys.executable, "-c", START, *words],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout, {*done.stderr.split()}


def test_python_starts_it_as_a_module_and_it_says_its_version() -> None:
    command = [sys.executable, "-m", "llm_telemetry", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"llm-telemetry {version('llm-production-telemetry')}\n"


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_a_command_ends_well_where_it_cannot_print(closed: str) -> None:
    command = f'exec "$0" -m llm_telemetry explain NO_OVERLAP {closed}'
    assert subprocess.run(["sh", "-c", command, sys.executable]).returncode == 0


def test_the_help_names_the_exit_codes_and_an_example(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    printed = capsys.readouterr().out
    assert "llm-telemetry run --data-dir" in printed
    assert "  2    the input is wrong, and nothing was written" in printed


@pytest.mark.parametrize("word", ["--version", "--help"])
def test_what_needs_nothing_slow_imports_nothing_slow(word: str) -> None:
    printed, modules = imported(word)
    assert "llm-telemetry" in printed
    assert "click" in modules
    assert not modules & SLOW


def test_a_shell_completes_a_word_without_importing_anything_slow() -> None:
    variables = {
        "_LLM_TELEMETRY_COMPLETE": "bash_complete",
        "COMP_WORDS": "llm-telemetry simulate --world n",
        "COMP_CWORD": "3",
    }
    # click takes the name of the variable from the program's
    printed, modules = imported(**variables)
    assert printed == "plain,null\nplain,no_overlap\n"
    assert not modules & SLOW


def test_a_pipe_needs_no_tables() -> None:
    printed, modules = imported("knobs")
    assert "sla_ms = 2200 ms" in printed
    assert "rich" not in modules


def test_the_help_shows_every_command_in_one_group(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert sorted(str(command.name) for command in LISTED) == sorted(COMMANDS)
    with pytest.raises(SystemExit):
        main(["-h"])
    printed = capsys.readouterr().out
    titles = [line for line in printed.splitlines() if re.fullmatch(r"\w.*:", line)]
    groups = [f"{title}:" for title in command_groups.GROUPS]
    assert titles == ["Options:", *groups, "Examples:", "Exit codes:"]


@pytest.mark.parametrize("command", LISTED, ids=lambda command: command.name)
def test_the_help_of_a_command_explains_each_option_and_has_valid_examples(
    command: Command,
) -> None:
    # a command in a module of its own is described by its help alone
    assert COMMANDS[str(command.name)].__doc__ in (command.help, None)
    unexplained = [name for name, said in command.parameter_help().items() if not said]
    assert not unexplained
    assert command.examples
    for words in command.examples:
        assert arguments.parse(words.split()).command == command.name


def test_the_examples_of_the_program_are_valid(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run, helped = (words.replace("COMMAND", "gate").split() for words in EXAMPLES)
    assert arguments.parse(run).command == "run"
    with pytest.raises(SystemExit) as ended:
        arguments.parse(helped)
    assert ended.value.code == 0
    assert "Usage: llm-telemetry gate" in capsys.readouterr().out


def test_the_worlds_of_the_help_are_those_that_can_be_simulated() -> None:
    assert tuple(WORLDS) == command_groups.WORLDS


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "--data"], "--data"),
        (["run", "--threads", "0"], "--threads"),
        (["verify"], "ARTIFACT"),
        (["undo"], "undo"),
    ],
)
def test_a_wrong_call_ends_with_2_and_names_the_word(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert said in printed.err.splitlines()[-1]
