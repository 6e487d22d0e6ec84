"""What routing and the report say while a provider fails."""

import json
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import Run
from rendered_models import build, with_seed, without_anomalies
from routing_frames import MARTS, logged_by

from llm_telemetry.artifact import bundle, document, failover, report
from llm_telemetry.artifact.readme import readme
from llm_telemetry.decisions.types import rows
from llm_telemetry.watch.failover import lines

ARM = {
    "use_case": "chat",
    "failing_provider": "p",
    "choice": 1,
    "model_provider": "q",
    "model_name": "m",
    "failing_since": "2025-03-08T00:00:00Z",
    "provider_failure_rate": 0.25,
    "usual_failure_rate": 0.01,
    "failing_failure_rate": 0.3,
    "interactions_to_move": 1200,
    "constraint_status": "certified",
    "step": 1,
    "policy_mode": "strict",
    "interactions": 2000,
    "failure_rate": 0.005,
    "failure_rate_bound": 0.009,
    "p95_latency_ms": 1500.0,
    "slow_rate_bound": 0.02,
    "cost_usd_per_call": 0.01,
    "cost_usd_per_day": 1.75,
    "extra_cost_usd_per_day": -0.5,
    "busiest_hour_carried": 40,
    "busiest_hour_to_carry": 70,
    "headroom": 0.571,
}
OF_ARM = ("model_provider", "model_name", "step", "policy_mode", "failure_rate")
NO_ARM = ARM | dict.fromkeys((*OF_ARM, "headroom")) | {"constraint_status": "no_arm"}
LAST_DAY = pd.Timestamp("2025-02-28")


def calls(rng: np.random.Generator, *, outage: bool) -> pd.DataFrame:
    """Return two providers; all of p's models fail a third of the calls of one day."""
    count = 3_600
    provider = rng.choice(["p", "q"], count)
    log = logged_by(rng, count).assign(
        model_provider=provider,
        model_name=np.char.add(provider.astype(str), rng.choice(["1", "2"], count)),
        use_case=rng.choice(["chat", "rag"], count),
        is_failure=rng.random(count) < 0.01,
    )
    hours = np.linspace(0, 59 * 24 - 1, count)
    started = pd.Timestamp("2025-01-01") + pd.to_timedelta(hours, unit="h")
    is_out = outage & (log["model_provider"] == "p") & (started >= LAST_DAY)
    return log.assign(
        timestamp_utc=started,
        interaction_date=started.normalize(),
        is_failure=log["is_failure"] | (is_out & (rng.random(count) < 0.33)),
    )


def anomalies(**changed: Any) -> pd.DataFrame:
    """Return the verdict on the last day of provider p."""
    row = {
        "interaction_date": LAST_DAY,
        "metric": "failure_rate",
        "dimension": "model_provider",
        "member": "p",
        "window_days": 1,
        "value": 0.33,
        "baseline": 0.01,
        "verdict": "higher",
    }
    return pd.DataFrame([row | changed])


def built(log: pd.DataFrame, judged: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Build the marts of routing, and failover_arms, on calls and verdicts."""
    names = ("routing_constraints", "failover_arms")
    with duckdb.connect() as connection:
        without_anomalies(connection)
        connection.register("judged", judged)
        connection.execute("insert into anomalies by name select * from judged")
        connection.register("interactions", log.assign(source="x"))
        with_seed(connection, "routing_ladder")
        build(connection, *MARTS, "failover_arms")
        return {
            name: connection.sql(f"select * from {name} order by all").df()
            for name in names
        }


def certified(constraints: pd.DataFrame, provider: str) -> int:
    is_own = constraints["model_provider"] == provider
    return int((constraints.loc[is_own, "constraint_status"] == "certified").sum())


def test_no_arm_is_certified_by_calls_from_before_its_outage() -> None:
    log = calls(np.random.default_rng(1), outage=True)
    unseen, seen = (
        built(log, judged)["routing_constraints"]
        for judged in (anomalies(verdict="normal"), anomalies())
    )
    # what came before hides the first day of the outage
    assert certified(unseen, "p") > 0
    assert certified(seen, "p") == 0
    pd.testing.assert_frame_equal(
        *(frame[frame["model_provider"] == "q"] for frame in (seen, unseen)),
        check_index_type=False,
    )
    failing = seen[seen["model_provider"] == "p"]
    assert set(failing["failing_since"]) == {LAST_DAY}
    by_evidence = failing.groupby("evidence")["known_outcomes"].sum()
    assert by_evidence["all"] == by_evidence["history"] < 400


def test_a_verdict_on_something_else_changes_no_arm() -> None:
    log = calls(np.random.default_rng(2), outage=False)
    usual = built(log, anomalies()[:0])
    for judged in (
        anomalies(metric="cost_per_call"),
        anomalies(dimension="use_case", member="chat"),
        anomalies(verdict="insufficient_history"),
        anomalies(verdict="lower"),
        anomalies(member="(other)"),
    ):
        found = built(log, judged)
        for name, frame in usual.items():
            pd.testing.assert_frame_equal(found[name], frame)
    assert usual["failover_arms"].empty


def test_every_use_case_of_the_failing_provider_has_a_surviving_first_arm() -> None:
    log = calls(np.random.default_rng(3), outage=True)
    arms = built(log, anomalies())["failover_arms"]
    assert set(arms["use_case"]) == {"chat", "rag"}
    assert set(arms["model_name"]) == {"q1", "q2"}
    assert arms.groupby("use_case")["choice"].apply(sorted).tolist() == [[1, 2]] * 2
    recent = log[
        log["timestamp_utc"] > log["timestamp_utc"].max() - pd.Timedelta(days=7)
    ]
    moved = recent[recent["model_provider"] == "p"].groupby("use_case").size()
    assert (
        arms.groupby("use_case")["interactions_to_move"].first().to_dict()
        == moved.to_dict()
    )
    hours = recent.groupby(["model_name", recent["timestamp_utc"].dt.floor("h")]).size()
    busiest = hours.groupby("model_name").max()
    assert (arms["busiest_hour_carried"] == arms["model_name"].map(busiest)).all()
    assert (arms["headroom"] <= 1).all()


def test_the_lines_say_who_fails_and_what_could_take_over() -> None:
    violated = ARM | {"use_case": "rag", "constraint_status": "violated"}
    other = NO_ARM | {"failing_provider": "z"}
    assert failover.lines([ARM, violated, other]) == [
        "p failed 25.0% of its calls (usually 1.0%), since 2025-03-08; arms that could "
        "take over:",
        "  chat: q/m (certified, strict), 0.5% of 2,000 failed, p95 1,500 ms, 1.75 USD "
        "per day (-0.5), busiest hour 40 of 70 calls",
        "  rag: none within limits; the nearest is q/m, 0.5% of 2,000 failed, "
        "p95 1,500 ms",
        "z failed 25.0% of its calls (usually 1.0%), since 2025-03-08; arms that could "
        "take over:",
        "  chat: none: no other arm served it lately",
    ]
    assert failover.lines([]) == []
    assert failover.section([]) == ""


def test_the_report_shows_what_could_take_over(sample_run: Run) -> None:
    content = json.loads((sample_run.out_dir / bundle.ARTIFACT).read_bytes())
    assert content["failover"] == []
    health = {**dict.fromkeys(("p95_latency_ms", "cost_usd", "failure_rate"), 0.1)}
    health |= {
        "interactions": 1,
        "operations": 1,
        "sessions": 1,
        "sla_breach_rate": 0.1,
    }
    assert "## Failover" not in readme(content, health, read="x")
    content["failover"] = [ARM, NO_ARM | {"use_case": "rag"}]
    content["decision_id"] = document.decision_id(content)
    assert document.faults(content) == []
    page = readme(content, health, read="x")
    shown = "| chat | p since 2025-03-08 | 1,200 | 30.0% | q/m | certified, strict |"
    assert shown in page
    assert (
        page.index("## Budget") < page.index("## Failover") < page.index("## Stop-ship")
    )
    below = report.below(content)
    assert [line for line in below if line.startswith("! p failed 25.0%")]
    assert [line for line in below if line.startswith("  chat: q/m")]
    del content["failover"]
    assert not [line for line in report.below(content) if "failed" in line]


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """Write a warehouse with one mart, built while provider p fails."""
    log = calls(np.random.default_rng(4), outage=True)
    arms = built(log, anomalies())["failover_arms"]
    file = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.register("arms", arms)
        connection.execute("create schema marts")
        connection.execute("create table marts.failover_arms as select * from arms")
    return file


def test_the_message_of_an_alert_names_one_arm_for_each_use_case(
    warehouse: Path,
) -> None:
    first, *use_cases = lines(warehouse, "p")
    assert first.startswith(
        "p failed 33.0% of its calls (usually 1.0%), since 2025-02-28"
    )
    assert [line.split(":")[0].strip() for line in use_cases] == ["chat", "rag"]
    assert all(" q/q" in line for line in use_cases)
    assert lines(warehouse, "q") == []
    assert lines(warehouse, "p' or true or '") == []


def test_the_rows_of_the_mart_are_those_of_the_schema(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        arms = connection.sql("select * from marts.failover_arms where choice = 1").df()
    described = document.schema()["properties"]["failover"]["items"]
    assert list(arms.columns) == list(described["properties"]) == described["required"]
    assert set(ARM) == set(arms.columns)
    assert all(isinstance(row["step"], int | float) for row in rows(arms))
