"""What a person sees on a terminal, and what a log contains instead."""

import io
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import Run

from llm_telemetry import screen
from llm_telemetry.artifact import bundle, report
from llm_telemetry.cli import COMMANDS, main

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
HEALTH = {
    "interactions": 3600,
    "operations": 3573,
    "sessions": 784,
    "failure_rate": 0.2,
    "p95_latency_ms": 2611.0,
    "sla_breach_rate": 0.1,
    "cost_usd": 13.0,
}
BUILD = ("1/3 interactions", "2/3 sessions", "3/3 users", "deciding", "")


class Terminal(io.StringIO):
    """A stream that a person watches."""

    def isatty(self) -> bool:
        """Say so."""
        return True


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Terminal]:
    """Return what makes stdout and stderr a terminal that is 80 columns wide."""
    for name, text in {"TERM": "xterm", "COLUMNS": "80", "LINES": "40"}.items():
        monkeypatch.setenv(name, text)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)

    # pytest sets both again between the fixture and the test
    def watch() -> Terminal:
        stream = Terminal()
        for name in ("stdout", "stderr"):
            monkeypatch.setattr(f"sys.{name}", stream)
        return stream

    return watch


def reported(*messages: str, is_quiet: bool = False, is_logged: bool = True) -> None:
    """Report the messages one after another."""
    options = SimpleNamespace(quiet=is_quiet)
    with screen.Reporter(options, is_logged=is_logged) as report:
        for message in messages:
            report(message)


def test_a_log_has_one_line_per_stage(capsys: pytest.CaptureFixture[str]) -> None:
    reported(*BUILD)
    assert capsys.readouterr() == ("", "building the marts\ndeciding\n")


@pytest.mark.parametrize("silent", ["is_quiet", "is_logged"])
def test_a_log_has_no_stage_if_quiet_or_quick(
    silent: str, capsys: pytest.CaptureFixture[str]
) -> None:
    reported(*BUILD, **{silent: silent == "is_quiet"})
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run"], "building the marts\ndeciding\n"),
        (["run", "--quiet"], ""),
        (["decide"], ""),
    ],
)
def test_a_run_that_is_not_watched_says_its_stages(
    words: list[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def report_all(options: SimpleNamespace) -> int:
        for message in BUILD:
            options.progress(message)
        return 0

    monkeypatch.setitem(COMMANDS, words[0], report_all)
    assert main(words) == 0
    assert capsys.readouterr() == ("", said)


def test_a_terminal_shows_a_bar_and_then_takes_it_away(
    watched: Callable[[], Terminal],
) -> None:
    terminal = watched()
    reported(*BUILD[:2])
    drawn = terminal.getvalue()
    assert "building the marts" in drawn
    assert "2/3" in drawn
    # the line is erased, and the cursor is shown again
    assert drawn.rindex("\x1b[2K") > drawn.rindex("2/3")
    assert drawn.rindex("\x1b[?25h") > drawn.rindex("\x1b[?25l")


@pytest.mark.parametrize(
    ("messages", "shown"),
    [(("2/3 sessions", "1/3 users"), "2/3"), (("2/3 sessions", "1/4 users"), "1/4")],
)
def test_the_bar_goes_back_only_for_another_build(
    messages: tuple[str, str], shown: str, watched: Callable[[], Terminal]
) -> None:
    terminal = watched()
    reported(*messages)
    assert re.findall(r"\d/\d", terminal.getvalue())[-1] == shown


def test_an_error_takes_the_bar_away_too(watched: Callable[[], Terminal]) -> None:
    terminal = watched()

    def fail() -> None:
        with screen.Reporter(SimpleNamespace(), is_logged=True) as show:
            show("1/3 interactions")
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        fail()
    drawn = terminal.getvalue()
    assert drawn.rindex("\x1b[?25h") > drawn.rindex("\x1b[?25l")


def test_a_terminal_that_is_quiet_or_dumb_shows_no_bar(
    watched: Callable[[], Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = watched()
    reported(*BUILD, is_quiet=True)
    assert terminal.getvalue() == ""
    monkeypatch.setenv("TERM", "dumb")
    reported(*BUILD)
    assert terminal.getvalue() == "building the marts\ndeciding\n"


def artifact(run: Run) -> dict[str, Any]:
    """Return the artifact of a run."""
    return bundle.load_valid(run.out_dir / bundle.ARTIFACT)


def test_the_table_of_decisions_fits_the_terminal_and_leaves_nothing_out(
    sample_run: Run, watched: Callable[[], Terminal]
) -> None:
    terminal = watched()
    decided = artifact(sample_run)
    screen.show_decisions(decided, HEALTH)
    drawn = terminal.getvalue()
    table = ESCAPE.sub("", drawn).split("status: review_required\n")[1]
    assert max(map(len, table.splitlines())) <= 80
    lines = [line for line in table.splitlines()[2:] if line.strip()]
    # the first line of a row begins with its mark and name
    begins = len(re.match(r"(.{4}\w+ +\w+ +)", lines[0])[1])  # type: ignore[index]
    column = "".join(line[begins:].replace(" ", "") for line in lines)
    told = "".join(row[3].replace(" ", "") for row in report.rows(decided))
    assert column == told
    assert "\x1b[33mstatus: review_required" in drawn


def test_the_table_of_decisions_is_as_it_was_in_a_pipe(
    sample_run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    decided = artifact(sample_run)
    screen.show_decisions(decided, HEALTH)
    assert capsys.readouterr().out.splitlines() == report.table(decided, HEALTH)


def test_no_colours_where_the_environment_wants_none(
    sample_run: Run, watched: Callable[[], Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = watched()
    monkeypatch.setenv("NO_COLOR", "1")
    screen.show_decisions(artifact(sample_run), HEALTH)
    assert "\x1b[33m" not in terminal.getvalue()


def test_the_table_of_knobs_names_each_in_full(watched: Callable[[], Terminal]) -> None:
    terminal = watched()
    assert main(["knobs"]) == 0
    drawn = ESCAPE.sub("", terminal.getvalue())
    assert max(map(len, drawn.splitlines())) <= 80
    assert "release_min_sample_ratio_p_value" in drawn
    assert "2200 ms" in drawn
