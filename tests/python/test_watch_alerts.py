"""The command alerts: what people say, and what they are notified."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from watch_desk import NOBODY, NOW, Desk, hooked
from watched_builds import anomaly, build

from llm_telemetry.cli import main
from llm_telemetry.watch.alert_commands import statistics, wilson
from llm_telemetry.watch.state import fold


def test_people_say_what_became_of_an_alert(desk: Desk) -> None:
    desk.build(1.0, 1.6)
    assert desk.call("alerts")[1] == "no alerts\n"
    desk.watch()
    assert desk.call("alerts")[1].startswith("critical tokens-20260120-")
    said = desk.call("alerts", "ack", "tokens", "--by", "ana", "--note", "mine")
    assert said[0] == 0
    assert "acknowledged by ana" in desk.call("alerts", "list")[1]
    shown = desk.call("alerts", "show", "tokens-2026")[1]
    assert "acknowledged ana mine" in shown
    assert "opened 2026-01-20 critical" in shown
    desk.call("alerts", "resolve", "tokens", "--as", "false_alarm", "--by", "bo")
    assert desk.call("alerts")[1] == "no alerts\n"
    assert "until 2026-01-20, false_alarm" in desk.call("alerts", "history")[1]
    (row,) = json.loads(desk.call("alerts", "stats", "--json")[1])
    assert (row["alerts"], row["false_alarms"], row["real_share"]) == (1, 1, 0)
    assert "0% of 1 real (95 %: 0% to 79%)" in desk.call("alerts", "stats")[1]
    # on second thoughts it was real
    desk.call("alerts", "resolve", "tokens-2026", "--as", "fixed")
    assert "100% of 1 real" in desk.call("alerts", "stats")[1]


def test_a_rule_is_muted_for_a_while(
    desk: Desk, receiver: tuple[str, list[dict[str, Any]], list[int]]
) -> None:
    url, got, _ = receiver
    desk.rules(hooked(url))
    desk.build(1.0, 1.6)
    code, out, _ = desk.call("alerts", "mute", "tokens", "--until", "2d", "--now", NOW)
    assert (code, out) == (0, "tokens: muted until 2026-01-23T06:00:00Z\n")
    assert desk.watch()[0] == 1
    assert got == []
    desk.watch(now="2026-01-23T07:00:00Z")
    assert len(got) == 1


def test_a_channel_is_tested(
    desk: Desk, receiver: tuple[str, list[dict[str, Any]], list[int]]
) -> None:
    url, got, status = receiver
    desk.rules(hooked(url))
    assert desk.call("alerts", "test", "hook")[0] == 0
    assert len(got) == 1
    status[0] = 404
    assert desk.call("alerts", "test", "hook")[0] == 4
    assert not desk.ledger.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("ack", "alerts ack: name one: llm-telemetry alerts --help"),
        ("list x", "alerts list: leave out x: llm-telemetry alerts --help"),
        ("resolve x", "alerts resolve: give --as"),
        ("ack x --as fixed", "alerts ack: --as goes with resolve"),
        ("mute tokens", "alerts mute: give --until"),
        ("mute tokens --until soon", "--until soon: write 12h, 3d or 2026-01-31"),
        ("ack x", "x: no such alert: llm-telemetry alerts list"),
        ("test team", "team: no channel of "),
        ("mute x --until 3d", "x: no rule of "),
    ],
)
def test_what_cannot_be_done_is_said(words: str, said: str, desk: Desk) -> None:
    code, out, err = desk.call("alerts", *words.split())
    assert (code, out) == (2, "")
    assert err.startswith(said)


def test_what_has_ended_is_not_acknowledged(desk: Desk) -> None:
    desk.build(1.0, 1.6)
    desk.watch()
    desk.call("alerts", "resolve", "tokens", "--as", "fixed")
    code, _, err = desk.call("alerts", "ack", "tokens-2026")
    assert code == 2
    assert "not open: fixed" in err


def test_an_id_that_is_of_several_is_not_guessed(desk: Desk) -> None:
    rule = NOBODY.partition("rules:\n")[2]
    desk.rules(NOBODY + rule.replace("tokens\n", "tokens_too\n"))
    desk.build(1.0, 1.6)
    desk.watch()
    code, _, err = desk.call("alerts", "ack", "toke")
    assert code == 2
    assert err.startswith("toke: several: tokens-20260120-")


def test_wilson_is_that_of_the_marts() -> None:
    assert wilson(0, 0) == (None, None)
    assert wilson(1, 2) == pytest.approx((0.0945, 0.9055), abs=1e-4)
    assert wilson(5, 5)[1] == 1.0
    assert statistics(fold([]).episodes()) == []


def test_the_newest_call_of_the_sample_is_its_present(desk: Desk) -> None:
    build(desk.warehouse, [anomaly(19, 1.0)], as_of=datetime(2026, 1, 20, 12))
    words = ["watch", "--sample", "--json", "--warehouse", str(desk.warehouse)]
    words += ["--ledger", str(desk.ledger), "--rules", str(desk.folder / "alerts.yml")]
    assert main(words) == 0
    assert json.loads(desk.capsys.readouterr().out)["now"] == "2026-01-20T12:00:00Z"


def test_what_is_refused_leaves_no_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["alerts", "ack", "nothing"]) == 2
    assert main(["watch"]) == 2
    assert list(tmp_path.iterdir()) == []


def test_the_member_furthest_from_its_history_comes_first(desk: Desk) -> None:
    surer = {"member": "v2", "p_value": 1e-12}
    build(desk.warehouse, [anomaly(19, 1.3, **surer), anomaly(19, 2.5, member="v3")])
    desk.watch()
    (line,) = desk.call("alerts")[1].splitlines()
    assert line.startswith("critical tokens-")
    assert "  v3 " in line
    assert " and 1 more" in line
