"""The price in SQL is what genai-prices calculates, for every model it has."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from priced_calls import PRICED_MODELS, priced, stage
from rendered_models import ROOT, build

sys.path.insert(0, str(ROOT / "tools"))
pytest.importorskip("genai_prices", reason="the price book's source is not installed")

import match_rules
import price_book
import price_cells
from genai_prices import Usage, calc_price
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import (
    ClauseAnd,
    ClauseRegex,
    ClauseStartsWith,
    MatchLogic,
    ModelInfo,
    Provider,
)

# prompt, completion, cache read, cache write, reasoning; some on and beyond a tier
MIXES = [
    (0, 0, 0, 0, 0),
    (1_234, 567, 0, 0, 0),
    (10_000, 2_000, 6_000, 3_000, 1_500),
    (200_000, 100, 150_000, 10_000, 100),
    (272_001, 8_000, 1, 2, 3),
    (600_000, 64_000, 500_000, 100_000, 60_000),
]
EVER = [datetime(2024, 2, 29, 12, 34, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)]
MINUTE = timedelta(minutes=1)
Call = dict[str, Any]


def models() -> Iterator[tuple[Provider, ModelInfo, str]]:
    """Yield every model that a name leads to, with such a name."""
    for provider in get_snapshot().providers:
        for model in provider.models:
            for name in (model.id, *names_of(model.match)):
                if provider.find_model(name) is model:
                    yield provider, model, name
                    break


def names_of(rule: MatchLogic) -> list[str]:
    """Return the literals of a rule, as names to try."""
    found = match_rules.literals(rule, "a rule")
    return [pattern for _, _, pattern, is_negated in found if not is_negated]


def moments(model: ModelInfo) -> list[datetime]:
    """Return moments around everything that changes a model's price."""
    days, minutes = price_cells.breaks(model)
    starts = [datetime(d.year, d.month, d.day, tzinfo=UTC) for d in days[1:]]
    hours = [EVER[1] + m * MINUTE for m in minutes[1:]]
    around = [moment - MINUTE for moment in starts + hours]
    return [*EVER, *starts, *hours, *around]


def call(
    provider: Provider,
    name: str,
    context: dict[str, str] | None,
    moment: datetime,
    mix: tuple[int, ...],
) -> Call:
    """Return a call of the contract, its number for a name."""
    names = ("prompt", "completion", "cache_read", "cache_write", "reasoning")
    tokens = {f"{name}_tokens": n for name, n in zip(names, mix, strict=True)}
    return {
        "source": "parity",
        "model_provider": provider.id,
        "model_name": name,
        "service_tier": next(iter(context.values())) if context else None,
        "timestamp_utc": moment.replace(tzinfo=None),
        **tokens,
    }


def expected_usd(
    provider: Provider,
    name: str,
    context: dict[str, str] | None,
    moment: datetime,
    mix: tuple[int, ...],
) -> float | None:
    """Return what genai-prices calculates; None where it has no price for a token."""
    prompt, completion, read, write, reasoning = mix
    usage = Usage(
        input_tokens=prompt,
        output_tokens=completion,
        cache_read_tokens=read,
        cache_write_tokens=write,
        output_reasoning_tokens=reasoning,
    )
    found = calc_price(
        usage,
        name,
        provider_id=provider.id,
        genai_request_timestamp=moment,
        price_context=context,
    )
    prices = found.model_price.__dict__
    is_free = not prices and found.model.id.endswith(":free")
    if not is_free and "input_mtok" not in prices:
        return None
    if not is_free and completion and "output_mtok" not in prices:
        return None
    return float(found.total_price)


@pytest.fixture(scope="module")
def prices() -> pd.DataFrame:
    """Price every model at every moment, in every tier, for every mix of tokens."""
    asked = [
        (provider, name, context, moment, mix)
        for provider, model, name in models()
        for context in (None, *price_cells.tier_contexts(model))
        for moment, mix in product(moments(model), MIXES)
    ]
    calls = [call(*of) | {"interaction_id": f"{i:07d}"} for i, of in enumerate(asked)]
    found = priced(calls)
    found["expected_usd"] = [expected_usd(*of) for of in asked]
    by_name = {(provider.id, name): model for provider, model, name in models()}
    # before it learned of a tier, the package answers with the standard price
    found["is_before_the_tier"] = [
        context is not None
        and (first := first_day(by_name[provider.id, name], context)) is not None
        and moment < first
        for provider, name, context, moment, _ in asked
    ]
    return found


def first_day(model: ModelInfo, context: dict[str, str]) -> datetime | None:
    """Return when the package learned of a tier, if not with the model."""
    variants = [v for v in model.price_variants or () if v.when == context]
    starts = [getattr(v.constraint, "start_date", None) for v in variants]
    if None in starts:
        return None
    first = min(start for start in starts if start)
    return datetime(first.year, first.month, first.day, tzinfo=UTC)


def test_every_price_is_that_of_genai_prices(prices: pd.DataFrame) -> None:
    known = prices[~prices["is_before_the_tier"]].dropna(subset="expected_usd")
    assert len(known) > 30_000
    assert known["cost_usd"].notna().all()
    difference = (known["cost_usd"] - known["expected_usd"]).abs()
    wrong = known[difference > 1e-9 * known["expected_usd"]]
    assert wrong.empty, wrong[["model_provider", "model_name", "timestamp_utc"]]


def test_what_has_no_price_per_token_is_unpriced_and_not_free(
    prices: pd.DataFrame,
) -> None:
    unknown = prices[prices["expected_usd"].isna()]
    assert not unknown.empty
    assert unknown["cost_usd"].isna().all()
    assert unknown["is_unpriced"].all()
    assert set(unknown["cost_source"]) == {"missing"}


def found_model(name: str, provider_name: str | None) -> tuple[str, str] | None:
    """Return provider and model that genai-prices finds, those that have the price."""
    snapshot = get_snapshot()
    try:
        provider = snapshot.find_provider(name.lower(), provider_name, None)
    except LookupError:
        return None
    model = provider.find_model(name, all_providers=snapshot.providers)
    owners = [
        owner.id
        for owner in (provider, *snapshot.providers)
        if any(model is sold for sold in owner.models)
    ]
    return (owners[0], model.id) if model else None


def matched(names: list[tuple[str, str | None]]) -> list[tuple[str, str] | None]:
    """Return provider and model that the rules of the seeds lead to."""
    calls = [
        {"source": "names", "model_provider": provider, "model_name": name}
        for name, provider in names
    ]
    with duckdb.connect(config={"threads": 2}) as connection:
        stage(connection, calls)
        build(connection, *PRICED_MODELS[:4])
        rows = connection.execute(
            "select model_name, model_provider, price_provider, price_model "
            "from int_model_price_matches"
        ).fetchall()
    found = {(row[0], row[1]): row[2:] if row[3] else None for row in rows}
    return [found[name] for name in names]


def test_every_name_leads_to_the_model_that_genai_prices_finds() -> None:
    names = [
        (spelling, provider.id)
        for provider in get_snapshot().providers
        for model in provider.models
        for name in {model.id, *names_of(model.match)}
        for spelling in (name, f"{name}-20260931", f"{name}-20261003:x".upper())
    ]
    names += [(name, None) for name, _ in names[::3]]
    names = sorted(set(names), key=repr)
    expected = [found_model(*name) for name in names]
    assert sum(found is not None for found in expected) > 5_000
    wrong = [
        (name, theirs, ours)
        for name, theirs, ours in zip(names, expected, matched(names), strict=True)
        if theirs != ours
    ]
    assert not wrong, f"{len(wrong)}: {wrong[:10]}"


# names of OpenTelemetry's conventions and of gateways, and who sells by them
SELLERS = {
    "gcp.gen_ai": "google",
    "gcp.gemini": "google",
    "gcp.vertex_ai": "google",
    "aws.bedrock": "aws",
    "azure.ai.openai": "azure",
    "azure.ai.inference": "azure",
    "mistral_ai": "mistral",
    "x_ai": "x-ai",
    "togetherai": "together",
    "together_ai": "together",
    "fireworks_ai": "fireworks",
    # its model does
    "langchain": "openai",
    "_OTHER": "openai",
    None: "openai",
    # nobody in the book; a price of somebody else would be a guess
    "ibm.watsonx.ai": None,
    "ollama": None,
}


def test_every_seller_is_known_by_the_names_it_has_in_telemetry() -> None:
    calls = [
        {"source": "names", "model_provider": provider, "model_name": "gpt-4o"}
        for provider in SELLERS
    ]
    with duckdb.connect(config={"threads": 2}) as connection:
        stage(connection, calls)
        build(connection, *PRICED_MODELS[:4])
        query = "select model_provider, seller from int_model_price_matches"
        assert dict(connection.execute(query).fetchall()) == SELLERS


def test_a_lookahead_becomes_a_negated_literal() -> None:
    rule = ClauseAnd(
        and_=[ClauseStartsWith("Gem"), ClauseRegex("^(?!.*-(?:tts|x)$)g.*")]
    )
    assert match_rules.alternatives(rule) == [
        [
            ("starts_with", "gem", False),
            ("regex", "^.*-(?:tts|x)$", True),
            ("regex", "^g.*", False),
        ]
    ]


@pytest.mark.parametrize(
    "pattern", [r"a(?=b)", r"^(?!a(?!b))c", r"(?i)a", r"(a)\1", r"^(?!a[)]b)c", "^(?!a"]
)
def test_what_sql_cannot_say_is_an_error(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"model x: .*(translation|bracket)"):
        list(match_rules.literals(ClauseRegex(pattern), "model x"))


def test_the_seeds_are_those_of_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(price_book, "SEEDS", tmp_path)
    price_book.main()
    written = {file.name: file.read_text() for file in tmp_path.glob("*.csv")}
    kept = {name: (ROOT / "seeds" / name).read_text() for name in written}
    assert len(written) == 3
    assert written == kept, "run `make prices`"
