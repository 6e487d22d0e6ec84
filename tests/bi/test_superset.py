"""A real Superset imports the bundle, and its charts show what the marts contain."""

import json
import math
import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import superset_bundle
import yaml
from conftest import ROOT
from programs import free_port, running

BIN = ROOT / ".venv-superset" / "bin"
CHARTS = yaml.safe_load(superset_bundle.CHARTS.read_text())
CONFIG = """
SECRET_KEY = "of a Superset that lives for one test"
SQLALCHEMY_DATABASE_URI = "sqlite:///{home}/superset.db"
TALISMAN_ENABLED = False
CONTENT_SECURITY_POLICY_WARNING = False
WTF_CSRF_ENABLED = False
"""
USER = {"username": "tester", "password": "tester"}
# the answer of each chart, in SQL of its own
WANTED = {
    "Which build is this, and how recent are its data?": """
        select build_id, as_of, package_version, engine, engine_version
        from marts.build_info""",
    "How is the service doing?": """
        select interaction_date, 1 - failure_rate, sla_breach_rate
        from marts.health_by_day
        where interactions > 0""",
    "What does an operation cost?": """
        select interaction_date, model_provider,
            sum(cost_usd) filter (costed_interactions > 0) / sum(operations)
        from marts.usage_by_day
        group by all""",
    "What is burning, and since when?": """
        select interaction_date, budget, alert, severity, since, reason, long_burn_rate
        from marts.burn_alerts
        where status = 'firing'""",
    "What is the p95 by model and day?": """
        select interaction_date, model_provider, model_name, p95_latency_ms
        from marts.model_latencies_by_day""",
    "How does latency change over the day?": """
        select hour(timestamp_utc), quantile_cont(operation_latency_ms, 0.95)
        from marts.interactions
        where cache_hit is not true
        group by all""",
    "Which prompt version got worse?": """
        select date_trunc('week', interaction_date), prompt_version,
            sum(failures) / nullif(sum(known_outcomes), 0)
        from marts.usage_by_day
        group by all""",
    "Which models hallucinate, in which use case, and when?": """
        select date_trunc('month', interaction_date), model_name, use_case,
            sum(hallucinations) / nullif(sum(known_hallucination_flags), 0),
            sum(known_hallucination_flags)
        from marts.usage_by_day
        group by all""",
    "What did each provider cost last week?": """
        select date_trunc('week', billing_date), model_provider, sum(cost_usd)
        from marts.provider_costs_by_day
        group by all""",
    "What is the traffic made of?": """
        select use_case, count(*) from marts.interactions group by all""",
    "Which use case retries most?": """
        select use_case, sum(interactions) / sum(operations) - 1
        from marts.usage_by_day
        group by all""",
    "Which errors are there?": """
        select failure_type, interactions from marts.failure_types""",
    "How many tokens does a request take, by outcome?": """
        select is_failure, avg(total_tokens), count(*)
        from marts.interactions
        group by all""",
    "Are answers that hallucinate rated worse?": """
        select hallucination_flag, avg(user_feedback_score), count(user_feedback_score)
        from marts.interactions
        group by all""",
    "What do users say?": """
        select date_trunc('week', interaction_date),
            avg(user_feedback_score), count(user_feedback_score) / count(*)
        from marts.interactions
        group by all""",
    "What did one user's sessions cost?": """
        select user_id, session_id, starts_at, operations, failures, cost_usd
        from marts.sessions""",
    "Why does triage say what it says?": """
        select decision, verdict, reasons, recommendation, summary, as_of, valid_until
        from marts.decisions
        where is_published""",
    "What is each decision based on?": """
        select decision, estimate, value, low, high, unit, n
        from marts.decision_estimates
        where is_published""",
}
Ask = Any


@pytest.fixture(scope="session")
def address(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the API of a Superset that has imported the bundle, as its UI does."""
    home = tmp_path_factory.mktemp("superset")
    config, archive = home / "superset_config.py", home / "superset.zip"
    config.write_text(CONFIG.format(home=home))
    files = superset_bundle.files(superset_bundle.manifest(), str(warehouse))
    superset_bundle.write_archive(archive, files)
    environment = {
        **os.environ,
        **{"SUPERSET_CONFIG_PATH": str(config), "SUPERSET_HOME": str(home)},
        **{"FLASK_APP": "superset", "SCARF_ANALYTICS": "false", "PYTHONPATH": ""},
    }
    named = [
        "--firstname",
        "a",
        "--lastname",
        "tester",
        "--email",
        "tester@example.com",
    ]
    user = [*named, *(word for key in USER for word in (f"--{key}", USER[key]))]
    port = str(free_port())
    log = home / "superset.log"
    with log.open("wb") as output:
        for words in (
            ["db", "upgrade"],
            ["init"],
            ["fab", "create-admin", *user],
            ["import-dashboards", "--path", str(archive), "--username", "tester"],
        ):
            command = [str(BIN / "superset"), *words]
            done = subprocess.run(
                command, env=environment, stdout=output, stderr=output
            )
            assert done.returncode == 0, log.read_text()[-2000:]
    serve = ["env", *(f"{name}={environment[name]}" for name in environment if name)]
    url = f"http://127.0.0.1:{port}"
    command = [*serve, str(BIN / "superset"), "run", "-p", port]
    with running(command, f"{url}/health", log, seconds=180):
        yield f"{url}/api/v1"


@pytest.fixture(scope="session")
def ask(address: str) -> Ask:
    """Return what asks the API, as a user who has signed in."""

    def call(path: str, content: Any = None, **headers: str) -> Any:
        data = None if content is None else json.dumps(content).encode()
        kind = {} if content is None else {"Content-Type": "application/json"}
        request = urllib.request.Request(address + path, data, headers | kind)
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)

    token = call("/security/login", USER | {"provider": "db"})["access_token"]
    signed_in = {"Authorization": f"Bearer {token}"}
    return lambda path, content=None: call(path, content, **signed_in)


def plain(value: Any) -> Any:
    """Return a value as the API writes it: a time in milliseconds since 1970."""
    if isinstance(value, date):
        at = datetime(*value.timetuple()[:6], tzinfo=UTC)
        return at.timestamp() * 1000
    return (
        float(value)
        if isinstance(value, int) and not isinstance(value, bool)
        else value
    )


def is_same(one: Any, other: Any) -> bool:
    """Say whether two values are the same; sums of doubles depend on their order."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-12)
    return bool(one == other)


def in_order(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return rows of text, numbers and nulls in an order that floats do not decide."""
    return sorted(
        rows,
        key=lambda row: [
            f"{value:.6g}" if isinstance(value, float) else str(value) for value in row
        ],
    )


def test_every_chart_has_an_answer_to_compare_with() -> None:
    assert list(WANTED) == [one["question"] for one in CHARTS]


def test_the_dashboard_has_every_chart(ask: Ask) -> None:
    charts = ask("/dashboard/llm-telemetry/charts")["result"]
    assert {chart["slice_name"] for chart in charts} == {*WANTED}
    # the importer gives the chart of each place the number of its own
    assert {chart["id"] for chart in charts} == {
        place["meta"]["chartId"]
        for place in json.loads(
            ask("/dashboard/llm-telemetry")["result"]["position_json"]
        ).values()
        if isinstance(place, dict) and place["type"] == "CHART"
    }


@pytest.mark.parametrize("question", WANTED)
def test_a_chart_shows_what_the_marts_contain(
    question: str, ask: Ask, warehouse: Path
) -> None:
    charts = ask("/dashboard/llm-telemetry/charts")["result"]
    (number,) = (one["id"] for one in charts if one["slice_name"] == question)
    (answer,) = ask(f"/chart/{number}/data/")["result"]
    found = [tuple(map(plain, row.values())) for row in answer["data"]]
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.sql(WANTED[question]).fetchall()
    wanted = [tuple(map(plain, row)) for row in rows]
    assert len(found) == len(wanted) > 0
    pairs = zip(in_order(found), in_order(wanted), strict=True)
    assert not [pair for pair in pairs if not all(map(is_same, *pair))]


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("select * from read_text('/etc/hostname')", "disabled by configuration"),
        ("set enable_external_access = true", "locked"),
        ("delete from marts.build_info", "does not allow for DDL/DML"),
    ],
)
def test_a_query_of_a_user_reads_nothing_but_the_marts(
    sql: str, reason: str, ask: Ask
) -> None:
    (database,) = ask("/database/")["result"]
    with pytest.raises(urllib.error.HTTPError) as refused:
        ask("/sqllab/execute/", {"database_id": database["id"], "sql": sql})
    assert reason in refused.value.read().decode()
