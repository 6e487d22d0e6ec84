"""What a judge costs: two prices that are given, or those of the price book."""

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass

from llm_telemetry.config.project import PROJECT
from llm_telemetry.errors import InputError

BOOK = PROJECT / "seeds" / "model_prices.csv"
MILLION = 1_000_000


@dataclass(frozen=True)
class Price:
    """USD per million tokens of input and of output."""

    input_usd: float
    output_usd: float

    def usd(self, input_tokens: int, output_tokens: int) -> float:
        """Return what so many tokens cost, USD."""
        given = input_tokens * self.input_usd
        return (given + output_tokens * self.output_usd) / MILLION


def price(model: str, given: str | None) -> Price:
    """Return the price of a model; raise InputError where it is not known.

    Of several providers and periods of the book, the highest counts: what a judge costs
    is not guessed to be less than it is.
    """
    if given is not None:
        return _parse(given)
    listed = list(_listed(model))
    if not listed:
        raise InputError(
            f"--price: the price of {model} is not in the price book: pass --price "
            "INPUT,OUTPUT in USD per million tokens; 0,0 for a model of your own"
        )
    inputs, outputs = zip(*listed, strict=True)
    return Price(max(inputs), max(outputs))


def _parse(given: str) -> Price:
    parts = given.split(",")
    try:
        prices = [float(part) for part in parts]
    except ValueError:
        prices = []
    if len(prices) != 2 or not all(math.isfinite(p) and p >= 0 for p in prices):
        raise InputError(
            f"--price: '{given}': write INPUT,OUTPUT in USD per million tokens, such "
            "as 0.15,0.6"
        )
    return Price(*prices)


def _listed(model: str) -> Iterator[tuple[float, float]]:
    """Yield the prices of a name, with or without the name of its provider."""
    named = {model.lower(), model.lower().rpartition("/")[2]}
    with BOOK.open(newline="") as file:
        for row in csv.DictReader(file):
            given, said = row["input_usd_per_mtok"], row["output_usd_per_mtok"]
            # requests are of the standard tier, and shorter than where prices rise
            is_usual = not row["service_tier"] and not row["min_input_tokens"]
            if row["model"].lower() in named and is_usual and given and said:
                yield float(given), float(said)
