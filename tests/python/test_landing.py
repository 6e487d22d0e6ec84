"""Each file of the contract is typed once, and the rows are those of one file."""

import os
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import warm_dbt
from conftest import SAMPLE
from repetitions import times

from llm_telemetry.warehouse import build
from llm_telemetry.warehouse.build import build_marts, scratch_of
from llm_telemetry.warehouse.typed_cache import folder_of

Hear = Callable[[str], None]
TABLE = "llm_system_interactions"
MODELS = "+int_interactions_unioned staging.telemetry_csv +int_checks_inputs"


def staged(data_dir: Path, warehouse: Path) -> pd.DataFrame:
    """Build as far as the union of the sources; return its rows in a fixed order."""
    with (
        build_marts(data_dir, warehouse, select=MODELS) as marts,
        duckdb.connect(str(scratch_of(marts)), read_only=True) as connection,
    ):
        connection.execute("set TimeZone = 'UTC'")
        rows = connection.sql("from intermediate.int_interactions_unioned")
        return rows.order("interaction_id").df()


def landed(warehouse: Path) -> dict[str, int]:
    """Return when each landed file was written."""
    files = folder_of(warehouse).glob("*-*-*.parquet")
    return {
        file.name: file.stat().st_mtime_ns
        for file in files
        if not file.name.endswith(".days.parquet")
    }


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    return pd.read_csv(SAMPLE / f"{TABLE}.csv", dtype=str, keep_default_na=False)


def test_batches_with_late_and_corrected_rows_are_one_table(
    sample: pd.DataFrame, tmp_path: Path
) -> None:
    draw, batches = random.Random(7), times(15, 30)
    data, whole, warehouse = (
        tmp_path / "data",
        tmp_path / "whole",
        tmp_path / "w.duckdb",
    )
    for folder in (data, whole):
        (folder / TABLE).mkdir(parents=True)
        for name in ("llm_system_sessions_summary.csv", "llm_system_users_summary.csv"):
            shutil.copyfile(SAMPLE / name, folder / name)
    # every tenth row comes up to five batches late
    due = [at * (batches - 6) // len(sample) for at in range(len(sample))]
    arrived = pd.Series(
        [at + draw.randrange(6) * (draw.random() < 0.1) for at in due],
        index=sample.index,
    )
    for number in range(batches + 1):
        batch = sample[arrived == number].copy()
        # every twentieth is wrong at first, and corrected by the next batch
        batch.loc[batch.index[::20], "latency_ms"] = "1"
        corrected = sample[arrived == number - 1].iloc[::20]
        rows = pd.concat([corrected, batch])
        rows.to_csv(data / TABLE / f"{number:02}.csv", index=False)
        if draw.random() < 0.1:
            staged(data, warehouse)
    sample.to_csv(whole / TABLE / "all.csv", index=False)
    pd.testing.assert_frame_equal(
        staged(data, warehouse), staged(whole, tmp_path / "x.duckdb"), check_exact=True
    )


def test_a_file_is_typed_again_only_where_it_changed(
    sample_copy: Path, tmp_path: Path
) -> None:
    warehouse = tmp_path / "w.duckdb"
    (sample_copy / "llm_system_prompts_lookup.csv").write_text("prompt_id\np1\n")
    for file in sample_copy.iterdir():
        # within the second of its source a landed file is not trusted
        os.utime(file, (time.time() - 10, time.time() - 10))
    staged(sample_copy, warehouse)
    first = landed(warehouse)
    assert len(first) == 4
    staged(sample_copy, warehouse)
    assert landed(warehouse) == first
    users = sample_copy / "llm_system_users_summary.csv"
    users.write_text(users.read_text().replace("user_id", "USER_ID", 1))
    (sample_copy / "llm_system_prompts_lookup.csv").unlink()
    staged(sample_copy, warehouse)
    after = landed(warehouse)
    assert len(after) == 3
    (fresh,) = after.keys() - first.keys()
    assert fresh.startswith("llm_system_users_summary")


def test_more_landed_files_take_no_more_queries(
    sample: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []

    def run(arguments: list[str], environment: dict[str, str], hear: Hear) -> int:
        return warm_dbt.run(
            arguments, environment, lambda line: (sent.append(line), hear(line))
        )

    def queries(files: int) -> int:
        data, warehouse = tmp_path / f"{files}", tmp_path / f"{files}.duckdb"
        for name in ("sessions_summary", "users_summary", "interactions"):
            (data / f"llm_system_{name}").mkdir(parents=True)
            rows = (SAMPLE / f"llm_system_{name}.csv").read_text().splitlines()
            for at in range(files):
                part = data / f"llm_system_{name}" / f"{at}.csv"
                part.write_text("\n".join([rows[0], *rows[1 + at :: files], ""]))
                # what is as new as its landed file is landed again
                os.utime(part, (0, 0))
        for _ in range(2):
            sent.clear()
            with build_marts(data, warehouse, select="+stg_telemetry_csv__users"):
                pass
        return sum('"sql"' in line for line in sent)

    monkeypatch.setattr(build, "_dbt", run)
    assert queries(9) == queries(3)
