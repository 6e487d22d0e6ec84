"""Overview: its figures are those of the calls, and unknown where few calls say it."""

import shutil
from pathlib import Path

import duckdb
import pytest
from conftest import World, page
from test_explore import drawn, rows
from test_measures import merged

from llm_telemetry.artifact.wording import number, percent
from llm_telemetry.dashboard.pages.overview import DAYS


def figures(world: World) -> dict[str, str]:
    """Return the figures of the page, by their label."""
    test = page("overview", world)
    assert not test.exception
    return {one.label: one.value for one in test.metric}


def changed(real: World, folder: Path, *statements: str) -> World:
    """Return a world whose marts were changed."""
    copy = shutil.copyfile(real.warehouse, folder / "w.duckdb")
    with duckdb.connect(str(copy)) as connection:
        for statement in statements:
            connection.execute(statement)
    return World(copy, real.out_dir)


def test_figures_are_those_of_the_calls(real: World) -> None:
    ((calls, usd, tokens, flagged, feedback),) = rows(
        real,
        "select count(*), sum(cost_usd), sum(total_tokens), "
        "avg(hallucination_flag::int), avg(user_feedback_score) "
        "from marts.interactions where interaction_date > "
        f"(select max(interaction_date) - {DAYS} from marts.interactions)",
    )
    found = figures(real)
    assert found["Requests"] == f"{calls:,}"
    assert found["Cost"] == f"{number(usd)} USD"
    assert found["Tokens"] == f"{tokens:,}"
    assert found["Hallucinations"] == percent(flagged)
    assert found["Feedback"] == number(feedback)


def test_a_cost_or_tokens_that_no_call_has_are_unknown(
    real: World, tmp_path: Path
) -> None:
    world = changed(
        real,
        tmp_path,
        "update marts.usage_by_day set costed_interactions = 0, cost_usd = 0, "
        "total_tokens = 0",
        "update marts.answers_by_day set tokened_interactions = 0, total_tokens = 0",
    )
    found = figures(world)
    assert found["Cost"].startswith("unknown")
    assert found["Tokens"] == "unknown"
    assert found["Requests"] == figures(real)["Requests"]


@pytest.mark.parametrize(
    ("values", "flagged", "feedback"), [(29, "unknown", "unknown"), (30, "10.0%", "2")]
)
def test_of_fewer_than_30_values_there_is_no_estimate(
    values: int, flagged: str, feedback: str, real: World, tmp_path: Path
) -> None:
    last = "where rowid = (select arg_max(rowid, interaction_date) from {})"
    usage, answers = "marts.usage_by_day", "marts.answers_by_day"
    world = changed(
        real,
        tmp_path,
        f"update {usage} set hallucinations = 0, known_hallucination_flags = 0",
        f"update {usage} set hallucinations = 3, known_hallucination_flags = {values} "
        + last.format(usage),
        f"update {answers} set rated_interactions = 0, feedback_score_sum = 0, "
        "feedback_score_squares = 0",
        f"update {answers} set rated_interactions = {values}, "
        f"feedback_score_sum = 2 * {values}, feedback_score_squares = 4 * {values} "
        + last.format(answers),
    )
    found = figures(world)
    assert (found["Hallucinations"], found["Feedback"]) == (flagged, feedback)


def test_days_and_shares_are_those_of_the_calls(real: World) -> None:
    test = page("overview", real)
    found = merged(drawn(test, "of all by day, from"), "interaction_date")
    within = (
        "from marts.interactions where interaction_date > "
        f"(select max(interaction_date) - {DAYS} from marts.interactions)"
    )
    calls = rows(
        real,
        "select interaction_date::varchar, count(*), sum(cost_usd), "
        f"avg(is_operation_failure::int), avg(is_operation_sla_breach::int) {within} "
        "group by 1",
    )
    assert len(found) == len(calls) == DAYS
    for day, count, usd, failed, breached in calls:
        row = found[f"{day}T00:00:00Z"]
        assert row["interactions"] == count
        assert row["cost_usd"] == pytest.approx(usd)
        assert row["failure_rate"] == pytest.approx(failed)
        assert row["sla_breach_rate"] == pytest.approx(breached)
    shares = {
        (row["interaction_date"][:10], row["member"]): row["interactions"]
        for row in drawn(test, "requests (attempts) of ")
    }
    cases = rows(
        real,
        f"select interaction_date::varchar, use_case, count(*) {within} group by all",
    )
    assert shares == {(day, name): count for day, name, count in cases}
