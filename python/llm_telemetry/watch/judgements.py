"""The parts of the events that say how a day was judged."""

import math
from collections.abc import Callable, Sequence
from datetime import date

from llm_telemetry.watch.judging import RANKS, Judged
from llm_telemetry.watch.state import Episode, Event, Key, Member, member_row


def clear_days(episode: Episode, quiet: Sequence[Member]) -> int:
    """Return the quiet days of the member that has fewest, with this one."""
    days = [member.clear_days + (member in quiet) for member in episode.open_members]
    return min(days, default=0)


def row(one: Judged) -> Event:
    """Return a member as the events that open an alert have it."""
    seen = one.observation
    return member_row(
        Member(
            dimension=seen.dimension,
            member=seen.member,
            window_days=seen.window_days,
            first_day=date.min,
            last_day=date.min,
            value=seen.value,
            baseline=seen.baseline,
            ratio=seen.ratio,
            p_value=seen.p_value,
        )
    )


def is_as_judged(episode: Episode, judge: Callable[[date], Sequence[Judged]]) -> bool:
    """Return whether a member still has the value with which it became an alert."""
    return any(
        member.value is not None
        and one.observation.value is not None
        and math.isclose(member.value, one.observation.value, rel_tol=0.01)
        for member in episode.members.values()
        if member.first_day in episode.firing
        for one in judge(member.first_day)
        if one.key == member.key and one.observation.window_days == member.window_days
    )


def verdict(judged: Sequence[Judged], firing: dict[Key, Judged]) -> str:
    """Return the worst level of a day; of no alert, whether anything was judged."""
    if firing:
        return max((one.level for one in firing.values()), key=RANKS.__getitem__)
    levels = {"quiet" if one.is_firing else one.level for one in judged}
    for level in ("quiet", "insufficient"):
        if level in levels:
            return level
    return "unmeasured"
