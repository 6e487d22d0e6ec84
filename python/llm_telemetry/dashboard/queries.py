"""What the queries of several pages share: members by traffic, quantiles of buckets."""

from llm_telemetry.charts.spec import MOST_MEMBERS
from llm_telemetry.dashboard.formulas import Z

MODEL = "model_provider || ' / ' || model_name"
# what a page can be shown by, and the SQL of a member
BY = {
    "model": MODEL,
    "provider": "model_provider",
    "use case": "use_case",
    "prompt version": "prompt_version",
}
LEVELS = {"p50": "50e-2", "p95": "95e-2", "p99": "99e-2"}
# of latency buckets, as the macros log_bucket and watch_bucket_base have them
BASE, WATCHED_BASE = "1.02e0", "1.05e0"


# how long a point of a line is
PER = ("day", "week")


def members(
    source: str, member: str, traffic: str, where: str, *, per: str = ""
) -> str:
    """Return CTEs, the last of which is ``members``: rows of a relation by member.

    The ten with most ``traffic`` keep their name, all others are one member; their rank
    is ``member_rank``. Per week, a day becomes the Monday of its week.
    """
    monday = "cast(date_trunc('week', interaction_date) as date)"
    replaced = f"replace ({monday} as interaction_date)" if per == PER[1] else ""
    return f"""
        with filtered as (select * {replaced} from {source} where {where}),
        ranked as (
            select
                {member} as member,
                row_number() over (
                    order by sum({traffic}) desc nulls last, {member}
                ) as traffic_rank,
                count(*) over () as member_count
            from filtered
            group by {member}
        ),
        members as (
            select
                filtered.*,
                if(
                    traffic_rank <= {MOST_MEMBERS},
                    ranked.member,
                    'other (' || (member_count - {MOST_MEMBERS}) || ')'
                ) as member,
                least(traffic_rank, {MOST_MEMBERS + 1}) as member_rank
            from filtered
            inner join ranked on {member} = ranked.member
        )"""


def by_member(
    source: str,
    member: str,
    columns: str,
    where: str,
    *,
    traffic: str = "interactions",
    per: str = "",
) -> str:
    """Return a query of sums by member, as ``members`` has them, in their order.

    ``columns`` are aggregates of the relation; with ``per``, there is a row for each
    member on each day or week.
    """
    day = "interaction_date, " if per else ""
    return f"""
        {members(source, member, traffic, where, per=per)}
        select {day}member, member_rank, {columns}
        from members
        group by {day}member, member_rank
        order by {day}member_rank"""


def watched_latencies(dimension: str, column: str) -> str:
    """Return a relation of latency buckets by day and member, which ``column`` names.

    The base of the buckets is WATCHED_BASE.
    """
    return f"""(
        select interaction_date, member as {column}, latency_bucket, operations
        from marts.watched_latencies_by_day
        where dimension = '{dimension}'
    )"""


def quantiles(source: str, by: str, base: str = BASE) -> str:
    """Return a CTE ``quantiles``: those of latencies of a relation of buckets.

    ``base`` is that of the buckets: a quantile of their sums is within half of what it
    exceeds 1 by; those of days cannot be averaged. Their 95 % intervals are by rank,
    and null of too few operations to have one.
    """
    keys = f"{by}, " if by else ""
    partition = f"partition by {by}" if by else ""
    return f"""
        cumulative as (
            select
                {keys}latency_bucket,
                sum(sum(operations)) over (
                    {partition} order by latency_bucket
                ) as up_to,
                sum(sum(operations)) over ({partition}) as all_operations
            from {source}
            group by {keys}latency_bucket
        ),
        quantiles as (
            select
                {keys}max(all_operations) as operations,
                {", ".join(_quantile(*level, base) for level in LEVELS.items())}
            from cumulative
            {f"group by {by}" if by else ""}
        )"""


def _quantile(name: str, level: str, base: str) -> str:
    place = f"{level} * all_operations"
    margin = f"{Z} * sqrt(all_operations * {level} * (1 - {level}))"
    ends = {
        "": f"up_to >= {place}",
        "_low": f"{place} - {margin} between 1 and up_to",
        "_high": f"up_to >= {place} + {margin} + 1",
    }
    return ", ".join(
        f"{_middle(f'min(latency_bucket) filter (where {condition})', base)} "
        f"as {name}_latency_ms{end}"
        for end, condition in ends.items()
    )


def _middle(bucket: str, base: str) -> str:
    """Return the harmonic mean of both ends of a bucket; 0 ms has one of its own."""
    return f"if({bucket} = -2147483648, 0e0, {_ends(bucket, base)})"


def _ends(bucket: str, base: str) -> str:
    return f"2e0 / (1 / pow({base}, {bucket}) + 1 / pow({base}, {bucket} + 1))"
