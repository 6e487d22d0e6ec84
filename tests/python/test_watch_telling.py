"""Who is notified of an alert: once, what matters, and not too much at a time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from watch_site import RULE, TEAM, Site, daily, many_rules, seen
from watched_builds import day

from llm_telemetry.watch import alert_ledger
from llm_telemetry.watch.channels import Channel

NOON = datetime(2026, 1, 20, 12, tzinfo=UTC)


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
    # and once the cause has ended, what is left of it is notified
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
