"""A warehouse of a few rows, with the marts that the metrics are read from."""

from collections.abc import Mapping
from pathlib import Path

import duckdb

DAY, NEXT = "2026-03-01", "2026-03-02"
COLUMNS = {
    "build_info": "as_of timestamp",
    "knobs": "knob varchar, setting_text varchar",
    "health_by_day": "interaction_date date, failure_rate double, sla_breach_rate "
    "double, hallucination_rate double, toxicity_rate double, formatting_error_rate "
    "double, feedback_coverage double, average_feedback_score double",
    "usage_by_day": "interaction_date date, use_case varchar, model_provider varchar, "
    "model_name varchar, prompt_version varchar, interactions bigint, operations "
    "bigint, known_outcomes bigint, failures bigint, measured_latencies bigint, "
    "sla_breaches bigint, costed_interactions bigint, cost_usd decimal(38, 12), "
    "total_tokens bigint",
    "latencies_by_day": "interaction_date date, use_case varchar, latency_bucket "
    "bigint, operations bigint",
    "model_latencies_by_day": "interaction_date date, model_provider varchar, "
    "model_name varchar, p50_latency_ms double, p95_latency_ms double, p99_latency_ms "
    "double",
    "budget_burn": "interaction_date date, budget varchar, window_days bigint, "
    "burn_rate double, budget_remaining double",
    "burn_alerts": "interaction_date date, alert varchar, severity varchar, status "
    "varchar",
    "cost_forecast": "budget_usd double, month_to_date_usd double, forecast_usd "
    "double, forecast_low_usd double, forecast_high_usd double, "
    "over_budget_probability double",
    "anomalies": "interaction_date date, metric varchar, dimension varchar, member "
    "varchar, window_days bigint, verdict varchar",
    "alert_history": "episode varchar, rule_id varchar, severity varchar, resolved_at "
    "timestamp",
}
OPTIONAL = ("anomalies", "alert_history")
USUAL = {
    "build_info": f"('{NEXT} 11:00')",
    "knobs": "('business_time_zone', 'UTC')",
    "health_by_day": f"('{DAY}', .1, .2, null, 0, null, .5, 4.5), "
    f"('{NEXT}', .9, .9, .9, .9, .9, .9, 9)",
    "usage_by_day": f"('{DAY}', 'chat', 'openai', 'a', 'v1', 10, 8, 8, 2, 6, 3, 9, "
    "1.000000000001, 1000), "
    f"('{DAY}', 'chat', 'openai', 'a', 'v2', 10, 8, 0, 0, 0, 0, 9, .25, 500), "
    f"('{DAY}', 'code', 'anthropic', 'b', 'v1', 5, 5, 0, 0, 0, 0, 0, null, null), "
    f"('{NEXT}', 'chat', 'openai', 'a', 'v1', 99, 99, 99, 99, 99, 99, 99, 99, 99)",
    "latencies_by_day": f"('{DAY}', 'chat', 348, 90), ('{DAY}', 'chat', 400, 10), "
    f"('{DAY}', 'code', -2147483648, 1), ('{NEXT}', 'chat', 500, 1)",
    "model_latencies_by_day": f"('{DAY}', 'openai', 'a', 1000, 2000, 3000), "
    f"('{DAY}', 'anthropic', 'b', null, null, null)",
    "budget_burn": f"('{DAY}', 'failures', 1, 2.5, -1.5), "
    f"('{DAY}', 'failures', 28, .5, .5), ('{DAY}', 'cost', 1, null, null)",
    "burn_alerts": f"('{DAY}', '1d', 'page', 'firing'), ('{DAY}', '3d', 'page', 'ok'), "
    f"('{NEXT}', '1d', 'ticket', 'firing')",
    "cost_forecast": "(100, 20, 60, 50, 70, .25)",
    "anomalies": f"('{DAY}', 'failure_rate', 'model_provider', 'openai', 1, 'higher'), "
    f"('{DAY}', 'failure_rate', 'model_provider', 'openai', 7, 'normal'), "
    f"('{DAY}', 'failure_rate', 'use_case', 'chat', 1, 'normal'), "
    f"('{DAY}', 'cost_usd', 'all', 'all', 1, 'incomplete_day'), "
    f"('{NEXT}', 'failure_rate', 'use_case', 'chat', 1, 'higher')",
    "alert_history": "('e1', 'failures', 'critical', null), "
    "('e2', 'failures', 'critical', null), ('e3', 'latency', 'warning', now())",
}


def made(
    file: Path,
    *,
    without: tuple[str, ...] = OPTIONAL,
    rows: Mapping[str, str] | None = None,
) -> Path:
    """Replace a warehouse, with other rows for some marts and without others."""
    new = file.with_suffix(".new")
    with duckdb.connect(str(new)) as connection:
        connection.execute("create schema marts")
        for mart, columns in COLUMNS.items():
            if mart in without:
                continue
            connection.execute(f"create table marts.{mart} ({columns})")
            if values := {**USUAL, **(rows or {})}[mart]:
                connection.execute(f"insert into marts.{mart} values {values}")
    new.replace(file)
    return file
