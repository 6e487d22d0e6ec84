"""Bills beside telemetry, worked by hand; every column adds up to the cent."""

from datetime import datetime
from decimal import Decimal

import duckdb
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from priced_calls import load, load_seed
from rendered_models import build

LINE_TYPES = {
    "invoice_id": "varchar",
    "model_provider": "varchar",
    "model_name": "varchar",
    "invoice_period": "varchar",
    "amount_usd": "double",
}
CALL_TYPES = {
    "model_provider": "varchar",
    "timestamp_utc": "timestamp",
    "cost_usd": "double",
    "cost_source": "varchar",
    "is_unpriced": "boolean",
}
MODELS = (
    "int_invoice_lines",
    "provider_costs_by_day",
    "int_invoice_reconciliation",
    "invoice_reconciliation",
    "int_checks_invoices",
)
# the first and the last call of the telemetry, of a provider that is never billed
ENDS = [("idle", "2026-09-01", 0.0), ("idle", "2026-11-30", 0.0)]
Line = tuple[str | None, str | None, float | None]
Call = tuple[str | None, str | None, float | None]


def reconciled(
    lines: list[Line], calls: list[Call], ids: list[str | None] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return reconciliation and checks of (provider, period, USD) lines and calls."""
    names = ids or [None] * len(lines)
    bills = [
        dict(zip(LINE_TYPES, (name, provider, None, period, amount), strict=True))
        for name, (provider, period, amount) in zip(names, lines, strict=True)
    ]
    rows = [
        {
            "model_provider": provider,
            "timestamp_utc": day and datetime.fromisoformat(day),
            "cost_usd": cost,
            "cost_source": "missing" if cost is None else "logged",
            "is_unpriced": cost is None,
        }
        for provider, day, cost in calls
    ]
    with duckdb.connect(config={"threads": 2}) as connection:
        load_seed(connection, "provider_aliases", None)
        load(connection, "stg_provider_invoices__lines", LINE_TYPES, bills)
        load(connection, "stg_provider_invoices__files", {"file_name": "varchar"}, [])
        load(connection, "int_interactions_classified", CALL_TYPES, rows)
        build(connection, *MODELS)
        found = connection.table("invoice_reconciliation").df()
        checks = connection.table("int_checks_invoices").df()
    keys = ["model_provider", "invoice_period"]
    return found.set_index(keys).sort_index(), checks.set_index("check_name")


def test_a_month_agrees_within_the_tolerance_and_not_beyond() -> None:
    calls = [*ENDS, ("openai", "2026-10-01", 60.0), ("OpenAI", "2026-10-31", 40.0)]
    for amount, status in ((105.26, "agrees"), (105.28, "disagrees")):
        found, checks = reconciled([("openai", "2026-10", amount)], calls)
        row = found.loc[("openai", "2026-10")]
        assert (row.status, row.interactions, row.telemetry_usd) == (status, 2, 100)
        assert row.variance_usd == round(amount - 100, 2)
        assert row.variance_share == row.variance_usd / amount
        gate = checks.loc["invoice_variance"]
        assert (gate.checked_rows, gate.failed_rows) == (1, int(status != "agrees"))


def test_a_provider_is_known_by_any_of_its_names() -> None:
    calls = [*ENDS, ("azure.ai.openai", "2026-10-01", 1.0)]
    found, _ = reconciled([("Azure_OpenAI", "2026-10-01", 1.0)], calls)
    assert found.loc[("azure.ai.openai", "2026-10-01")].status == "agrees"


def test_calls_are_known_by_any_name_of_their_provider_too() -> None:
    # the contract's files keep the names of whoever wrote them
    calls = [*ENDS, ("google", "2026-10-01", 1.0), ("gemini", "2026-10-02", 2.0)]
    calls.append(("mistral", "2026-10-03", 4.0))
    lines: list[Line] = [("Google", "2026-10", 3.0), ("mistralai", "2026-10", 4.0)]
    found, checks = reconciled(lines, calls)
    assert found.loc[("gcp.gemini", "2026-10")].status == "agrees"
    assert found.loc[("gcp.gemini", "2026-10")].interactions == 2
    # named in one way by the calls: as they do
    assert found.loc[("mistral", "2026-10")].status == "agrees"
    assert found.loc[("mistral", "2026-10")].billing_provider == "mistral_ai"
    gate = checks.loc["invoice_variance"]
    assert (gate.checked_rows, gate.failed_rows) == (2, 0)


def test_a_bill_without_calls_and_calls_without_a_bill() -> None:
    found, checks = reconciled(
        [("openai", "2026-10", 5.0)], [*ENDS, ("groq", "2026-10-02", 3.0)]
    )
    assert found.loc[("openai", "2026-10")].status == "no_calls"
    assert found.loc[("groq", "2026-10")].status == "no_invoice"
    assert checks.loc["invoice_variance"].failed_rows == 1
    assert checks.loc["invoice_variance"].example_key == "openai 2026-10"


def test_a_period_that_telemetry_does_not_span_is_not_judged() -> None:
    calls: list[Call] = [("openai", "2026-10-02", 1.0), ("openai", "2026-11-30", 1.0)]
    lines: list[Line] = [("openai", "2026-10", 9.0), ("openai", "2026-12-01", 9.0)]
    found, checks = reconciled(lines, calls)
    assert found.loc[("openai", "2026-10")].status == "not_covered"
    assert found.loc[("openai", "2026-12-01")].status == "not_covered"
    assert checks.loc["invoice_variance"].checked_rows == 0


def test_days_inside_a_billed_month_are_billed_once() -> None:
    calls = [*ENDS, ("openai", "2026-10-03", 4.0), ("openai", "2026-11-03", 6.0)]
    lines: list[Line] = [
        ("openai", "2026-10", 4.0),
        ("openai", "2026-10-03", 4.0),
        ("openai", "2026-11-03", 6.0),
    ]
    found, _ = reconciled(lines, calls)
    month = found.loc[("openai", "2026-10")]
    assert (month.billed_usd, month.billed_by_day_usd, month.invoice_lines) == (4, 4, 1)
    assert ("openai", "2026-10-03") not in found.index
    assert found.loc[("openai", "2026-11-03")].billed_usd == 6
    assert found.billed_usd.sum() == 10


def test_lines_add_up_credits_subtract_and_a_repeated_delivery_counts_once() -> None:
    lines: list[Line] = [("openai", "2026-10", 7.0)] * 2
    lines += [("openai", "2026-10", -2.0), ("openai", "2026-10", 1.0)]
    calls = [*ENDS, ("openai", "2026-10-03", 6.0)]
    found, _ = reconciled(lines, calls, ["a", "a", "a", "b"])
    row = found.loc[("openai", "2026-10")]
    assert (row.billed_usd, row.invoice_lines, row.status) == (6, 3, "agrees")
    found, _ = reconciled(lines, calls)
    assert found.loc[("openai", "2026-10")].billed_usd == 13


def test_what_has_no_place_is_in_the_residual() -> None:
    lines: list[Line] = [(None, "2026-10", 3.0), ("openai", "october", 4.0)]
    lines += [("openai", "2026-13", 5.0), ("openai", "2026-10", None)]
    calls = [*ENDS, (None, "2026-10-02", 1.5), ("openai", None, 2.0)]
    found, checks = reconciled(lines, [*calls, ("openai", "2026-10-02", None)])
    residual = found.loc[("(residual)", "all")]
    assert (residual.billed_usd, residual.telemetry_usd) == (12, 3.5)
    assert (residual.interactions, residual.status) == (2, "residual")
    assert found.loc[("openai", "2026-10")].unpriced_interactions == 1
    unusable = checks.loc["unusable_invoice"]
    assert (unusable.checked_rows, unusable.failed_rows) == (4, 4)


providers = st.sampled_from(["openai", "groq", None])
days = st.sampled_from(["2026-10-01", "2026-10-31", "2026-11-05", None])
periods = st.sampled_from(["2026-10", "2026-10-31", "2026-11-05", "soon", None])
amounts = st.integers(-10_000_000, 10_000_000).map(lambda n: n / 10_000)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(providers, periods, amounts), max_size=8),
    st.lists(st.tuples(providers, days, amounts.map(abs) | st.none()), max_size=12),
)
def test_every_column_adds_up_to_the_cent(lines: list[Line], calls: list[Call]) -> None:
    found, _ = reconciled(lines, calls)
    assert found.index.is_unique

    def total(column: str) -> Decimal:
        return sum((Decimal(str(value)) for value in found[column]), Decimal(0))

    months = {provider for provider, period, _ in lines if period == "2026-10"}
    billed = sum(
        Decimal(str(amount))
        for provider, period, amount in lines
        if not (period == "2026-10-31" and provider in months - {None})
    )
    spent = sum(Decimal(str(cost)) for _, _, cost in calls if cost is not None)
    cent = Decimal("0.01")
    assert abs(total("billed_usd") - Decimal(billed)) <= cent / 2
    assert abs(total("telemetry_usd") - Decimal(spent)) <= cent / 2
    assert total("billed_usd") - total("telemetry_usd") == total("variance_usd")
    assert total("logged_usd") + total("imputed_usd") == total("telemetry_usd")
    assert total("interactions") == len(calls)
