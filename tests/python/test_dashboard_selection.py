"""A search is literal and ignores case; filters select what they say."""

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_telemetry.dashboard.selection import (
    ATTRIBUTES,
    CHOICES,
    KEYS,
    MOST_SHOWN,
    NAMES,
    SHOWN,
    Selection,
    chosen,
)

TYPES = {
    "timestamp_utc": "timestamp",
    "is_failure": "boolean",
    "hallucination_flag": "boolean",
    "is_sla_breach": "boolean",
    "latency_ms": "double",
    "cost_usd": "double",
    "total_tokens": "bigint",
    "attempt_index": "bigint",
}
COLUMNS = list(dict.fromkeys([*KEYS.split(", "), *ATTRIBUTES, *NAMES, *SHOWN, *TYPES]))
# wildcards of LIKE, quotes, letters of several cases, and what is no letter
LETTERS = st.text(
    st.sampled_from(
        "%_\\'\"aAbB \u00e4\u00c4\u00df\u0130\u03a3\u03c3\u03c2\u01c5*[](\U0001f600"
    ),
    max_size=6,
)
ANYTHING = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
TEXTS = st.one_of(LETTERS, ANYTHING)
some = settings(max_examples=150, deadline=None)


@pytest.fixture(scope="module")
def marts() -> Iterator[duckdb.DuckDBPyConnection]:
    """Return a connection with both marts, which each test fills."""
    with duckdb.connect() as connection:
        connection.execute("create schema marts")
        columns = ", ".join(f"{name} {TYPES.get(name, 'varchar')}" for name in COLUMNS)
        connection.execute(f"create table marts.interactions ({columns})")
        connection.execute(
            "create table marts.contents (interaction_id varchar, prompt_text varchar, "
            "response_text varchar, prompt_chars bigint, source varchar)"
        )
        yield connection


def fill(
    marts: duckdb.DuckDBPyConnection,
    rows: list[dict[str, Any]],
    prompts: list[str | None] = (),  # type: ignore[assignment]
) -> None:
    """Replace the rows of both marts; calls are numbered, the last is the newest."""
    marts.execute("truncate marts.interactions")
    marts.execute("truncate marts.contents")
    for number, row in enumerate(rows):
        whole = {
            "interaction_id": f"i{number}",
            "operation_id": f"i{number}",
            "source": "otlp",
            "timestamp_utc": f"2026-01-01 00:{number // 60:02}:{number % 60:02}",
            **row,
        }
        names, marks = ", ".join(whole), ", ".join("?" for _ in whole)
        marts.execute(
            f"insert into marts.interactions ({names}) values ({marks})",
            list(whole.values()),
        )
    for number, prompt in enumerate(prompts):
        marts.execute(
            "insert into marts.contents values (?, ?, ?, 1, 'otlp')",
            [f"i{number}", prompt, "an answer"],
        )


def shown(
    marts: duckdb.DuckDBPyConnection, selection: Selection
) -> list[dict[str, Any]]:
    result = marts.execute(selection.shown(), selection.arguments() or None)
    names = [one[0] for one in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def counted(marts: duckdb.DuckDBPyConnection, selection: Selection) -> int:
    result = marts.execute(selection.counted(), selection.arguments() or None)
    (row,) = result.fetchall()
    return int(row[0])


def folded(text: str) -> str:
    """Return a text in lower case, letter by letter, each of which stays one."""
    return "".join("i" if one == "\u0130" else one.lower() for one in text)


@some
@given(prompts=st.lists(st.one_of(st.none(), TEXTS), max_size=6), text=TEXTS)
def test_a_search_of_prompts_finds_what_python_finds(
    marts: duckdb.DuckDBPyConnection, prompts: list[str | None], text: str
) -> None:
    fill(marts, [{} for _ in prompts], prompts)
    selection = Selection(text=text, place="prompts")
    found = {
        row["interaction_id"]: row.get("matches") for row in shown(marts, selection)
    }
    expected = {
        f"i{number}": folded(prompt).count(folded(text))
        for number, prompt in enumerate(prompts)
        if prompt is not None and folded(text) in folded(prompt)
    }
    if not text:
        # nothing was searched for
        expected = dict.fromkeys(f"i{number}" for number in range(len(prompts)))
    assert found == expected
    assert counted(marts, selection) == len(expected)


@some
@given(
    rows=st.lists(
        st.dictionaries(
            st.sampled_from(["user_id", "error_type", "trace_id", "use_case"]),
            st.one_of(st.none(), TEXTS),
        ),
        max_size=5,
    ),
    text=TEXTS.filter(bool),
)
def test_a_search_of_attributes_finds_what_python_finds(
    marts: duckdb.DuckDBPyConnection, rows: list[dict[str, Any]], text: str
) -> None:
    fill(marts, rows)
    found = {row["interaction_id"] for row in shown(marts, Selection(text=text))}
    expected = set()
    for number, row in enumerate(rows):
        names = dict.fromkeys(NAMES, "unknown")
        known = {name: value for name, value in row.items() if value is not None}
        whole = {"id": f"i{number}", "source": "otlp", **names, **known}
        if any(folded(text) in folded(value) for value in whole.values()):
            expected.add(f"i{number}")
    assert found == expected


def test_case_is_ignored_and_wildcards_are_letters(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    fill(marts, [{}] * 4, ["100%_SURE", "100 unsure", "\u0130STANBUL", "\u00c4rger"])

    def found(text: str) -> list[str]:
        rows = shown(marts, Selection(text=text, place="prompts"))
        return [row["interaction_id"] for row in rows]

    assert found("100%_sure") == ["i0"]
    assert found("%") == ["i0"]
    assert found("1__") == []
    assert found("istanbul") == ["i2"]
    assert found("\u00e4RGER") == ["i3"]
    assert found("' or true --") == []


def test_most_matches_come_first_then_the_newest(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    fill(marts, [{}] * 4, ["late late", "late", "early", "late"])
    rows = shown(marts, Selection(text="LATE", place="prompts"))
    assert [(row["interaction_id"], row["matches"]) for row in rows] == [
        ("i0", 2),
        ("i3", 1),
        ("i1", 1),
    ]
    assert rows[0]["excerpt"] == "late late"


def test_the_excerpt_is_around_the_match(marts: duckdb.DuckDBPyConnection) -> None:
    fill(marts, [{}], ["a" * 500 + "Needle" + "b" * 500])
    (row,) = shown(marts, Selection(text="needle", place="prompts"))
    assert row["excerpt"] == "a" * 40 + "Needle" + "b" * 114


def test_answers_are_searched_where_asked(marts: duckdb.DuckDBPyConnection) -> None:
    fill(marts, [{}], ["a prompt"])
    assert counted(marts, Selection(text="answer", place="answers")) == 1
    assert counted(marts, Selection(text="answer", place="prompts")) == 0


def test_the_leading_calls_are_shown_and_all_are_counted_and_exported(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    fill(marts, [{}] * (MOST_SHOWN + 5))
    rows = shown(marts, Selection())
    assert len(rows) == MOST_SHOWN
    assert rows[0]["interaction_id"] == f"i{MOST_SHOWN + 4}"
    assert counted(marts, Selection()) == MOST_SHOWN + 5
    assert len(marts.execute(Selection().exported()).fetchall()) == MOST_SHOWN + 5


@some
@given(
    flags=st.lists(st.tuples(*[st.sampled_from([True, False, None])] * 3), max_size=8),
    status=st.sampled_from([None, *CHOICES["status"]]),
    hallucination=st.sampled_from([None, *CHOICES["hallucination"]]),
    sla=st.sampled_from([None, *CHOICES["sla"]]),
)
def test_a_choice_selects_what_it_says(
    marts: duckdb.DuckDBPyConnection,
    flags: list[tuple[bool | None, ...]],
    status: str | None,
    hallucination: str | None,
    sla: str | None,
) -> None:
    columns = ("is_failure", "hallucination_flag", "is_sla_breach")
    fill(marts, [dict(zip(columns, one, strict=True)) for one in flags])
    choices = {"status": status, "hallucination": hallucination, "sla": sla}
    where, parameters = chosen({}, choices)
    known = {True: ("failed", "yes", "breached"), False: ("succeeded", "no", "met")}
    unknown = ("unknown",) * 3
    expected = sum(
        all(
            choice in (None, known.get(value, unknown)[place])  # type: ignore[arg-type]
            for place, (choice, value) in enumerate(
                zip(choices.values(), one, strict=True)
            )
        )
        for one in flags
    )
    assert counted(marts, Selection(where, parameters)) == expected


def test_a_call_without_a_value_is_among_the_unknown(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    rows = [{"region": None}, {"region": "eu"}, {"region": "us"}]
    fill(marts, rows)
    where, parameters = chosen({"region": ("unknown", "eu")}, {})
    selected = shown(marts, Selection(where, parameters))
    assert [row["interaction_id"] for row in selected] == ["i1", "i0"]


def test_contents_are_exported_only_where_asked(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    fill(marts, [{}, {}], ["a secret"])
    selection = Selection()
    whole = marts.execute(selection.exported()).fetchall()
    assert "a secret" not in str(whole)
    result = marts.execute(selection.exported(with_contents=True))
    names = [one[0] for one in result.description]
    assert names[-2:] == ["prompt_text", "response_text"]
    assert [row[-2:] for row in result.fetchall()] == [
        ("a secret", "an answer"),
        (None, None),
    ]


@pytest.mark.parametrize("place", ["prompts", "ids and attributes"])
def test_an_export_has_the_columns_of_the_mart(
    marts: duckdb.DuckDBPyConnection, place: str
) -> None:
    fill(marts, [{}], ["i0"])
    selection = Selection(text="i0", place=place)
    result = marts.execute(selection.exported(), selection.arguments())
    assert sorted(one[0] for one in result.description) == sorted(COLUMNS)
    assert len(result.fetchall()) == 1
