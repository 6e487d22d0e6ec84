"""Alerts: what a person says of one is recorded as it was typed last, with a name."""

import json
from typing import Any

import pytest
from conftest import World, page
from streamlit.testing.v1 import AppTest

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
