"""What the consoles of providers export is read as it is, beside bills of one's own."""

from pathlib import Path

import duckdb
import pytest

from llm_telemetry.warehouse.build import build_marts, scratch_of

OPENAI = (
    "start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,"
    "quantity,quantity_unit,line_item,user_id,api_key_id,project_id,user_email"
)
ANTHROPIC = (
    "usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,"
    "cost_usd,list_price_usd,cost_type"
)
OPENROUTER = (
    "generation_id,created_at,cost_total,cost_web_search,byok_usage_inference,"
    "tokens_prompt,tokens_completion,model_permaslug,provider_name"
)
FILES = {
    "openai.csv": [
        OPENAI,
        "1,2,2026-10-01T00:00:00+00:00,2026-10-02T00:00:00+00:00,,,,,,,,,",
        '1,2,2026-10-02T00:00:00+00:00,x,0.50,usd,9,t,"gpt-5, input",,k,p,SECRET',
        '1,2,2026-10-02T00:00:00+00:00,x,0.25,usd,9,t,"gpt-5, output",,k,p,SECRET',
        "1,2,2026-10-03T00:00:00+00:00,x,9.00,eur,,,,,,,",
    ],
    "claude.csv": [
        ANTHROPIC,
        "2026-10-02,Claude Haiku 4.5,Default,key,message,200k,input,0.05,1,token",
        "2026-10-02,Claude Haiku 4.5,Default,key,message,200k,output,0.05,1,token",
    ],
    "openrouter.csv": [
        OPENROUTER,
        "gen-1,2026-10-02 23:59:59.713,0.0125,0,0,10,5,openai/gpt-oss-120b,DeepInfra",
        "gen-1,2026-10-02 23:59:59.713,0.0125,0,0,10,5,openai/gpt-oss-120b,DeepInfra",
        "gen-2,2026-10-03 00:00:00.000,0,0,0.02,10,5,openai/gpt-oss-120b,DeepInfra",
    ],
    "own.csv": [
        "model_provider,invoice_period,amount_usd,cost_usd",
        "mistral,2026-10,7.5,1",
    ],
}
Lines = list[tuple[str, str, float | None, bool]]


def lines(folder: Path) -> Lines:
    """Return the lines of all invoices."""
    with (
        build_marts(
            folder, folder / "w.duckdb", ["litellm"], select="+int_invoice_lines"
        ) as marts,
        duckdb.connect(str(scratch_of(marts)), read_only=True) as connection,
    ):
        return connection.execute(
            "select model_provider, invoice_period, amount_usd, is_usable"
            " from intermediate.int_invoice_lines order by all"
        ).fetchall()


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Lines:
    """Every export in the folder of invoices, and none for the gateway."""
    folder = tmp_path_factory.mktemp("bills")
    (folder / "llm_provider_invoices").mkdir()
    for name, rows in FILES.items():
        text = "\n".join(rows) + "\n"
        (folder / "llm_provider_invoices" / name).write_text(text)
    return lines(folder)


@pytest.mark.parametrize(
    ("provider", "expected"),
    [
        (
            "openai",
            [
                ("2026-10-02", 0.25, True),
                ("2026-10-02", 0.5, True),
                ("2026-10-03", None, False),
            ],
        ),
        ("anthropic", [("2026-10-02", 0.05, True)] * 2),
        ("openrouter", [("2026-10-02", 0.0125, True), ("2026-10-03", 0.0, True)]),
        ("mistral_ai", [("2026-10", 7.5, True)]),
    ],
)
def test_an_export_is_a_bill_by_day(
    found: Lines, provider: str, expected: list[tuple[str, float | None, bool]]
) -> None:
    assert [line[1:] for line in found if line[0] == provider] == expected


def test_an_export_may_be_the_one_file_of_invoices(tmp_path: Path) -> None:
    rows = "\n".join(FILES["claude.csv"]) + "\n"
    (tmp_path / "llm_provider_invoices.csv").write_text(rows)
    assert {line[0] for line in lines(tmp_path)} == {"anthropic"}
