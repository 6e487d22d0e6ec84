"""Overview: its figures are those of the calls, and unknown where few calls say it."""

import shutil
from pathlib import Path

import duckdb
import pytest
from conftest import World, page
from test_explore import rows

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
