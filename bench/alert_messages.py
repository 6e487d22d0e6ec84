"""Messages about a simulated incident, a build a day, with the rules that ship.

Seven weeks of the world `incident`: costs creep up from day 60 on, and a provider is
out from day 83 on. Each day is judged when it is over, on the calls up to then.
"""

import argparse
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
from calibration.replicate import built
from rendered_models import build, rendered
from watch_desk import receiving

from llm_telemetry.cli import main as llm_telemetry
from llm_telemetry.simulate import Simulation, simulate
from llm_telemetry.simulate.parameters import DAYS, START
from llm_telemetry.simulate.records import summarise_sessions
from llm_telemetry.watch import rules_file

MARTS = ("anomalies", "burn_alerts", "drift")
EVENTS, OPEN_DAYS = "stg_alert_ledger__events", "int_open_alert_days"
LEDGER = "artifacts/alert_ledger.jsonl"
WATCHED_DAYS = 49
MOST_MESSAGES = 10
# a build of the night is watched at six in the morning
WATCHED_AT = timedelta(days=1, hours=6)
Said = list[dict[str, Any]]


def main() -> int:
    """Print the messages; exit with 1 where they are too many, or told twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--world", default="incident")
    parser.add_argument("--interactions", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1_000)
    options = parser.parse_args()
    simulation = simulate(
        options.world, interactions=options.interactions, seed=options.seed
    )
    with tempfile.TemporaryDirectory() as folder, receiving() as (url, sent, _):
        again = watched(simulation, Path(folder), url, sent)
        shown = (f"{m['severity']:8} {m['transition']:9} {m['title']}" for m in sent)
        print("\n".join(shown))
    print(f"{len(sent)} messages in {WATCHED_DAYS} days, {again} by the same builds")
    return int(len(sent) > MOST_MESSAGES or again > 0)


def watched(simulation: Simulation, folder: Path, url: str, sent: Said) -> int:
    """Watch day after day, each build twice; return the messages of the second time."""
    rules, ledger = folder / "alerts.yml", folder / "ledger.jsonl"
    rules.write_text(with_webhook(url))
    again = 0
    for day in range(DAYS - WATCHED_DAYS, DAYS):
        last = START.date() + timedelta(days=day)
        warehouse = folder / "warehouse.duckdb"
        write(warehouse, marts_of(simulation, last, ledger), last)
        watch(warehouse, rules, ledger, last)
        before = len(sent)
        watch(warehouse, rules, ledger, last)
        again += len(sent) - before
    return again


def with_webhook(url: str) -> str:
    """Return the rules that ship, with a channel that takes everything."""
    shipped = rules_file.SHIPPED.read_text(encoding="utf-8")
    channel = f'channels: {{hook: {{type: webhook, url: "{url}"}}}}'
    return shipped.replace("channels: {}", channel)


def marts_of(
    simulation: Simulation, last: date, ledger: Path
) -> dict[str, pd.DataFrame]:
    """Build what watch reads over the calls up to the end of a day."""
    calls = simulation.interactions
    calls = calls[calls["timestamp_utc"].dt.date <= last]
    so_far = replace(simulation, interactions=calls, sessions=summarise_sessions(calls))
    return built(so_far, MARTS, given={OPEN_DAYS: open_days(ledger)})


def open_days(ledger: Path) -> pd.DataFrame:
    """Return the days of open alerts that a ledger says, as the models have them."""
    with duckdb.connect(config={"threads": 1}) as connection:
        ledger.touch()
        events = rendered(EVENTS).replace(LEDGER, str(ledger))
        connection.execute(f"create table {EVENTS} as {events}")
        build(connection, OPEN_DAYS)
        return connection.table(OPEN_DAYS).df()


def write(warehouse: Path, marts: dict[str, pd.DataFrame], last: date) -> None:
    """Write marts as a warehouse whose newest call is an hour before midnight."""
    warehouse.unlink(missing_ok=True)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema marts")
        for name, frame in marts.items():
            connection.register("frame", frame)
            dated = "replace (cast(interaction_date as date) as interaction_date)"
            columns = f"* {dated if 'interaction_date' in frame else ''}"
            connection.execute(
                f"create table marts.{name} as select {columns} from frame"
            )
        connection.execute(
            "create table marts.build_info as "
            "select ? as build_id, ?::timestamp as as_of",
            [last.isoformat(), f"{last} 23:00:00"],
        )
        connection.execute(
            "create table marts.knobs as select 'business_time_zone' as knob, "
            "null::double as setting, 'UTC' as setting_text"
        )


def watch(warehouse: Path, rules: Path, ledger: Path, last: date) -> None:
    """Judge a build, and send what is due."""
    now = datetime(last.year, last.month, last.day, tzinfo=UTC) + WATCHED_AT
    named = ["--warehouse", str(warehouse), "--rules", str(rules)]
    named += ["--ledger", str(ledger), "--now", now.isoformat()]
    code = llm_telemetry(["watch", "--quiet", *named])
    if code not in (0, 1, 3):
        sys.exit(code)


if __name__ == "__main__":
    sys.exit(main())
