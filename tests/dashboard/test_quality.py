"""Quality: weeks and lengths of prompts are all drawn, in their order."""

import shutil

import duckdb
import pytest
from conftest import World, page
from test_explore import drawn

WEEKS = [f"2025-W{week:02}" for week in range(1, 15)]
BANDS = [2**power for power in range(14)]


@pytest.fixture(scope="module")
def many(real: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A warehouse of 14 weeks with rates, the last one busiest, and of 14 lengths."""
    copy = tmp_path_factory.mktemp("many") / "w.duckdb"
    shutil.copyfile(real.warehouse, copy)
    with duckdb.connect(str(copy)) as connection:
        for place, week in enumerate(WEEKS):
            connection.execute(
                "insert into marts.quality_rates by name "
                "select 'bad_answer' as dimension, 'none' as evaluator, "
                "'' as evaluator_version, 'week' as scope_kind, "
                f"'{week}' as scope, {100 + place} as interactions, "
                "10 as sessions, 20 as audits, 20 as audit_labels, "
                "0.25 as rate, 0.125 as rate_low, 0.5 as rate_high, "
                "'rate' as verdict, '' as reasons"
            )
        connection.execute(
            "update marts.answers_by_day set min_prompt_tokens = "
            f"pow(2, rowid % {len(BANDS)})::bigint"
        )
    return World(copy, real.out_dir)


def places(text: str, names: list[str]) -> list[int]:
    """Return where each name stands in a text."""
    return [text.index(name) for name in names]


def test_weeks_are_all_drawn_by_time(many: World) -> None:
    test = page("quality", many, quality_scope="week")
    (alt,) = (
        one.proto.alt
        for one in test.get("vega_lite_chart")
        if one.proto.alt.startswith("bad answers, of all")
    )
    assert places(alt, WEEKS) == sorted(places(alt, WEEKS))
    known = [row for row in drawn(test, "bad answers, of all") if "rate" in row]
    names = [f"{week}, bad_answer: labels alone" for week in WEEKS]
    assert list(dict.fromkeys(row["member"] for row in known)) == names


def test_lengths_are_all_drawn_by_length(many: World) -> None:
    found = drawn(page("quality", many), "8,192 to 16,383 tokens")
    names = ["1 tokens", *(f"{low:,} to {2 * low - 1:,} tokens" for low in BANDS[1:])]
    known = [row["member"] for row in found if "hallucination_rate" in row]
    assert list(dict.fromkeys(known)) == names
