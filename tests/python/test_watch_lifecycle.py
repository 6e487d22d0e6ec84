"""What becomes of an alert as its days are judged."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from watch_site import RULE, Site, daily, seen
from watched_builds import day

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
    # it fired and cleared within: nobody is notified
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


def test_an_alert_whose_value_is_the_same_was_not_restated(tmp_path: Path) -> None:
    """At the limit, evidence depends on how many tests its day has in a build."""
    site = Site(tmp_path)
    site.watch(daily(1.0, 1.6))
    same = replace(seen("a", 1.605), evidence="normal")
    assert site.watch({0: daily(1.0)[0], 1: [same]}) == []
    assert site.open_rules() == ["tokens"]
    other = replace(seen("a", 1.5), evidence="normal")
    assert site.watch({0: daily(1.0)[0], 1: [other]}) == ["resolved critical"]


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
