"""What a service tier costs on days before genai-prices knew it."""

from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from priced_calls import priced
from test_price_book import (
    MINUTE,
    MIXES,
    call,
    expected_usd,
    first_day,
    models,
    price_cells,
)

types = pytest.importorskip("genai_prices.types")


def test_a_tier_costs_the_same_before_the_package_knew_it() -> None:
    asked = []
    for provider, model, name in models():
        for context in price_cells.tier_contexts(model):
            first = first_day(model, context)
            days = (
                []
                if first is None
                else [first - MINUTE, first - 400 * 24 * 60 * MINUTE]
            )
            for day, mix in product(days, MIXES):
                standard = [
                    expected_usd(provider, name, None, d, mix) for d in (day, first)
                ]
                if None not in standard and standard[0] == standard[1]:
                    asked.append(((provider, name, context, day, mix), first))
    calls = [
        call(*of) | {"interaction_id": f"{i:07d}"} for i, (of, _) in enumerate(asked)
    ]
    found = priced(calls)
    found["expected_usd"] = [expected_usd(*of[:3], first, of[4]) for of, first in asked]
    assert len(asked) > 1_500
    difference = (found["cost_usd"] - found["expected_usd"]).abs()
    wrong = found[~(difference <= 1e-9 * found["expected_usd"])]
    assert wrong.empty, wrong[["model_provider", "model_name", "service_tier"]]


def sold(**prices: Any) -> Any:
    """Return prices of a million tokens."""
    return types.ModelPrice(
        **{name: Decimal(str(price)) for name, price in prices.items()}
    )


def test_a_tier_costs_the_same_part_of_an_earlier_standard_price() -> None:
    changed, known = date(2026, 3, 1), date(2026, 6, 1)
    model = types.ModelInfo(
        id="m",
        match=types.ClauseEquals(equals="m"),
        prices=[
            types.ConditionalPrice(
                prices=sold(input_mtok=8, output_mtok=30, cache_read_mtok=1)
            ),
            types.ConditionalPrice(
                prices=sold(input_mtok=4, output_mtok=20, cache_read_mtok=1),
                constraint=types.StartDateConstraint(start_date=changed),
            ),
        ],
        price_variants=[
            types.PriceVariant(
                when={"processing": "batch"},
                prices=sold(input_mtok=2, output_mtok=5, cache_read_mtok=1),
                constraint=types.StartDateConstraint(start_date=known),
            )
        ],
    )
    cells = list(price_cells.model_cells(model, {"processing": "batch"}))
    prices = [(cell[0], cell[1], cell[6], cell[7], cell[9]) for cell in cells]
    assert prices == [
        ("", changed, "4", "1", "7.5"),
        (changed, "", "2", "1", "5"),
    ]
