"""The alert ledger: what is cut off is taken up, and it alone says everything."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from watch_site import Site, daily, events, seen

from llm_telemetry.watch import alert_ledger
from llm_telemetry.watch.state import fold

NOON = datetime(2026, 1, 20, 12, tzinfo=UTC)


def test_a_torn_last_line_is_told_once_more_and_loses_nothing(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.watch(daily(1.0, 1.6))
    whole = site.file.read_bytes()
    torn = whole[: whole.rindex(b'"outcome"')]
    site.file.write_bytes(torn)
    assert site.watch(daily(1.0, 1.6)) == ["opened critical"]
    assert site.file.read_bytes().startswith(torn + b"\n")
    assert site.watch(daily(1.0, 1.6)) == []


def test_every_prefix_of_a_ledger_is_taken_up(tmp_path: Path) -> None:
    """A power cut may keep any number of bytes."""
    site = Site(tmp_path / "whole")
    days = daily(1.0, 1.3, 1.6, 1.0, 1.0, 1.0)
    for number in range(2, 7):
        site.watch({one: days[one] for one in range(number)})
    whole = site.file.read_bytes()
    assert [f"{one.transition}" for one in site.sent] == [
        *("opened", "escalated", "resolved"),
    ]
    for cut in range(0, len(whole), 37):
        later = Site(tmp_path / f"{cut}")
        later.folder.mkdir()
        later.file.write_bytes(whole[:cut])
        later.watch(days)
        (episode,) = later.state().episodes()
        assert not episode.is_open
        assert later.watch(days) == []


Ratios = st.lists(
    st.sampled_from([None, 1.0, 1.0, 1.0, 1.3, 1.6]), min_size=1, max_size=25
)


@settings(deadline=None, max_examples=60)
@given(ratios=Ratios, weekly=Ratios, cuts=st.sets(st.integers(1, 25)))
def test_days_are_judged_the_same_however_they_arrive(
    ratios: list[float | None],
    weekly: list[float | None],
    cuts: set[int],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    days = daily(*ratios)
    for number, ratio in enumerate(weekly[: len(ratios)]):
        days[number].append(seen("a", ratio, 7))
        days[number].append(seen("b", ratio))
    folder = tmp_path_factory.mktemp("arrival")
    at_once, in_parts = Site(folder / "once"), Site(folder / "parts")
    at_once.watch(days)
    for end in sorted({*(cut for cut in cuts if cut < len(days)), len(days)}):
        part = {number: days[number] for number in range(end)}
        in_parts.watch(part)
        # judging again says nothing and writes nothing
        written = in_parts.lines()
        assert in_parts.watch(part) == []
        assert in_parts.lines() == written
    ends = [
        [
            (one.episode, one.is_open, one.severity, one.resolved_day, one.reason)
            for one in site.state().episodes()
        ]
        for site in (at_once, in_parts)
    ]
    assert ends[0] == ends[1]


@settings(deadline=None, max_examples=60)
@given(ratios=Ratios)
def test_messages_tell_the_whole_story_in_its_order(
    ratios: list[float | None], tmp_path_factory: pytest.TempPathFactory
) -> None:
    site = Site(tmp_path_factory.mktemp("story"))
    days = daily(*ratios)
    for end in range(1, len(days) + 1):
        site.watch({number: days[number] for number in range(end)})
    keys = [one.delivery_key for one in site.sent]
    assert len(keys) == len({*keys})
    for episode in site.state().episodes():
        own = [one for one in site.sent if one.episode == episode.episode]
        transitions = [one.transition for one in own]
        # opened once, first; ended once at most
        assert transitions[0] == "opened"
        assert transitions.count("opened") == 1
        assert transitions.count("resolved") <= 1
        if episode.is_open:
            told = {one.severity for one in own if one.transition != "resolved"}
            assert episode.severity in told or "critical" in told


@settings(deadline=None, max_examples=60)
@given(ratios=Ratios)
def test_the_ledger_alone_says_everything(
    ratios: list[float | None], tmp_path_factory: pytest.TempPathFactory
) -> None:
    site = Site(tmp_path_factory.mktemp("ledger"))
    site.watch(daily(*ratios))
    with alert_ledger.locked(site.file, NOON) as ledger:
        assert fold(ledger.events) == ledger.state
    open_now = [one for one in site.state().episodes() if one.is_open]
    judged = [event for event in events(site, "judged") if event.get("episode")]
    assert len(open_now) <= 1
    assert all("clear_days" in event for event in judged)
