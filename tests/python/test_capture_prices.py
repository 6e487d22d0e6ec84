"""A cost that an app computes is that of a run, by the names of the price book."""

import csv
import math
import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import ROOT
from priced_calls import priced

pytest.importorskip("opentelemetry.sdk", reason="needs the extra `capture`")

from llm_telemetry.capture import prices as price_book
from llm_telemetry.capture.prices import PriceBook, Usage
from llm_telemetry.capture.providers import Providers

START = datetime(2024, 2, 29, 12, 34, tzinfo=UTC)
TOKENS = (0, 3, 1_234, 128_000, 200_001, 272_001, 600_000)
TIERS = (None, None, "batch", "flex", "priority", "Standard")
OWN_PRICES: list[dict[str, object]] = [
    {"provider": "openai", "model": "gpt-5-mini", "input_usd_per_mtok": 7.0},
    {"provider": None, "model": "gpt-5-mini", "input_usd_per_mtok": 9.0},
    {"provider": None, "model": "house", "input_usd_per_mtok": 2.0},
    {"provider": "openai", "model": "gpt-5", "service_tier": "batch"},
]
for row in OWN_PRICES:
    row |= {"input_usd_per_mtok": row.get("input_usd_per_mtok", 1.0)}
    row |= {"output_usd_per_mtok": 3.0, "source": "contract"}
OWN_ALIASES: list[dict[str, object]] = [
    {"model_name": "ours", "model": "gpt-5-mini", "provider": "openai"},
    {
        "model_name": "ours",
        "model": "gpt-5",
        "provider": "openai",
        "model_provider": "azure",
    },
    {"model_name": "home", "model": "house"},
]
Call = dict[str, Any]


def names() -> list[tuple[str | None, str]]:
    """Return providers and models that the rules of the price book lead from."""
    with (ROOT / "seeds" / "model_price_matches.csv").open(newline="") as file:
        rules = [row for row in csv.DictReader(file) if row["kind"] != "regex"]
    found = {(row["provider"], row["pattern"]) for row in rules}
    found |= {(None, name) for _, name in list(found)}
    found |= {(owner, f"{name}-20260103") for owner, name in list(found)[::20]}
    found |= {("langchain", "claude-haiku-4-5"), ("openai", "gpt-nothing"), (None, "x")}
    return sorted(found, key=str)


def calls(pairs: Iterable[tuple[str | None, str]], seed: int) -> list[Call]:
    """Return a call of each pair, with tokens, tier and time at random."""
    draw = random.Random(seed)
    found = []
    for number, (provider, model) in enumerate(pairs):
        prompt, completion = draw.choice(TOKENS), draw.choice((None, 0, 50, 8_000))
        moment = START + timedelta(minutes=draw.randrange(1_500_000))
        found.append(
            {
                "interaction_id": f"{number:07d}",
                "source": "parity",
                "model_provider": provider,
                "model_name": model,
                "service_tier": draw.choice(TIERS),
                "timestamp_utc": moment.replace(tzinfo=None),
                "prompt_tokens": draw.choice((prompt, prompt, prompt, None)),
                "completion_tokens": completion,
                "cache_read_tokens": draw.choice((None, prompt // 2)),
                "cache_write_tokens": draw.choice((None, prompt // 5)),
                "reasoning_tokens": draw.choice((None, 20, 9_000)),
            }
        )
    return found


def usd(book: PriceBook, call: Call) -> float | None:
    """Return the cost of a call of the contract, as an app computes it."""
    usage = Usage(
        call["prompt_tokens"],
        call["completion_tokens"],
        call["cache_read_tokens"],
        call["cache_write_tokens"],
        call["reasoning_tokens"],
    )
    at = round(call["timestamp_utc"].replace(tzinfo=UTC).timestamp() * 1e9)
    return book.usd(
        call["model_provider"], call["model_name"], call["service_tier"], usage, at
    )


def is_same(one: float | None, other: float | None) -> bool:
    """Return whether two costs agree, or are both unknown."""
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-9)


def assert_same(book: PriceBook, asked: list[Call], frame: pd.DataFrame) -> int:
    """Compare the costs of an app and a run; return how many there are."""
    costs = frame["cost_usd"].tolist()
    expected = [None if pd.isna(cost) else cost for cost in costs]
    wrong = [
        (call, cost, got)
        for call, cost in zip(asked, expected, strict=True)
        if not is_same(got := usd(book, call), cost)
    ]
    assert not wrong, wrong[:3]
    return sum(cost is not None for cost in expected)


def test_a_list_price_is_that_of_a_run() -> None:
    asked = calls(names(), seed=7)
    found = assert_same(PriceBook(), asked, priced(asked))
    assert found > len(asked) / 4


def test_negotiated_prices_and_aliases_are_those_of_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = {"price_overrides": OWN_PRICES, "model_aliases": OWN_ALIASES}
    for seed, rows in own.items():
        file = tmp_path / f"{seed}.csv"
        pd.DataFrame(rows).to_csv(file, index=False)
        monkeypatch.setenv(f"LLM_TELEMETRY_{seed.upper()}", str(file))
    models = ("gpt-5-mini", "gpt-5", "house", "ours", "HOME", "other")
    owners = ("openai", "Azure", "mistral", None)
    asked = calls([(owner, m) for owner in owners for m in models] * 12, seed=3)
    assert assert_same(PriceBook(), asked, priced(asked, own)) > 100


def test_models_beyond_the_limit_are_priced_and_not_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(price_book, "MAX_MODELS", 3)
    book, at = PriceBook(), round(START.timestamp() * 1e9)
    for number in range(20):
        assert book.usd("openai", f"m-{number}", None, Usage(1, 1), at) is None
        assert book.usd("openai", "gpt-4o", None, Usage(1_000_000, 0), at) == 2.5
        assert len(book._known) <= 3


@pytest.mark.parametrize(
    ("host", "name", "model", "expected"),
    [
        (None, "openai", "gpt-5", "openai"),
        (None, "Azure", "gpt-5", "azure.ai.openai"),
        (None, "openai.responses", "gpt-5", "openai"),
        (None, "azure.ai.openai", "gpt-5", "azure.ai.openai"),
        ("https://acme.openai.azure.com/openai", "openai", "gpt-5", "azure.ai.openai"),
        ("api.deepseek.com", "openai", "deepseek-chat", "deepseek"),
        ("127.0.0.1", "openai", "gpt-5", "openai"),
        (None, "langchain", "claude-haiku-4-5", "anthropic"),
        (None, "langchain", "gemini-2.5-pro", "gcp.gemini"),
        (None, "langchain", "our-model", None),
        (None, None, "grok-4", "x_ai"),
        (None, None, None, None),
    ],
)
def test_a_provider_has_the_name_of_a_run(
    host: str | None, name: str | None, model: str | None, expected: str | None
) -> None:
    assert Providers().of(host, name, model) == expected
