"""Quality: weeks and lengths of prompts are all drawn, in their order."""

import shutil

import duckdb
import pytest
from conftest import World, page
from test_explore import drawn
from test_measures import merged

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


@pytest.fixture(scope="module")
def reviewed(real: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A warehouse with an evaluator, and reviewers with and without an interval."""
    copy = tmp_path_factory.mktemp("reviewed") / "w.duckdb"
    shutil.copyfile(real.warehouse, copy)
    with duckdb.connect(str(copy)) as connection:
        for dimension, labels, ends, reasons in (
            ("bad_answer", 250, ".75, .5, .875", ""),
            ("tone", 60, ".25, null, null", "low_n"),
            ("style", 40, "null, null, null", "low_n"),
        ):
            connection.execute(
                "insert into marts.evaluators by name select "
                f"'{dimension}' as dimension, 'reviewers' as evaluator, '' as "
                "evaluator_version, 'person' as evaluator_kind, 0 as interactions, "
                f"{labels} as labels, .9 as agreement, {reasons!r} as reasons, "
                "'measured' as status, alpha, alpha_low, alpha_high "
                f"from (values ({ends})) as t(alpha, alpha_low, alpha_high)"
            )
        connection.execute(
            "insert into marts.evaluators by name select 'bad_answer' as dimension, "
            "'off_topic' as evaluator, '1' as evaluator_version, 'code' as "
            "evaluator_kind, 100 as interactions, 80 as labels, .75 as auc, "
            "'useful' as status, '' as reasons"
        )
        connection.execute(
            "insert into marts.reviews by name select 'a' as interaction_id, "
            "'bad_answer' as dimension, 2 as reviewers, 1 as failure_reviews, "
            "1 as ok_reviews, true as is_conflicting"
        )
    return World(copy, real.out_dir)


def test_reviewers_have_their_agreement(reviewed: World) -> None:
    test = page("quality", reviewed)
    found = merged(drawn(test, "Krippendorff's alpha"), "member")
    assert set(found) == {"bad_answer", "tone", "style"}
    row = found["bad_answer"]
    assert (row["alpha"], row["alpha_low"], row["alpha_high"]) == (0.75, 0.5, 0.875)
    assert found["tone"]["alpha"] == 0.25
    assert "alpha_low" not in found["tone"]
    assert found["style"]["why"] == "all labels are the same"
    assert set(merged(drawn(test, "AUC: "), "member")) == {"off_topic 1 (bad_answer)"}


def test_without_reviews_nothing_is_said_of_reviewers(real: World) -> None:
    test = page("quality", real)
    shown = " ".join(one.proto.alt for one in test.get("vega_lite_chart"))
    assert "Krippendorff" not in shown
