"""The command watch on warehouses made by hand."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from conftest import Run
from test_failover import ARM
from watch_desk import NOBODY, RULES, Desk, hooked
from watched_builds import anomaly, build, day

from llm_telemetry.cli import main


def test_nothing_is_wrong(desk: Desk) -> None:
    desk.build(1.0, 1.0)
    code, out, _ = desk.watch()
    assert (code, out) == (0, "1 rules, newest day 2026-01-20, 0 open alerts\n")


def test_a_critical_alert_stops_ci_and_a_warning_does_not(desk: Desk) -> None:
    desk.build(1.0, 1.3)
    assert desk.watch()[0] == 0
    desk.build(1.0, 1.6)
    code, out, _ = desk.watch()
    # the day was over and a warning: a day is not judged again
    assert code == 0
    desk.ledger.unlink()
    code, out, _ = desk.watch()
    assert code == 1
    assert "critical tokens-20260120-" in out
    assert "a 160 tokens instead of 100 tokens (1.60x), since 2026-01-20" in out
    assert "nobody is notified: name channels in alerts.yml" in out


def test_an_accepted_alert_stops_nothing(desk: Desk) -> None:
    desk.build(1.0, 1.6)
    assert desk.watch()[0] == 1
    assert desk.call("alerts", "resolve", "tokens", "--as", "accepted")[0] == 0
    assert desk.watch()[0] == 0


def test_old_data_or_no_history_cannot_tell(desk: Desk) -> None:
    desk.build(1.0, 1.0)
    code, out, _ = desk.watch(now="2026-01-25T06:00:00Z")
    assert code == 3
    assert "! the newest call is 104 hours old, more than WATCH_MAX_AGE_HOURS" in out
    desk.ledger.unlink()
    rows = [anomaly(19, 1.0, verdict="insufficient_history")]
    build(desk.warehouse, rows)
    code, out, _ = desk.watch(now="2026-01-20T23:00:00Z")
    assert code == 3
    assert "not judged, too little history or traffic: tokens" in out
    assert "! no rule has enough history or traffic yet" in out


def test_a_critical_alert_comes_before_old_data(desk: Desk) -> None:
    desk.build(1.0, 1.6)
    assert desk.watch(now="2026-02-25T06:00:00Z")[0] == 1


def test_a_channel_that_takes_nothing_comes_before_a_critical_alert(
    desk: Desk, receiver: tuple[str, list[dict[str, Any]], list[int]]
) -> None:
    url, got, status = receiver
    desk.rules(hooked(url))
    desk.build(1.0, 1.6)
    status[0] = 400
    code, out, _ = desk.watch()
    assert code == 4
    said = "a 160 tokens instead of 100 tokens"
    assert f"not notified hook: Critical: Tokens per call: {said}" in out
    status[0] = 200
    assert desk.watch()[0] == 1
    assert len(got) == 2
    # told: the same build again is silent
    assert desk.watch()[0] == 1
    assert len(got) == 2


def test_wrong_rules_come_before_everything(desk: Desk) -> None:
    desk.rules(NOBODY.replace("critical:", "critcal:"))
    desk.build(1.0, 1.6)
    code, out, err = desk.watch()
    assert (code, out) == (2, "")
    assert err.endswith(
        "alerts.yml: line 9: rule: critcal: unknown: did you mean critical?\n"
    )
    assert not desk.ledger.exists()


def test_a_missing_variable_is_named_and_nothing_is_judged(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_SUCH_URL", raising=False)
    channels = "channels: {team: {type: slack, url_env: NO_SUCH_URL}}"
    desk.rules(RULES.format(channels=channels))
    desk.build(1.0, 1.6)
    code, _, err = desk.watch()
    assert code == 2
    assert "NO_SUCH_URL" in err
    assert not desk.ledger.exists()
    # nothing is sent in a dry run
    assert desk.watch("--dry-run")[0] == 1


def test_what_is_no_alert_ledger_is_not_written_to(desk: Desk) -> None:
    desk.build(1.0, 1.6)
    other = '{"decision_id": "a", "decision": "triage"}\n'
    desk.ledger.write_text(other)
    code, _, err = desk.watch()
    assert code == 2
    assert "alerts.jsonl: line 1: no event of an alert" in err
    assert desk.ledger.read_text() == other


def test_a_dry_run_writes_and_sends_nothing(
    desk: Desk, receiver: tuple[str, list[dict[str, Any]], list[int]]
) -> None:
    url, got, _ = receiver
    desk.rules(hooked(url))
    desk.build(1.0, 1.6)
    code, out, _ = desk.watch("--dry-run")
    assert code == 1
    assert "dry run hook: Critical: Tokens per call" in out
    assert got == []
    assert not desk.ledger.exists()


def test_json_says_all_of_it(desk: Desk) -> None:
    desk.build(1.0, 1.6, build_id="b17")
    found = desk.watched()
    assert (found["exit_code"], found["build_id"]) == (1, "b17")
    assert [one["event"] for one in found["events"]] == ["judged", "opened", "judged"]
    (rule,) = found["rules"]
    assert rule == {
        "rule_id": "tokens",
        "verdict": "critical",
        "interaction_date": "2026-01-20",
    }
    assert found["alerts"][0]["summary"] == "a 160 tokens instead of 100 tokens (1.60x)"
    # again: the same alert, and no event
    assert desk.watched()["events"] == []


def test_without_a_mart_the_build_is_asked_for(desk: Desk) -> None:
    code, _, err = desk.watch()
    assert code == 2
    assert "no such warehouse: build it" in err


def test_a_time_that_is_none_is_refused(desk: Desk) -> None:
    desk.build(1.0)
    code, _, err = desk.watch(now="yesterday")
    assert (code, err) == (2, "yesterday: no time: write 2026-01-31T12:00:00Z\n")


def test_burn_drift_and_age_are_rules_as_well(desk: Desk) -> None:
    desk.rules(
        "version: 1\nrules:\n"
        "  - {rule_id: burn, metric: budget_burn}\n"
        "  - {rule_id: drift, metric: drift}\n"
        "  - {rule_id: age, metric: data_age, compare: absolute, warning: 6}\n"
    )
    page = {
        "interaction_date": day(19),
        "budget": "failures",
        "alert": "1d",
        "severity": "page",
        "long_days": 1,
        "factor": 3.0,
        "long_burn_rate": 5.0,
        "status": "firing",
    }
    ticket = {**page, "budget": "sla", "severity": "ticket"}
    feature = {
        "window_pair": "reference_to_current",
        "feature": "use_case",
        "feature_type": "categorical",
        "tv_distance": 0.3,
    }
    drifted = {**feature, "severity": "medium", "verdict": "drift"}
    slight = {**feature, "feature": "region", "severity": "low", "verdict": "drift"}
    rows = [anomaly(19, 1.0)]
    build(desk.warehouse, rows, burn=[page, ticket], drift=[drifted, slight])
    found = {one["rule_id"]: one for one in desk.watched()["alerts"]}
    assert {name: one["severity"] for name, one in found.items()} == {
        "burn": "critical",
        "drift": "warning",
        "age": "warning",
    }
    assert found["drift"]["summary"] == "use_case PSI 0.3, reference to current"


def test_a_query_of_ones_own_is_a_rule(desk: Desk) -> None:
    desk.rules(
        "version: 1\nrules:\n  - rule_id: own\n    metric: sql\n    sql: own.sql\n"
        "    compare: absolute\n    critical: 0.05\n"
    )
    desk.build(1.0, 1.0)
    query = desk.folder / "own.sql"
    row = "date '2026-01-20' as interaction_date, 'a' as member, .09 as value"
    query.write_text(f"select {row}, .06 as low, .12 as high -- refunds\n;")
    assert desk.watch()[0] == 1
    desk.ledger.unlink()
    # chance alone may be that far off
    query.write_text(f"select {row}, .04 as low, .12 as high")
    assert desk.watch()[0] == 0
    desk.ledger.unlink()
    # it reads the marts
    query.write_text(
        "select interaction_date, member, value, value as low, value as high "
        "from marts.anomalies"
    )
    assert desk.watch()[0] == 1


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("select 1 as value", "lacks interaction_date, member, low, high: select "),
        (
            "select date '2026-01-01' as interaction_date, 'a' as member, 1 as value, "
            "1 as low, 1 as high, 2 as hihg",
            "unknown columns hihg: select interaction_date, ",
        ),
        ("select * from marts.nothing", "Catalog Error: "),
        ("select 1; select 2", "2 statements: write one"),
        ("copy (select 1) to 'stolen.csv'", "Parser Error: "),
        ("select * from read_csv('alerts.yml')", "Permission Error: "),
        (
            "select 'x' as interaction_date, 'a' as member, 1 as value, 1 as low, "
            "1 as high",
            "row 1: interaction_date: 'x': select a date",
        ),
    ],
)
def test_a_query_that_does_not_do_is_refused(
    query: str, problem: str, desk: Desk
) -> None:
    desk.rules(
        "version: 1\nrules:\n  - rule_id: own\n    metric: sql\n    sql: own.sql\n"
        "    compare: absolute\n    critical: 0.05\n"
    )
    desk.build(1.0)
    (desk.folder / "own.sql").write_text(query)
    code, _, err = desk.watch()
    assert code == 2
    assert err.split("own.sql: ")[1].startswith(problem)


def test_the_marts_of_a_run_are_watched(
    sample_run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = tmp_path / "alerts.yml"
    rules.write_text(
        "version: 1\nrules:\n"
        "  - {rule_id: burn, metric: budget_burn}\n"
        "  - {rule_id: drift, metric: drift}\n"
        "  - {rule_id: age, metric: data_age, compare: absolute, warning: 36}\n"
        "  - {rule_id: own, metric: sql, sql: own.sql, compare: absolute,"
        " critical: 9}\n"
    )
    (tmp_path / "own.sql").write_text(
        "select interaction_date, 'all' as member, interactions as value, "
        "interactions as low, interactions as high from marts.health_by_day"
    )
    words = ["watch", "--sample", "--json", "--warehouse", str(sample_run.warehouse)]
    words += ["--rules", str(rules), "--ledger", str(tmp_path / "alerts.jsonl")]
    code = main(words)
    found = json.loads(capsys.readouterr().out)
    levels = {one["rule_id"]: one["verdict"] for one in found["rules"]}
    assert levels["own"] == "critical"
    assert levels["age"] == "quiet"
    assert code == 1
    assert main(words) == 1
    assert json.loads(capsys.readouterr().out)["events"] == []


def test_a_message_about_an_outage_says_who_can_take_over(
    desk: Desk, receiver: tuple[str, list[dict[str, Any]], list[int]]
) -> None:
    url, got, _ = receiver
    rules = hooked(url).replace("tokens_per_call", "failure_rate")
    desk.rules(rules.replace("prompt_version", "model_provider"))
    failing = {"metric": "failure_rate", "dimension": "model_provider"}
    build(desk.warehouse, [anomaly(19, 9.0, member="acme", **failing)])
    with duckdb.connect(str(desk.warehouse)) as connection:
        connection.register("arms", pd.DataFrame([{**ARM, "failing_provider": "acme"}]))
        connection.execute("create table marts.failover_arms as select * from arms")
    desk.watch()
    (message,) = got
    line = "chat: q/m (certified, strict), 0.5% of 2,000 failed, p95 1,500 ms"
    assert line in json.dumps(message)
