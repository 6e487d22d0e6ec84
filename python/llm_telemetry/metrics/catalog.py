"""Which marts the metrics are read from: a query each, and a metric per column.

A query returns the labels that it names, and one column per metric. Every metric is a
gauge: counts are of one day, so that they may be summed over labels, not over time.
"""

from collections.abc import Mapping
from dataclasses import dataclass

PREFIX = "llm_telemetry"
# values of a label: the rest of them are one value
MAX_MEMBERS = 50
OTHER = "(other)"
# of traffic, which decides which values are kept
TRAFFIC_DAYS = 28


@dataclass(frozen=True)
class Query:
    """A query and the metrics that its columns are, by column, with help texts.

    ``needs`` are columns, as mart.column, without which the query is left out: of marts
    that not every warehouse has.
    """

    sql: str
    metrics: Mapping[str, str]
    labels: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


def _kept(column: str) -> str:
    """Return the members of a column with the most traffic."""
    return f"""
        select {column} from marts.usage_by_day
        where interaction_date between $day - {TRAFFIC_DAYS - 1} and $day
        group by {column}
        order by sum(interactions) desc, {column}
        limit {MAX_MEMBERS}"""


def _member(column: str) -> str:
    """Return a column with its less frequent members as one."""
    kept = f"kept_{column}s"
    return f"if({column} in (from {kept}), {column}, '{OTHER}')"


def _quantile(share: float) -> str:
    """Return a quantile in seconds, the middle of a bucket as in the marts."""
    bucket = f"min(latency_bucket) filter (where up_to >= {share} * all_operations)"
    middle = f"2e0 / (1 / pow(1.02e0, {bucket}) + 1 / pow(1.02e0, {bucket} + 1))"
    return f"if({bucket} > -2147483648, {middle}, 0e0) / 1000"


def _quantiles(by: str, prefix: str, group: str = "") -> str:
    columns = ", ".join(
        f"{_quantile(share)} as {prefix}latency_{name}_seconds"
        for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
    )
    return f"""
    with kept_use_cases as ({_kept("use_case")}),
    buckets as (
        select {by} as member, latency_bucket, sum(operations) as operations
        from marts.latencies_by_day where interaction_date = $day
        group by member, latency_bucket
    ),
    cumulative_buckets as (
        select
            *,
            sum(operations) over (partition by member) as all_operations,
            sum(operations) over (
                partition by member order by latency_bucket
            ) as up_to
        from buckets
    )
    select {f"member as {group}, " if group else ""}{columns}
    from cumulative_buckets group by member order by member"""


OF_DAY = "of the last full business day"
USAGE = Query(
    f"""
    with kept_use_cases as ({_kept("use_case")}),
    kept_model_names as ({_kept("model_name")}),
    kept_model_providers as ({_kept("model_provider")})
    select
        {_member("use_case")} as use_case,
        {_member("model_provider")} as provider,
        {_member("model_name")} as model,
        sum(interactions) as interactions,
        sum(operations) as operations,
        sum(known_outcomes) as known_outcomes,
        sum(failures) as failures,
        sum(measured_latencies) as measured_latencies,
        sum(sla_breaches) as sla_breaches,
        sum(costed_interactions) as costed_interactions,
        sum(cost_usd) as cost_usd,
        sum(total_tokens) as tokens
    from marts.usage_by_day where interaction_date = $day
    group by all order by all""",
    {
        "interactions": f"Calls, every attempt counted, {OF_DAY}.",
        "operations": f"Operations, an operation with its retries once, {OF_DAY}.",
        "known_outcomes": f"Operations whose outcome is known, {OF_DAY}.",
        "failures": f"Operations known to have failed, {OF_DAY}.",
        "measured_latencies": f"Operations whose latency is known, {OF_DAY}.",
        "sla_breaches": f"Operations slower than the knob sla_ms, {OF_DAY}.",
        "costed_interactions": f"Calls whose cost is known, {OF_DAY}.",
        "cost_usd": f"Known cost in US dollars, {OF_DAY}.",
        "tokens": f"Known tokens, input and output, {OF_DAY}.",
    },
    ("use_case", "provider", "model"),
)
HEALTH = Query(
    """
    select
        failure_rate as failure_ratio,
        sla_breach_rate as sla_breach_ratio,
        hallucination_rate as hallucination_ratio,
        toxicity_rate as toxicity_ratio,
        formatting_error_rate as formatting_error_ratio,
        feedback_coverage as feedback_coverage_ratio,
        average_feedback_score as feedback_score
    from marts.health_by_day where interaction_date = $day""",
    {
        "failure_ratio": f"Failures over known outcomes, {OF_DAY}.",
        "sla_breach_ratio": f"SLA breaches over measured latencies, {OF_DAY}.",
        "hallucination_ratio": f"Answers that hallucinated over known, {OF_DAY}.",
        "toxicity_ratio": f"Toxic answers over known, {OF_DAY}.",
        "formatting_error_ratio": f"Answers of a broken format over known, {OF_DAY}.",
        "feedback_coverage_ratio": f"Rated calls over all calls, {OF_DAY}.",
        "feedback_score": f"Mean score of the rated calls, {OF_DAY}.",
    },
)


def _latency_helps(prefix: str, whose: str) -> dict[str, str]:
    words = {"p50": "Median", "p95": "95th percentile", "p99": "99th percentile"}
    return {
        f"{prefix}latency_{name}_seconds": f"{word} of the latency {whose}, {OF_DAY}."
        for name, word in words.items()
    }


LATENCIES = Query(
    _quantiles("'all'", ""),
    _latency_helps("", "of operations, within 1 %"),
)
USE_CASE_LATENCIES = Query(
    _quantiles(_member("use_case"), "use_case_", "use_case"),
    _latency_helps("use_case_", "of a use case's operations, within 1 %"),
    ("use_case",),
)
MODEL_LATENCIES = Query(
    f"""
    with kept_model_names as ({_kept("model_name")})
    select
        model_provider as provider,
        model_name as model,
        p50_latency_ms / 1000 as model_latency_p50_seconds,
        p95_latency_ms / 1000 as model_latency_p95_seconds,
        p99_latency_ms / 1000 as model_latency_p99_seconds
    from marts.model_latencies_by_day
    where interaction_date = $day and model_name in (from kept_model_names)
    order by all""",
    _latency_helps("model_", "of a model's calls, every attempt counted"),
    ("provider", "model"),
)


def _ratios(prefix: str, columns: Mapping[str, str]) -> Query:
    kept = ", ".join(
        f"kept_{column}s as ({_kept(column)})" for column in columns.values()
    )
    members = ", ".join(
        f"{_member(column)} as {label}" for label, column in columns.items()
    )
    whose = f"of a {prefix.replace('_', ' ')}"
    return Query(
        f"""
        with {kept}
        select
            {members},
            sum(failures) / nullif(sum(known_outcomes), 0) as {prefix}_failure_ratio,
            sum(sla_breaches) / nullif(sum(measured_latencies), 0)
                as {prefix}_sla_breach_ratio
        from marts.usage_by_day where interaction_date = $day
        group by all order by all""",
        {
            f"{prefix}_failure_ratio": f"Failures over known outcomes {whose}, "
            f"{OF_DAY}.",
            f"{prefix}_sla_breach_ratio": f"SLA breaches over measured latencies "
            f"{whose}, {OF_DAY}.",
        },
        tuple(columns),
    )


USE_CASES = _ratios("use_case", {"use_case": "use_case"})
MODELS = _ratios("model", {"provider": "model_provider", "model": "model_name"})
BUDGETS = {"failures": "failure", "sla": "sla", "cost": "cost"}
BURN = Query(
    "select "
    + ", ".join(
        f"max(burn_rate) filter (where budget = '{budget}' and window_days = 1) "
        f"as {name}_budget_burn_ratio, "
        f"max(budget_remaining) filter (where budget = '{budget}' and window_days = "
        f"(select max(window_days) from marts.budget_burn)) "
        f"as {name}_budget_remaining_ratio"
        for budget, name in BUDGETS.items()
    )
    + " from marts.budget_burn where interaction_date = $day",
    {
        f"{name}_budget_{kind}_ratio": help.format(name=name)
        for name in BUDGETS.values()
        for kind, help in (
            ("burn", f"Spent over allowed by the {{name}} budget, {OF_DAY}."),
            ("remaining", "Share of the {name} budget that its longest window left."),
        )
    },
)
BURN_ALERTS = Query(
    """
    select severity, count(alert) as burn_alerts
    from (values ('page'), ('ticket')) as severities (severity)
    left join (
        from marts.burn_alerts where interaction_date = $day and status = 'firing'
    ) using (severity)
    group by severity order by severity""",
    {"burn_alerts": f"Burn alerts that fire, {OF_DAY}."},
    ("severity",),
)
FORECAST = Query(
    """
    select
        budget_usd as month_budget_usd,
        month_to_date_usd as month_cost_usd,
        forecast_usd as month_forecast_usd,
        forecast_low_usd as month_forecast_low_usd,
        forecast_high_usd as month_forecast_high_usd,
        over_budget_probability as month_over_budget_probability
    from marts.cost_forecast""",
    {
        "month_budget_usd": "Budget of the month of the newest call, in US dollars.",
        "month_cost_usd": "Known cost of that month to date, in US dollars.",
        "month_forecast_usd": "Median forecast of that month, in US dollars.",
        "month_forecast_low_usd": "Lower end of its 90 % interval, in US dollars.",
        "month_forecast_high_usd": "Upper end of its 90 % interval, in US dollars.",
        "month_over_budget_probability": "Probability that it exceeds the budget.",
    },
)
OPEN_ALERTS = Query(
    """
    select severity, count(rule_id) as open_alerts
    from (values ('warning'), ('critical')) as severities (severity)
    left join (from marts.alert_history where resolved_at is null) using (severity)
    group by severity order by severity""",
    {"open_alerts": "Alerts that are open, by the ledger that the build read."},
    ("severity",),
    ("alert_history.rule_id", "alert_history.severity", "alert_history.resolved_at"),
)
RULES = Query(
    """
    select rule_id, severity, count(*) as rule_open_alerts
    from marts.alert_history where resolved_at is null
    group by all order by all""",
    {"rule_open_alerts": "Alerts of a rule that are open, by the same ledger."},
    ("rule_id", "severity"),
    OPEN_ALERTS.needs,
)
JUDGED = """
    with judged as (
        select
            dimension,
            member,
            metric,
            bool_or(verdict in ('higher', 'lower')) as is_anomalous,
            bool_or(verdict in ('higher', 'lower', 'normal')) as is_judged
        from marts.anomalies
        where interaction_date = (
            select max(interaction_date) from marts.anomalies
            where interaction_date <= $day
        )
        group by all
    )
"""
ANOMALY_COLUMNS = ("interaction_date", "metric", "dimension", "member", "verdict")
ANOMALY_NEEDS = tuple(f"anomalies.{column}" for column in ANOMALY_COLUMNS)
ANOMALIES = Query(
    f"""{JUDGED}
    select
        count(*) filter (where is_judged) as judged_series,
        count(*) filter (where not is_judged) as unjudged_series,
        count(*) filter (where is_anomalous) as anomalous_series
    from judged""",
    {
        "judged_series": "Watched series, a metric of a member each, with a verdict.",
        "unjudged_series": "Watched series without enough traffic or history.",
        "anomalous_series": "Watched series that are higher or lower than usual.",
    },
    (),
    ANOMALY_NEEDS,
)


def _anomalies_of(dimension: str, label: str) -> Query:
    return Query(
        f"""{JUDGED}
        select
            member as {label},
            count(*) filter (where is_anomalous) as {label}_anomalous_series
        from judged where dimension = '{dimension}'
        group by member order by member""",
        {
            f"{label}_anomalous_series": f"Watched series of a "
            f"{label.replace('_', ' ')} that are higher or lower than usual.",
        },
        (label,),
        ANOMALY_NEEDS,
    )


QUERIES = (
    *(HEALTH, LATENCIES, USAGE, USE_CASES, USE_CASE_LATENCIES, MODELS),
    *(MODEL_LATENCIES, BURN, BURN_ALERTS, FORECAST, OPEN_ALERTS, RULES, ANOMALIES),
    _anomalies_of("use_case", "use_case"),
    _anomalies_of("model_provider", "provider"),
    _anomalies_of("model", "model"),
)
