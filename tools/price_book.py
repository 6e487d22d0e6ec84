"""Write the price book: the prices bundled with genai-prices, as seeds.

The package decides; nothing is decided here. Every price is asked of the package at
every moment and for every service tier at which it may change, and every rule that
matches a name is written out as literals that SQL can test one by one. What cannot
be written so is an error. ``make prices`` runs this; it uses no network.
"""

import csv
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path

from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import Provider
from match_rules import literals
from price_cells import PRICE_COLUMNS, price_rows

SEEDS = Path(__file__).parents[1] / "seeds"
LITERAL_COLUMNS = ("alternative", "kind", "pattern", "is_negated")
MODEL_COLUMNS = ("provider", "position", "price_provider", "model", *LITERAL_COLUMNS)
PROVIDER_COLUMNS = ("position", "provider", "matched_on", *LITERAL_COLUMNS)
# spellings that the package does not know
NAMES = {
    "azure": ("azure.ai.openai", "azure.ai.inference"),
    "fireworks": ("fireworks_ai", "fireworks-ai"),
    "google": ("gcp.gen_ai",),
    "together": ("togetherai",),
    "x-ai": ("x_ai",),
    "zai": ("z.ai", "z_ai"),
}
Row = tuple[object, ...]


def main() -> None:
    """Write the three seeds of the price book."""
    providers = get_snapshot().providers
    source = f"genai-prices {version('genai-prices')}"
    write("model_prices", PRICE_COLUMNS, price_rows(providers, source))
    write("model_price_matches", MODEL_COLUMNS, model_rules(providers))
    write("price_provider_matches", PROVIDER_COLUMNS, provider_rules(providers))


def model_rules(providers: list[Provider]) -> Iterator[Row]:
    """Yield the literals of every model that a provider's names are tried on, in order.

    A provider that sells another's models (Azure those of OpenAI) tries its own first.
    """
    by_id = {provider.id: provider for provider in providers}
    for provider in providers:
        sold = [provider, *map(by_id.get, provider.fallback_model_providers or ())]
        tried = [(owner, model) for owner in sold if owner for model in owner.models]
        for position, (owner, model) in enumerate(tried):
            for literal in literals(model.match, f"model {model.id}"):
                yield provider.id, position, owner.id, model.id, *literal


def provider_rules(providers: list[Provider]) -> Iterator[Row]:
    """Yield what a provider is known by: its id, its names, and its models' names."""
    for position, provider in enumerate(providers):
        for number, name in enumerate((provider.id, *NAMES.get(provider.id, ()))):
            yield position, provider.id, "provider_id", number, "equals", name, False
        rules = (provider.provider_match, provider.model_match)
        for matched_on, rule in zip(
            ("provider_name", "model_name"), rules, strict=True
        ):
            for literal in literals(rule, f"provider {provider.id}") if rule else ():
                yield position, provider.id, matched_on, *literal


def write(seed: str, columns: Iterable[str], rows: Iterable[Row]) -> None:
    """Write a seed; an absent value is an empty cell."""
    with (SEEDS / f"{seed}.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow(str(v).lower() if isinstance(v, bool) else v for v in row)


if __name__ == "__main__":
    main()
