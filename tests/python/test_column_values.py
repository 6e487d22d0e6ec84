"""Units and decimal signs that the first rows give away."""

from pathlib import Path

import pytest
from test_early_checks import CSV, FILE, HEADER, contract

from llm_telemetry.ingest import early_checks
from llm_telemetry.ingest.column_values import unlikely_unit
from llm_telemetry.ingest.file_heads import Head


def head(column: str, *texts: str) -> Head:
    return Head("calls.csv", [column], [column], [[text] for text in texts])


@pytest.mark.parametrize(
    ("column", "texts", "is_odd"),
    [
        ("latency_ms", ["0.8", "1.2", "2.4"], True),
        ("latency_ms", ["9.9", "9.9"], True),
        ("latency_ms", ["10", "10"], False),
        ("latency_ms", ["843000000", "912000000"], True),
        # not answered, unreadable, absent
        ("latency_ms", ["0", "0", "843"], False),
        ("latency_ms", ["843 ms", ""], False),
        ("latency_ms", [], False),
        ("cost_usd", ["5200", "4300"], True),
        ("cost_usd", ["50", "0.002", "50"], False),
        ("cost_usd", ["0.0001"], False),
        ("cost_usd", ["1e30"], False),
        ("total_cost", ["5200"], False),
    ],
)
def test_a_typical_value_gives_its_unit_away(
    column: str, texts: list[str], is_odd: bool
) -> None:
    known = column if column != "total_cost" else "cost_usd"
    assert (unlikely_unit(head(column, *texts), known) is not None) == is_odd


def test_an_odd_unit_and_a_decimal_comma_are_hints(tmp_path: Path) -> None:
    rows = "".join(
        f'r{place},s1,u1,2025-03-01T10:00:00Z,false,1.{place},"0,0{place}"\n'
        for place in range(1, 9)
    )
    folder = contract(tmp_path, f"{HEADER},cost_usd\n{rows}")
    cost, latency = early_checks.check(folder, CSV)
    assert cost == (
        f"interactions.cost_usd: missing_cost: {FILE}: none of the 8 values can be "
        "read, e.g. '0,01': write USD as a plain number with a decimal point, such as "
        "0.0052"
    )
    assert latency == (
        f"interactions.latency_ms: {FILE}: half of the first 8 values are below "
        "1.45 ms: write milliseconds, not another unit"
    )
