"""Alerts: the page says what the ledger says, and records what a person says."""

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import World, call, page
from scipy.stats import binomtest
from streamlit.testing.v1 import AppTest
from test_explore import drawn
from test_measures import merged

ANSWERS = [("ack", "acknowledged"), ("resolve", "resolved")]


def button(test: AppTest, action: str) -> Any:
    """Return the first button of an action; its key ends in the alert."""
    return next(one for one in test.button if (one.key or "").startswith(f"{action}_"))


@pytest.mark.parametrize(("action", "event"), ANSWERS)
def test_what_was_typed_last_is_recorded(
    action: str, event: str, own_incident: World
) -> None:
    ledger = own_incident.out_dir / "alert_ledger.jsonl"
    test = page("alerts", own_incident)
    pressed = button(test, action)
    episode = pressed.key.removeprefix(f"{action}_")
    # typed and pressed at once: the page is not drawn in between
    test.text_input(key="actor").set_value(" ana ")
    test.text_input(key=f"note_{episode}").set_value("rolled back")
    test.selectbox(key=f"label_{episode}").set_value("false_alarm")
    pressed.click().run()
    assert not test.exception
    assert not test.error
    (written,) = (
        found
        for line in ledger.read_text().splitlines()
        if (found := json.loads(line))["event"] == event
    )
    assert (written["episode"], written["actor"]) == (episode, "ana")
    assert written["note"] == "rolled back"
    if action == "resolve":
        assert written["reason"] == "false_alarm"


@pytest.mark.parametrize("name", ["", "  "])
@pytest.mark.parametrize("action", ["ack", "resolve"])
def test_without_a_name_nothing_is_recorded(
    action: str, name: str, own_incident: World
) -> None:
    ledger = own_incident.out_dir / "alert_ledger.jsonl"
    before = ledger.read_bytes()
    test = page("alerts", own_incident)
    assert test.text_input(key="actor").value == ""
    test.text_input(key="actor").set_value(name)
    button(test, action).click().run()
    assert test.error[0].value == "Say who you are: nothing was recorded."
    assert ledger.read_bytes() == before


def test_what_is_open_and_was_real_is_what_the_ledger_says(own_incident: World) -> None:
    ledger = own_incident.out_dir / "alert_ledger.jsonl"
    opened = {
        found["episode"]: found
        for line in ledger.read_text().splitlines()
        if (found := json.loads(line))["event"] == "opened"
    }
    fixed, mistaken, taken, *others = opened
    for words in (
        ("resolve", fixed, "--as", "fixed"),
        ("resolve", mistaken, "--as", "false_alarm"),
        ("ack", taken, "--note", "at it"),
    ):
        call("alerts", *words, "--by", "ana", "--out-dir", own_incident.out_dir)
    test = page("alerts", own_incident)

    keys = [one.key for one in test.button if (one.key or "").startswith("ack_")]
    assert sorted(keys) == sorted(f"ack_{episode}" for episode in others)
    assert f"resolve_{taken}" in [one.key for one in test.button]
    history = test.dataframe[0].value.set_index("episode")
    assert list(history.index) == list(reversed(opened))
    for episode, event in opened.items():
        assert history.loc[episode, "severity"] == event["severity"]
        assert history.loc[episode, "opened date"] == event["interaction_date"]
    assert history.loc[mistaken, "reason"] == "false_alarm"
    assert history.loc[taken, "note"] == "at it"

    shares = merged(drawn(test, "labelled alerts that were real"), "rule_id")
    statistics = test.dataframe[1].value.set_index("rule_id")
    for episode, share in ((fixed, 1), (mistaken, 0)):
        row = shares[opened[episode]["rule_id"]]
        interval = binomtest(share, 1).proportion_ci(method="wilson")
        assert row["real_share"] == share
        assert row["real_share_low"] == pytest.approx(interval.low)
        assert row["real_share_high"] == pytest.approx(interval.high)
        assert statistics.loc[opened[episode]["rule_id"], "false_alarms"] == 1 - share
    assert "real_share" not in shares[opened[taken]["rule_id"]]
    assert statistics["alerts"].sum() == len(opened)


def test_the_statistics_of_the_last_build_are_those_of_the_mart(
    incident: World, tmp_path: Path
) -> None:
    copy = shutil.copyfile(incident.warehouse, tmp_path / "w.duckdb")
    with duckdb.connect(str(copy)) as connection:
        connection.execute(
            "insert into marts.alert_statistics by name select 'late' as rule_id, "
            "3 as alerts, 1 as open_alerts, 0 as critical_alerts, "
            "2 as acknowledged_alerts, 0 as labelled_alerts, 0 as real_alerts, "
            "0 as false_alarms, 0 as messages, 90e0 as mean_minutes_to_acknowledge"
        )
    test = page("alerts", World(copy, incident.out_dir))
    shown = test.dataframe[2].value.iloc[0]
    assert (shown["rule_id"], shown["alerts"], shown["open_alerts"]) == ("late", 3, 1)
    assert shown["mean_minutes_to_acknowledge"] == 90
