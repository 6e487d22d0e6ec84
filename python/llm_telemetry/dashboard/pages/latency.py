"""How long operations take: over days, for whom, when, and under load."""

from dataclasses import replace

import streamlit as st

from llm_telemetry.charts import compared, latency, load, over_days
from llm_telemetry.charts.members import Measure
from llm_telemetry.dashboard import filters, marts, measures, queries, reading, show

TITLE = "How long do operations take, for whom and when?"

# what latencies can be shown by: dimension of the mart, and the filter that it is
BY = {
    "model": ("model", "model_name"),
    "provider": ("model_provider", "model_provider"),
    "use case": ("use_case", "use_case"),
    "prompt version": ("prompt_version", "prompt_version"),
}
# of the buckets of watched_latencies_by_day
BASE = queries.WATCHED_BASE
# of fewer operations, a p95 is one of the slowest two
LEAST = 20


def draw() -> None:
    """Draw latency over days and members, its distribution, and when it is high."""
    if not marts.count("latencies_by_day"):
        show.empty("No operation with a latency yet", "llm-telemetry run")
        return
    _by_member()
    _by_hour()
    _under_load()


def _by_member() -> None:
    by, per = reading.pick_two("latency", BY, queries.PER)
    dimension, column = BY[by]
    source = queries.watched_latencies(dimension, column)
    where, parameters = reading.condition((filters.DAY, column))
    named = queries.members(source, column, "operations", where, per=per)
    daily = "interaction_date, member, member_rank"
    rows = marts.rows(
        f"{named}, {queries.quantiles('members', daily, BASE)} "
        f"select * from quantiles order by interaction_date, member_rank",
        **parameters,
    )
    st.caption("Quantiles by day and by member are within 2.5 % of those of the calls.")
    title = f"Latency by {by}"
    show.chart(over_days.lines(title, rows, _limited(), reading.zone(), per))
    whole = marts.rows(
        f"{named}, {queries.quantiles('members', 'member, member_rank', BASE)} "
        "select * from quantiles order by member_rank",
        **parameters,
    )
    title = f"Latency of all chosen days, by {by}"
    show.chart(compared.side_by_side(title, whole, measures.QUANTILES))
    show.table(whole, "latencies", measures.labels(by, measures.QUANTILES))
    _distribution(source, where, parameters)


def _limited() -> list[Measure]:
    """Return the quantiles, the SLA beside the p95."""
    p50, p95, p99 = measures.QUANTILES
    title = f"{p95.title}; dashed: the SLA"
    return [p50, replace(p95, title=title, limit=reading.sla_ms()), p99]


def _distribution(source: str, where: str, parameters: dict[str, object]) -> None:
    """Draw a histogram whose bars are three buckets wide, of 16 %."""
    filtered = f"with filtered as (select * from {source} where {where})"
    rows = marts.rows(
        f"""
        {filtered}
        select
            if(latency_bucket = -2147483648, 0e0, pow({BASE}, 3 * place)) as from_ms,
            if(latency_bucket = -2147483648, 0e0, pow({BASE}, 3 * place + 3)) as to_ms,
            sum(operations) as operations
        from (
            select
                *,
                if(
                    latency_bucket = -2147483648, 0, floor(latency_bucket / 3)
                ) as place
            from filtered
        )
        group by all
        order by from_ms
        """,
        **parameters,
    )
    quantiles = marts.rows(
        f"{filtered}, {queries.quantiles('filtered', '', BASE)} "
        "select * from quantiles",
        **parameters,
    )
    show.chart(latency.distribution(rows, quantiles[0], reading.sla_ms()))


def _by_hour() -> None:
    where, parameters = reading.condition((filters.DAY,))
    by = "weekday, hour_of_day"
    rows = marts.rows(
        f"""
        with filtered as (
            select *, isodow(interaction_date) as weekday
            from marts.latencies_by_hour
            where {where}
        ),
        {queries.quantiles("filtered", by)}
        select
            week.weekday,
            clock.hour_of_day,
            coalesce(operations, 0) as operations,
            p95_latency_ms,
            p95_latency_ms_low,
            p95_latency_ms_high,
            if(
                coalesce(operations, 0) < {LEAST},
                coalesce(operations, 0) || ' operations are too few for a p95',
                null
            ) as why
        from unnest(range(1, 8)) as week(weekday)
        cross join unnest(range(24)) as clock(hour_of_day)
        left join quantiles using ({by})
        order by {by}
        """,
        **parameters,
    )
    show.chart(latency.heat_map(rows, reading.zone()))


def _under_load() -> None:
    where, parameters = reading.condition(("model_provider",))
    rows = marts.rows(
        f"select * from marts.latency_by_load where {where} "
        "order by model_provider, min_calls_in_flight",
        **parameters,
    )
    show.chart(load.load(rows))
    days = reading.knob("watch_history_days")
    how_many = "" if days is None else f" {days:,.0f}"
    st.caption(f"Attempts of the last{how_many} days, as `watch_history_days` says.")
