"""Calls held for some days, rollups for ever: as if all had been read at once."""

import random
import shutil
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from conftest import ROOT, SAMPLE

from llm_telemetry.config.knobs import CONTRACT
from llm_telemetry.warehouse import build as build_module
from llm_telemetry.warehouse import incremental_state, parse_cache
from llm_telemetry.warehouse.build import build_marts, scratch_of
from llm_telemetry.warehouse.connection import read
from llm_telemetry.warehouse.promote import publish

TABLE = "llm_system_interactions"
WINDOW = 14
BATCHES = 30
LATE = "2025-02-20"
ROLLED = (
    "health_by_day",
    "unit_costs_by_day",
    "usage_by_day",
    "answers_by_day",
    "latencies_by_day",
    "latencies_by_hour",
    "model_latencies_by_day",
    "event_variance_by_day",
    "provider_costs_by_day",
    "watched_by_day",
    "watched_latencies_by_day",
)
# and what stands on them, or on the calls that are held
MARTS = (
    *ROLLED,
    "interactions",
    "windows",
    "usage_by_week",
    "anomalies",
    "budget_burn",
    "cost_forecast",
    "invoice_reconciliation",
    "model_prices_used",
    "inputs",
    "loaded_files",
)
Marts = dict[str, pd.DataFrame]
Days = pd.DataFrame


@pytest.fixture(autouse=True)
def window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINDOW_DAYS", str(WINDOW))
    # the late batch of a model whose calls had no cost until then
    monkeypatch.setenv("MAX_COST_MISSING_RATE", "1")
    monkeypatch.setenv("MAX_UNPRICED_RATE", "1")


def build(data: Path, warehouse: Path, *, full_refresh: bool = False) -> Days:
    """Build and publish; return what was read of which day."""
    select = " ".join(f"+{mart}" for mart in (*MARTS, "build_info", "price_book"))
    with build_marts(
        data, warehouse, select=select, full_refresh=full_refresh
    ) as marts:
        with duckdb.connect(str(scratch_of(marts)), read_only=True) as connection:
            days: Days = connection.sql(
                "from staging.stg_telemetry_csv__days_to_process"
            ).df()
        # `run` seals them, which leaves no log of DuckDB's beside them either
        duckdb.connect(str(marts)).close()
        publish(marts, warehouse)
    return days.set_index("loaded_date")


def marts_of(warehouse: Path) -> Marts:
    return {mart: read(mart, warehouse) for mart in MARTS}


def weekly_quantiles_over_exact(warehouse: Path) -> list[float]:
    """Return the quantiles of whole weeks from the histogram, over the exact ones."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        ratios = connection.sql(
            """
            with exact as (
                select
                    date_trunc('week', interaction_date) as week_starts_on,
                    use_case,
                    quantile_disc(operation_latency_ms, [0.5, 0.95, 0.99]) as exact
                from marts.interactions
                where operation_latency_ms is not null
                group by all
            )
            select unnest([
                p50_latency_ms / exact[1],
                p95_latency_ms / exact[2],
                p99_latency_ms / exact[3]
            ])
            from exact inner join marts.usage_by_week using (week_starts_on, use_case)
            -- the first week is held in part
            where week_starts_on >= date '2025-05-05'
            """
        ).fetchall()
    return [ratio for (ratio,) in ratios]


def assert_as_read_at_once(data: Path, warehouse: Path, folder: Path) -> None:
    """Compare with a build that starts from nothing, to the last digit."""
    whole = folder / "whole.duckdb"
    build(data, whole, full_refresh=True)
    ours, theirs = marts_of(warehouse), marts_of(whole)
    for mart in MARTS:
        pd.testing.assert_frame_equal(
            ours[mart], theirs[mart], check_exact=True, obj=mart
        )


@pytest.fixture
def rows() -> pd.DataFrame:
    """The sample, one model of which logs its costs from the last month on only."""
    sample = pd.read_csv(SAMPLE / f"{TABLE}.csv", dtype=str, keep_default_na=False)
    is_silent = sample["model_name"] == sample["model_name"].mode()[0]
    is_early = sample["timestamp_utc"] < "2025-04-01"
    return sample.assign(cost_usd=sample["cost_usd"].mask(is_silent & is_early, ""))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder without interactions as yet."""
    folder = tmp_path / "data"
    (folder / TABLE).mkdir(parents=True)
    for name in ("llm_system_sessions_summary.csv", "llm_system_users_summary.csv"):
        shutil.copyfile(SAMPLE / name, folder / name)
    return folder


def write(rows: pd.DataFrame, data: Path, name: str) -> None:
    rows.to_csv(data / TABLE / f"{name}.csv", index=False)


def write_files(rows: pd.DataFrame, data: Path) -> None:
    """Write a file a month, one a day for the last month, and one for the late day."""
    days = rows["timestamp_utc"].str[:10]
    is_alone = (days >= "2025-05-01") | (days == LATE)
    for name, calls in rows.groupby(days.where(is_alone, days.str[:7])):
        write(calls, data, str(name))


def project_copy(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Build with a copy of the project; return where its negotiated prices stand."""
    project = folder / "project"
    for part in ("models", "macros", "seeds"):
        shutil.copytree(ROOT / part, project / part)
    for file in ("dbt_project.yml", "profiles.yml"):
        shutil.copyfile(ROOT / file, project / file)
    # generic tests, which the models name
    shutil.copytree(ROOT / "tests" / "generic", project / "tests" / "generic")
    for module in (build_module, incremental_state):
        monkeypatch.setattr(module, "PROJECT", project)
    monkeypatch.setattr(parse_cache, "PARSED", project / "partial_parse.msgpack")
    return project / "seeds" / "price_overrides.csv"


def agree(
    prices: Path, until: str, provider: str = "meta", narrower: str | None = None
) -> None:
    """Write a price that doubles on a day, and one of a narrower name from a day on."""
    agreed = pd.DataFrame(
        {
            "provider": [provider, provider, "meta"],
            "model": "llama-3.1-70b",
            "valid_from": [None, until, narrower],
            "valid_to": [until, None, None],
            "input_usd_per_mtok": [1.0, 2.0, 3.0],
            "output_usd_per_mtok": [3.0, 6.0, 9.0],
            "source": "contract",
        },
        columns=pd.read_csv(prices).columns,
    )
    agreed[: 3 if narrower else 2].to_csv(prices, index=False)


def test_thirty_batches_with_late_and_corrected_rows_make_the_marts_of_one(
    rows: pd.DataFrame, data: Path, tmp_path: Path
) -> None:
    draw, warehouse = random.Random(11), tmp_path / "w.duckdb"
    # every twentieth row comes up to twelve batches late: beyond what is held
    arrived = pd.Series(
        [
            min(
                at * BATCHES // len(rows) + draw.randrange(12) * (draw.random() < 0.05),
                BATCHES - 1,
            )
            for at in range(len(rows))
        ],
        index=rows.index,
    )
    for number in range(BATCHES):
        batch = rows[arrived == number].copy()
        # every twentieth is wrong at first, and corrected four batches later
        batch.loc[batch.index[::20], "latency_ms"] = "1"
        corrected = rows[arrived == number - 4].iloc[::20]
        write(pd.concat([corrected, batch]), data, f"{number:02}")
        if number in (11, 12, 25):
            days = build(data, warehouse)
    days = build(data, warehouse)
    assert 0 < days["is_restated"].sum() < len(days) - WINDOW
    assert_as_read_at_once(data, warehouse, tmp_path)
    ratios = weekly_quantiles_over_exact(warehouse)
    assert len(ratios) > 20
    assert all(abs(ratio - 1) <= 0.01 for ratio in ratios)


def test_only_days_that_a_file_touches_are_read(
    rows: pd.DataFrame, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = tmp_path / "w.duckdb"
    write_files(rows, data)
    (data / TABLE / f"{LATE}.csv").rename(tmp_path / "late.csv")
    days = build(data, warehouse)
    assert days["is_read"].all()
    assert days.loc[days["is_retained"]].index.min() == pd.Timestamp("2025-05-02")
    days = build(data, warehouse)
    # the day before shows which sessions had begun
    assert days.loc[days["is_read"]].index.min() == pd.Timestamp("2025-05-01")
    assert not days["is_restated"].any()
    (tmp_path / "late.csv").rename(data / TABLE / f"{LATE}.csv")
    days = build(data, warehouse)
    restated = days.index[days["is_restated"]].strftime("%m-%d").tolist()
    assert sorted(restated) == ["02-19", "02-20", "02-21"]
    assert_as_read_at_once(data, warehouse, tmp_path)
    # a file that is gone takes its day along
    (data / TABLE / f"{LATE}.csv").unlink()
    days = build(data, warehouse)
    restated = days.index[days["is_restated"]].strftime("%m-%d").tolist()
    assert sorted(restated) == ["02-19", "02-20", "02-21"]
    # knobs of what is decided leave rollups alone, more days held read those days
    monkeypatch.setenv("FAIL_BUDGET", "0.03")
    monkeypatch.setenv("WINDOW_DAYS", str(WINDOW + 7))
    days = build(data, warehouse)
    assert days.loc[days["is_retained"]].index.min() == pd.Timestamp("2025-04-25")
    assert days.loc[days["is_read"]].index.min() == pd.Timestamp("2025-04-24")
    # to the rollups of the days before, that of the file that is gone among them
    assert_as_read_at_once(data, warehouse, tmp_path)
    # and nothing is left of another knob of theirs
    assert incremental_state.can_continue_from(
        warehouse, incremental_state.state([CONTRACT])
    )
    monkeypatch.setenv("SLA_MS", "1000")
    assert not incremental_state.can_continue_from(
        warehouse, incremental_state.state([CONTRACT])
    )


def test_another_price_restates_the_days_on_which_it_holds(
    rows: pd.DataFrame, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse, prices = tmp_path / "w.duckdb", project_copy(tmp_path, monkeypatch)
    write_files(rows.drop(columns="cost_usd"), data)
    agree(prices, until="2025-04-01")
    build(data, warehouse)
    # later than was agreed, which both rows of the price say
    agree(prices, until="2025-04-03")
    days = build(data, warehouse)
    restated = days.index[days["is_restated"]].strftime("%m-%d").tolist()
    assert sorted(restated) == ["03-31", "04-01", "04-02", "04-03"]
    # a name that is narrower goes before the other on every day
    agree(prices, until="2025-04-03", provider="")
    build(data, warehouse)
    agree(prices, until="2025-04-03", provider="", narrower="2025-04-10")
    assert build(data, warehouse)["is_read"].all()
    assert_as_read_at_once(data, warehouse, tmp_path)


def test_a_correction_that_moves_a_call_to_another_day_makes_every_day_anew(
    rows: pd.DataFrame, data: Path, tmp_path: Path
) -> None:
    warehouse = tmp_path / "w.duckdb"
    write_files(rows, data)
    build(data, warehouse)
    moved = rows[rows["timestamp_utc"].str.startswith(LATE)].head(1)
    write(moved.assign(timestamp_utc="2025-03-05T12:00:00Z"), data, "moved")
    days = build(data, warehouse)
    assert days["is_read"].all()
    loaded = read("loaded_files", warehouse).groupby("file_name")["moved_rows"].max()
    assert loaded[loaded > 0].to_dict() == {
        f"{TABLE}/{LATE}.csv": 1,
        f"{TABLE}/moved.csv": 1,
    }
    assert_as_read_at_once(data, warehouse, tmp_path)
