"""Runs over telemetry without costs, and over bills, through the command line."""

import csv
from pathlib import Path

import duckdb
import pytest
from conftest import run

from llm_telemetry.cli import main


def rewritten(folder: Path, model: str | None) -> list[dict[str, str]]:
    """Drop the costs of the sample, and give every call to one model of OpenAI."""
    file = folder / "llm_system_interactions.csv"
    with file.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    for row in rows:
        del row["cost_usd"]
        if model:
            row |= {"model_provider": "openai", "model_name": model}
    with file.open("w", newline="") as lines:
        writer = csv.DictWriter(lines, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return rows


def usd(row: dict[str, str]) -> float:
    """Return what gpt-4o-mini bills for a call."""
    prompt, completion = int(row["prompt_tokens"]), int(row["completion_tokens"])
    return (0.15 * prompt + 0.6 * completion) / 1e6


def test_an_unpriced_model_stops_the_run_by_name(
    sample_copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rewritten(sample_copy, model=None)
    assert main(["validate", "--data-dir", str(sample_copy)]) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert "unpriced_call" in line
    assert "meta llama-3.1" in line


def test_costs_are_imputed_where_a_source_has_none(
    sample_copy: Path, tmp_path: Path
) -> None:
    rows = rewritten(sample_copy, model="gpt-4o-mini")
    march = [row for row in rows if row["timestamp_utc"].startswith("2025-03")]
    bill = sum(usd(row) for row in march)
    (sample_copy / "llm_provider_invoices.csv").write_text(
        f"model_provider,invoice_period,amount_usd\nOpenAI,2025-03,{bill}\n"
    )
    found = run(sample_copy, tmp_path)
    assert found.code == 0
    with duckdb.connect(str(found.warehouse), read_only=True) as connection:
        (imputed,) = connection.execute(
            "select sum(cost_usd) from marts.interactions where cost_source = 'imputed'"
        ).fetchall()
        rows_of_bills = connection.execute(
            "select invoice_period, billed_usd, telemetry_usd, status "
            "from marts.invoice_reconciliation order by invoice_period"
        ).fetchall()
    total = sum(map(usd, rows))
    assert imputed[0] == pytest.approx(total)
    assert ("2025-03", round(bill, 2), round(bill, 2), "agrees") in rows_of_bills
    assert sum(row[1] for row in rows_of_bills) == pytest.approx(round(bill, 2))
    assert sum(row[2] for row in rows_of_bills) == pytest.approx(round(total, 2))
