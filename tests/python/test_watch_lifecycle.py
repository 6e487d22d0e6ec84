"""What becomes of an alert: told once, escalated, cleared, restated, throttled."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from watch_site import RULE, TEAM, Site, daily, events, many_rules, seen
from watched_builds import day

from llm_telemetry.watch import alert_ledger
from llm_telemetry.watch.channels import Channel
from llm_telemetry.watch.state import fold

NOON = datetime(2026, 1, 20, 12, tzinfo=UTC)


def test_an_alert_is_told_once_however_often_its_build_is_judged(
    tmp_path: Path,
) -> None:
    site, build = Site(tmp_path), daily(1.0, 1.6)
    assert site.watch(build) == ["opened critical"]
    written = site.file.read_bytes()
    assert site.watch(build) == []
    assert site.watch(build) == []
    assert site.file.read_bytes() == written


def test_more_of_the_same_is_not_told_and_worse_is(tmp_path: Path) -> None:
    site = Site(tmp_path)
    days = daily(1.0, 1.3)
    assert site.watch(days) == ["opened warning"]
    days[2] = [seen("a", 1.3), seen("b", 1.3)]
    assert site.watch(days) == []
    (episode,) = site.state().episodes()
    assert {member for _, member in episode.members} == {"a", "b"}
    days[3] = [seen("a", 1.3), seen("b", 1.6)]
    assert site.watch(days) == ["escalated critical"]
    # a warning again, and critical again: it was said
    days[4] = [seen("a", 1.3), seen("b", 1.3)]
    days[5] = [seen("a", 1.3), seen("b", 1.6)]
    assert site.watch(days) == []


def test_an_alert_ends_after_three_judged_quiet_days(tmp_path: Path) -> None:
    site = Site(tmp_path)
    days = daily(1.6, 1.0, None, 1.0)
    for number in range(1, 4):
        site.watch({one: days[one] for one in range(number + 1)})
    # two quiet days, and one that says nothing
    assert site.open_rules() == ["tokens"]
    days[4] = [seen("a", 1.0)]
    assert site.watch(days) == ["resolved critical"]
    (episode,) = site.state().episodes()
    assert (episode.reason, episode.resolved_day) == ("back_to_baseline", day(4))
    assert not site.sent[-1].open


def test_what_comes_back_soon_is_the_same_alert(tmp_path: Path) -> None:
    site = Site(tmp_path)
    days = daily(1.6, 1.0, 1.0, 1.0)
    site.watch({0: days[0]})
    assert site.watch(days) == ["resolved critical"]
    days[5] = [seen("a", 1.6)]
    assert site.watch(days) == []
    assert site.open_rules() == ["tokens"]
    for number in range(6, 9):
        days[number] = [seen("a", 1.0)]
    assert site.watch(days) == []
    # the cooldown of seven days begins when it ends
    days[8 + RULE.cooldown_days + 1] = [seen("a", 1.6)]
    assert site.watch(days) == ["opened critical"]
    assert len(site.state().episodes()) == 2


def test_soon_after_an_alert_another_member_is_another_alert(tmp_path: Path) -> None:
    site = Site(tmp_path)
    days = daily(1.6, 1.0, 1.0, 1.0)
    site.watch({0: days[0]})
    site.watch(days)
    days[5] = [seen("a", 1.0), seen("b", 1.6)]
    assert site.watch(days) == ["opened critical"]


def test_an_alert_clears_by_the_window_that_opened_it(tmp_path: Path) -> None:
    site = Site(tmp_path)
    # one bad day, which the week contains for six days more
    days = {0: [seen("a", 1.0), seen("a", 1.0, 7)]}
    days[1] = [seen("a", 3.0), seen("a", 1.3, 7)]
    for number in range(2, 8):
        days[number] = [seen("a", 1.0), seen("a", 1.3, 7)]
    days[8] = [seen("a", 1.0), seen("a", 1.0, 7)]
    told = [
        site.watch({one: days[one] for one in range(number + 1)})
        for number in range(1, 9)
    ]
    assert [one for one in told if one] == [["opened critical"], ["resolved critical"]]
    assert site.state().episodes()[0].resolved_day == day(4)
    # a week that does not contain the bad day is news
    days[9] = [seen("a", 1.0), seen("a", 1.3, 7)]
    site.watch(days)
    assert site.open_rules() == ["tokens"]


def test_a_creep_is_found_by_the_week_and_clears_by_it(tmp_path: Path) -> None:
    site = Site(tmp_path)
    days = {number: [seen("a", 1.0), seen("a", 1.3, 7)] for number in range(4)}
    assert site.watch(days) == ["opened warning"]
    assert site.open_rules() == ["tokens"]


def test_a_backlog_is_judged_in_its_order_and_told_where_it_ends(
    tmp_path: Path,
) -> None:
    # it fired and cleared within: nobody is told
    site = Site(tmp_path / "cleared")
    assert site.watch(daily(1.0, 1.6, 1.6, 1.0, 1.0, 1.0, 1.0)) == []
    assert [one.reason for one in site.state().episodes()] == ["back_to_baseline"]
    # it goes on
    site = Site(tmp_path / "open")
    assert site.watch(daily(1.0, 1.3, 1.6, 1.3)) == ["opened critical"]
    assert site.state().episodes()[0].opened_day == day(1)


def test_a_day_that_is_not_over_is_judged_again_and_clears_nothing(
    tmp_path: Path,
) -> None:
    site = Site(tmp_path)
    noon = datetime(2026, 1, 2, 12, tzinfo=UTC)
    assert site.watch(daily(1.0, 1.0), now=noon) == []
    # the afternoon of the same day
    later = noon + timedelta(hours=6)
    assert site.watch(daily(1.0, 1.6), now=later) == ["opened critical"]
    days = daily(1.0, 1.6, 1.0, 1.0, 1.0)
    unfinished = datetime(2026, 1, 5, 12, tzinfo=UTC)
    assert site.watch(days, now=unfinished) == []
    assert site.watch(days, now=unfinished + timedelta(days=1)) == ["resolved critical"]


def test_a_day_that_was_restated_ends_its_alert(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.watch(daily(1.0, 1.6))
    assert site.watch(daily(1.0, 1.0)) == ["resolved critical"]
    assert site.state().episodes()[0].reason == "restated"


def test_days_that_nothing_is_known_of_any_more_restate_nothing(
    tmp_path: Path,
) -> None:
    site = Site(tmp_path)
    site.watch(daily(1.0, 1.6))
    for without in (daily(1.0, None), {0: daily(1.0)[0]}, {2: [seen("a", None)]}):
        assert site.watch(without) == []
    assert site.open_rules() == ["tokens"]


def test_a_day_that_was_judged_quiet_is_never_told_later(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.watch(daily(1.0, 1.0, 1.0))
    assert site.watch(daily(1.0, 1.6, 1.0)) == []
    assert site.open_rules() == []


def test_a_rule_with_other_limits_ends_what_it_no_longer_calls_an_alert(
    tmp_path: Path,
) -> None:
    site = Site(tmp_path)
    site.watch(daily(1.0, 1.3))
    site.rules = (replace(RULE, warning=1.4),)
    assert site.watch(daily(1.0, 1.3)) == ["resolved warning"]
    assert site.state().episodes()[0].reason == "rule_changed"


def test_a_rule_that_was_removed_ends_its_alert(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.watch(daily(1.0, 1.6))
    site.rules = (replace(RULE, rule_id="other"),)
    assert "resolved critical" in site.watch({"other": daily(1.0, 1.0)})
    assert site.state().episodes()[0].reason == "rule_removed"
    assert site.watch({"other": daily(1.0, 1.0)}) == []


def test_a_member_without_traffic_for_four_weeks_has_left(tmp_path: Path) -> None:
    site = Site(tmp_path)
    days = daily(1.6)
    site.watch(days)
    days |= {number: [seen("b", 1.0)] for number in range(1, 28)}
    assert site.watch(days) == []
    assert site.open_rules() == ["tokens"]
    days[28] = [seen("b", 1.0)]
    assert site.watch(days) == ["resolved critical"]
    assert site.state().episodes()[0].reason == "no_traffic"


def test_what_is_true_now_is_over_when_it_is_not(tmp_path: Path) -> None:
    site = Site(tmp_path)
    stale, fresh = {0: [seen("all", 1.6)]}, {0: [seen("all", 1.0)]}
    assert site.watch(fresh, kind="live") == []
    assert site.watch(stale, kind="live") == ["opened critical"]
    written = site.lines()
    assert site.watch(stale, kind="live") == []
    assert site.lines() == written
    assert site.watch(fresh, kind="live") == ["resolved critical"]


def test_a_snapshot_counts_the_days_on_which_it_is_quiet(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.watch({0: [seen("a", 1.6)]}, kind="snapshot")
    told = [site.watch({n: [seen("a", 1.0)]}, kind="snapshot") for n in (1, 2, 3)]
    assert told == [[], [], ["resolved critical"]]


# --- who is told


def test_a_channel_that_is_down_is_told_by_the_next_run(tmp_path: Path) -> None:
    site = Site(tmp_path, down={"team"})
    assert site.watch(daily(1.0, 1.6)) == []
    assert [one.ok for one in site.told] == [False]
    site.down.clear()
    assert site.watch(daily(1.0, 1.6)) == ["opened critical"]
    assert site.watch(daily(1.0, 1.6)) == []


def test_what_ended_before_it_could_be_told_is_not_told(tmp_path: Path) -> None:
    site = Site(tmp_path, down={"team"})
    site.watch(daily(1.6))
    site.down.clear()
    assert site.watch(daily(1.6, 1.0, 1.0, 1.0)) == []


def test_a_channel_hears_of_its_severities_only(tmp_path: Path) -> None:
    oncall = Channel("oncall", "webhook", "critical")
    site = Site(tmp_path, channels=(TEAM, oncall))
    assert site.watch(daily(1.0, 1.3)) == ["opened warning"]
    site.watch(daily(1.0, 1.3, 1.6))
    keys = [one.delivery_key.split("|")[0] + " " + one.transition for one in site.sent]
    assert keys == ["team opened", "team escalated", "oncall opened"]


def test_a_rule_names_its_channels(tmp_path: Path) -> None:
    rule = replace(RULE, channels=("oncall",))
    site = Site(tmp_path, rules=(rule,), channels=(TEAM, Channel("oncall", "webhook")))
    site.watch(daily(1.0, 1.6))
    assert [one.delivery_key.split("|")[0] for one in site.sent] == ["oncall"]


def test_what_a_worse_alert_explains_is_not_told_beside_it(tmp_path: Path) -> None:
    effect = replace(RULE, rule_id="effect", inhibited_by=("tokens",))
    site = Site(tmp_path, rules=(effect, RULE))
    days = {"tokens": daily(1.0, 1.6), "effect": daily(1.0, 1.6)}
    site.watch(days)
    assert [one.rule_id for one in site.sent] == ["tokens"]
    assert site.open_rules() == ["effect", "tokens"]
    # a warning explains nothing critical
    site = Site(tmp_path / "worse", rules=(effect, RULE))
    site.watch({"tokens": daily(1.0, 1.3), "effect": daily(1.0, 1.6)})
    assert {one.rule_id for one in site.sent} == {"tokens", "effect"}
    # and once the cause has ended, what is left of it is told
    site = Site(tmp_path / "left", rules=(effect, RULE))
    site.watch({name: daily(1.6) for name in ("tokens", "effect")})
    site.watch({"tokens": daily(1.6, 1, 1, 1), "effect": daily(1.6, 1.6, 1.6, 1.6)})
    told = [(one.rule_id, one.transition) for one in site.sent]
    assert told == [("tokens", "opened"), ("effect", "opened"), ("tokens", "resolved")]


def test_the_throttle_sends_criticals_first_and_the_rest_later(tmp_path: Path) -> None:
    rules = many_rules(40)
    site = Site(tmp_path, rules=rules)
    # every fourth is critical
    days = {
        rule.rule_id: daily(1.0, 1.3 if number % 4 else 1.6)
        for number, rule in enumerate(rules)
    }
    told = site.watch(days, now=NOON)
    assert told == ["opened critical"] * 9 + ["digest critical"]
    assert "31 more" in site.sent[-1].title
    written = site.lines()
    # within the hour nothing more, and nothing new is written
    assert site.watch(days, now=NOON + timedelta(minutes=59)) == []
    assert site.lines() == written
    told = site.watch(days, now=NOON + timedelta(minutes=61))
    assert told == ["opened critical", *["opened warning"] * 9]
    for hour in range(2, 5):
        site.watch(days, now=NOON + timedelta(minutes=61 * hour))
    opened = [one.rule_id for one in site.sent if one.transition == "opened"]
    assert sorted(opened) == [rule.rule_id for rule in rules]


def test_a_clock_that_was_put_back_neither_repeats_nor_blocks(tmp_path: Path) -> None:
    rules = many_rules(12)
    site = Site(tmp_path, rules=rules)
    days = {rule.rule_id: daily(1.0, 1.6) for rule in rules}
    site.watch(days, now=NOON + timedelta(days=365))
    assert len(site.sent) == 10
    site.watch(days, now=NOON)
    opened = [one.rule_id for one in site.sent if one.transition == "opened"]
    assert sorted(opened) == [rule.rule_id for rule in rules]
    assert site.watch(days, now=NOON - timedelta(days=9)) == []


def test_nobody_is_told_of_a_muted_rule_until_then(tmp_path: Path) -> None:
    site = Site(tmp_path)
    until = {"event": "muted", "until": alert_ledger.written(NOON)}
    with alert_ledger.locked(site.file, NOON - timedelta(days=3)) as ledger:
        names = {"fingerprint": RULE.fingerprint, "rule_id": RULE.rule_id}
        ledger.record({**until, **names})
        ledger.flush()
    assert site.watch(daily(1.0, 1.6), now=NOON - timedelta(hours=1)) == []
    assert site.open_rules() == ["tokens"]
    assert site.watch(daily(1.0, 1.6), now=NOON) == ["opened critical"]


def person_says(site: Site, label: str) -> None:
    """Record that a person resolved the only alert."""
    (episode,) = site.state().episodes()
    kind = "accepted" if label == "accepted" else "resolved"
    with alert_ledger.locked(site.file, NOON) as ledger:
        ledger.record(
            {
                "event": kind,
                "fingerprint": episode.fingerprint,
                "rule_id": episode.rule_id,
                "episode": episode.episode,
                "reason": label,
                "interaction_date": day(1).isoformat(),
                "actor": "ana",
            }
        )
        ledger.flush()


@pytest.mark.parametrize("label", ["false_alarm", "accepted"])
def test_what_people_say_is_no_alert_stays_ended_for_the_cooldown(
    label: str, tmp_path: Path
) -> None:
    site = Site(tmp_path)
    site.watch(daily(1.0, 1.6))
    person_says(site, label)
    goes_on = daily(1.0, *[1.6] * 8)
    assert site.watch(goes_on) == ["resolved critical"]
    assert site.open_rules() == []
    goes_on[9] = [seen("a", 1.6)]
    assert site.watch(goes_on) == ["opened critical"]


def test_what_is_said_to_be_fixed_and_is_not_opens_again_unheard(
    tmp_path: Path,
) -> None:
    site = Site(tmp_path)
    site.watch(daily(1.0, 1.6))
    person_says(site, "fixed")
    assert site.watch(daily(1.0, 1.6)) == ["resolved critical"]
    assert site.watch(daily(1.0, 1.6, 1.6)) == []
    assert site.open_rules() == ["tokens"]


# --- the ledger


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
