"""Costs worked by hand, and the faults that others' totals are known for."""

from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from priced_calls import priced

LITERAL = {"alternative": 0, "kind": "equals", "is_negated": False}
PROVIDERS = [
    {"position": 0, "provider": "acme", "matched_on": "provider_id"}
    | LITERAL
    | {"pattern": "acme"}
]
MODELS = [
    {"provider": "acme", "position": n, "price_provider": "acme", "model": name}
    | LITERAL
    | {"pattern": name}
    for n, name in enumerate(("one", "tiered", "thinker", "embedder", "nightly"))
]
Row = dict[str, Any]


def price(model: str, **columns: Any) -> Row:
    """Return a row of the price book: 2 in, 0.5 and 2.5 for the cache, 10 out."""
    prices = {
        "input_usd_per_mtok": 2,
        "cache_read_usd_per_mtok": 0.5,
        "cache_write_usd_per_mtok": 2.5,
        "output_usd_per_mtok": 10,
    }
    return {"provider": "acme", "model": model, "source": "book", **prices, **columns}


BOOK = [
    price("one"),
    price("tiered", max_input_tokens=200_000),
    price("tiered", min_input_tokens=200_001, input_usd_per_mtok=4),
    price("thinker", reasoning_usd_per_mtok=3),
    price("embedder", output_usd_per_mtok=None),
    price("nightly", from_minute_utc=0, to_minute_utc=360, input_usd_per_mtok=1),
    price("nightly", from_minute_utc=360, to_minute_utc=1440),
]


def call(prompt: int | None, completion: int | None, **columns: Any) -> Row:
    """Return a call of the first model."""
    return {
        "source": "otlp",
        "model_provider": "acme",
        "model_name": "one",
        "timestamp_utc": datetime(2026, 10, 3, 12),
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        **columns,
    }


def costs(
    *calls: Row, book: list[Row] | None = None, knobs: Row | None = None, **seeds: Any
) -> pd.DataFrame:
    """Price calls, which are named by their place, from a book of a test's own."""
    rows = [{"interaction_id": f"{n:06d}"} | row for n, row in enumerate(calls)]
    own = {"price_overrides": [], "model_aliases": [], "provider_aliases": []}
    own |= {"price_provider_matches": PROVIDERS, "model_price_matches": MODELS}
    seeds = {**own, "model_prices": BOOK if book is None else book, **seeds}
    return priced(rows, seeds, **(knobs or {})).reset_index(drop=True)


def usd(*calls: Row, **seeds: Any) -> list[Any]:
    """Return the costs of calls, None where there is none."""
    return [None if pd.isna(cost) else cost for cost in costs(*calls, **seeds).cost_usd]


def test_cached_tokens_are_part_of_the_prompt_and_billed_once() -> None:
    # added to the prompt they would be 260,421 tokens
    found = usd(call(130_213, 0, cache_read_tokens=130_208))
    assert found == [pytest.approx(5 * 2e-6 + 130_208 * 0.5e-6)]
    found = usd(call(1000, 10, cache_read_tokens=600, cache_write_tokens=300))
    assert found == [pytest.approx((100 * 2 + 600 * 0.5 + 300 * 2.5 + 100) * 1e-6)]


def test_reasoning_is_part_of_the_output_and_billed_once() -> None:
    assert usd(call(0, 1000, reasoning_tokens=800)) == [pytest.approx(1000 * 10e-6)]


def test_reasoning_with_a_price_of_its_own_takes_it() -> None:
    found = usd(call(0, 1000, reasoning_tokens=800, model_name="thinker"))
    assert found == [pytest.approx(200 * 10e-6 + 800 * 3e-6)]


def test_185_dollars_are_not_reported_as_1_16() -> None:
    # the second model is in no book: 1.16 USD beside what will be 183.84
    rows = [call(580_000, 0), call(91_920_000, 0, model_name="new")]
    found = costs(*rows)
    assert found.cost_usd[0] == pytest.approx(1.16)
    assert pd.isna(found.cost_usd[1])
    assert found.cost_source.tolist() == ["imputed", "missing"]
    assert found.is_unpriced.tolist() == [False, True]
    assert found.price_source.isna().tolist() == [False, True]
    named = {"model_name": "new", "provider": "acme", "model": "one"}
    found = costs(*rows, model_aliases=[named])
    assert found.cost_usd.sum() == pytest.approx(185)
    assert not found.is_unpriced.any()


def test_a_call_without_the_name_of_its_model_has_no_price() -> None:
    nameless = {"model_name": None}
    rows = [call(10, 1, **nameless), call(None, None, **nameless)]
    rows.append(call(10, 1, model_provider=None, **nameless))
    found = costs(*rows, call(10, 1))
    assert found.cost_usd.isna().tolist() == [True, True, True, False]
    assert found.is_unpriced.tolist() == [True, False, True, False]
    # lost by a source that knows what such calls cost, one of them is missing alone
    found = costs(*rows, call(10, 1, cost_usd=0.5, **nameless))
    assert found.is_unpriced.tolist() == [False, False, True, False]


def test_an_alias_for_any_provider_is_one_for_none() -> None:
    nobody = call(10**6, 0, model_provider=None, model_name="mine")
    alias = {"model_name": "MINE", "provider": "acme", "model": "one"}
    assert usd(nobody) == [None]
    assert usd(nobody, model_aliases=[alias]) == [2]
    assert usd(nobody, model_aliases=[alias | {"model_provider": "acme"}]) == [None]


def test_a_framework_sells_nothing_and_a_stranger_not_what_others_do() -> None:
    by_model = {"provider": "acme", "matched_on": "model_name", "position": 0}
    by_model |= LITERAL | {"pattern": "one"}
    frameworks = [{"alias": "langchain"}, {"alias": "acmecorp", "provider": "acme"}]
    rows = [call(10**6, 0, model_provider=p) for p in ("LangChain", "vllm", None)]
    seeds = {"price_provider_matches": [*PROVIDERS, by_model]}
    assert usd(*rows, provider_aliases=frameworks, **seeds) == [2, None, 2]


def test_a_tier_holds_for_every_token_of_a_longer_prompt() -> None:
    tier = {"model_name": "tiered"}
    found = usd(call(200_000, 0, **tier), call(200_001, 0, **tier))
    assert found == [pytest.approx(0.4), pytest.approx(200_001 * 4e-6)]


def test_a_price_may_hold_for_a_part_of_the_day() -> None:
    moments = [datetime(2026, 1, 1, 5, 59, 59), datetime(2026, 1, 1, 6)]
    rows = [call(10**6, 0, model_name="nightly", timestamp_utc=at) for at in moments]
    rows.append(
        call(10**6, 0, model_name="nightly", timestamp_utc=None)
        | {"date_utc": datetime(2026, 1, 1), "hour_of_day_utc": 3}
    )
    assert usd(*rows) == [1, 2, 1]


def test_tokens_that_nobody_counted_have_no_cost() -> None:
    stream = call(None, None)
    found = costs(stream, call(100, None), stream | {"cache_hit": True})
    assert found.cost_usd.isna().tolist() == [True, True, False]
    assert not found.is_unpriced.any()
    assert found.cost_source.tolist() == ["missing", "missing", "imputed"]
    # a gateway's own answer is free, and its 0 is known
    assert found.cost_usd[2] == 0
    assert found.price_source[2] == "cache hit"


def test_an_embedding_has_no_output_and_output_without_a_price_is_no_gift() -> None:
    rows = [call(1000, n, model_name="embedder") for n in (None, 0, 7)]
    assert usd(*rows) == [pytest.approx(0.002), pytest.approx(0.002), None]
    assert costs(*rows).is_unpriced.tolist() == [False, False, True]


def test_more_cached_than_sent_is_never_a_refund() -> None:
    assert usd(call(10, 0, cache_read_tokens=100)) == [pytest.approx(100 * 0.5e-6)]
    assert usd(call(0, 10, reasoning_tokens=90, model_name="thinker")) == [
        pytest.approx(10 * 3e-6)
    ]


def test_a_logged_cost_stays_and_zero_is_a_cost() -> None:
    found = costs(call(10, 10, cost_usd=0.5), call(10, 10, cost_usd=0.0))
    assert found.cost_usd.tolist() == [0.5, 0]
    assert set(found.cost_source) == {"logged"}
    assert set(found.price_source) == {"otlp"}


def test_no_list_price_stands_beside_the_prices_of_a_service() -> None:
    rows = [
        call(10**6, 0, cost_usd=0.5),
        call(10**6, 0),
        call(10**6, 0, source="b"),
        # another instrumentation, which logs no cost
        call(10**6, 0, service_name="b"),
    ]
    found = costs(*rows)
    assert found.cost_source.tolist() == ["logged", "missing", "imputed", "imputed"]
    assert not found.is_unpriced.any()
    assert costs(*rows, knobs={"impute_beside_logged": 1}).cost_usd[1] == 2


def test_a_negotiated_price_replaces_the_listed_one_where_it_holds() -> None:
    agreed = price("one", input_usd_per_mtok=1, source="contract 7")
    agreed |= {"valid_from": date(2026, 10, 3), "valid_to": date(2026, 10, 4)}
    moments = [datetime(2026, 10, 2, 23, 59), datetime(2026, 10, 3)]
    moments += [datetime(2026, 10, 3, 23, 59, 59), datetime(2026, 10, 4)]
    rows = [call(10**6, 0, timestamp_utc=at) for at in moments]
    found = costs(*rows, price_overrides=[agreed])
    assert found.cost_usd.tolist() == [2, 1, 1, 2]
    expected = ["book", "contract 7", "contract 7", "book"]
    assert found.price_source.tolist() == expected


def test_the_narrower_name_has_the_narrower_price() -> None:
    overrides = [
        price("one", provider=None, input_usd_per_mtok=5),
        price("one", input_usd_per_mtok=6),
        price("prod-gpt4", input_usd_per_mtok=7),
        price("in-house", provider=None, input_usd_per_mtok=8),
    ]
    alias = {"model_name": "Prod-GPT4", "provider": "acme", "model": "one"}
    aliases = [alias, alias | {"model_name": "staging"}]
    names = ["one", "prod-gpt4", "staging", "in-house"]
    rows = [call(10**6, 0, model_name=name, model_provider="Acme") for name in names]
    seeds = {"price_overrides": overrides, "model_aliases": aliases}
    assert usd(*rows, **seeds) == [6, 7, 6, 8]
    assert usd(*rows, model_aliases=aliases) == [2, 2, 2, None]


def test_a_service_tier_has_its_price_and_else_the_standard_one() -> None:
    book = [price("one"), price("one", service_tier="batch", input_usd_per_mtok=1)]
    tiers = [None, "default", "BATCH", "flex"]
    rows = [call(10**6, 0, service_tier=tier) for tier in tiers]
    assert usd(*rows, book=book) == [2, 2, 1, 2]


@settings(max_examples=10, deadline=None)
@given(
    st.lists(st.integers(1, 28), min_size=1, max_size=5, unique=True).map(sorted),
    st.data(),
)
def test_one_changed_price_changes_only_its_days(
    starts: list[int], data: st.DataObject
) -> None:
    ends = [*starts[1:], 31]
    book = [
        price("one", input_usd_per_mtok=n + 1)
        | {"valid_from": date(2026, 10, first), "valid_to": date(2026, 10, end)}
        for n, (first, end) in enumerate(zip(starts, ends, strict=True))
    ]
    rows = [
        call(10**6, 0, timestamp_utc=datetime(2026, 10, day, 7)) for day in range(1, 32)
    ]
    changed = data.draw(st.integers(0, len(book) - 1))
    other = [dict(row) for row in book]
    other[changed]["input_usd_per_mtok"] = 99
    before, after = (costs(*rows, book=rows_).cost_usd for rows_ in (book, other))
    moved = [day for day in range(1, 32) if before[day - 1] != after[day - 1]]
    # a price that is not there is no change
    moved = [day for day in moved if not pd.isna(before[day - 1])]
    assert moved == list(range(starts[changed], ends[changed]))
