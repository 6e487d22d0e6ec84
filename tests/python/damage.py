"""Ways to damage a folder of telemetry."""

import gzip
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd

INTERACTIONS = "llm_system_interactions.csv"
SESSIONS = "llm_system_sessions_summary.csv"
USERS = "llm_system_users_summary.csv"
SAMPLES = "llm_system_instruction_tuning_samples.csv"

Damage = Callable[[Path], None]


def edited(file: str, edit: Callable[[pd.DataFrame], pd.DataFrame]) -> Damage:
    def damage(folder: Path) -> None:
        table = pd.read_csv(folder / file, dtype=str, keep_default_na=False)
        edit(table).to_csv(folder / file, index=False)

    return damage


def without_column(file: str, column: str) -> Damage:
    return edited(file, lambda table: table.drop(columns=column))


def repeated_row(file: str) -> Damage:
    return edited(file, lambda table: pd.concat([table, table.tail(1)]))


def with_value(column: str, value: str, rows: slice = slice(4, 5)) -> Damage:
    def edit(table: pd.DataFrame) -> pd.DataFrame:
        table.loc[table.index[rows], column] = value
        return table

    return edited(INTERACTIONS, edit)


def without_file(file: str) -> Damage:
    return lambda folder: (folder / file).unlink()


def with_bytes(file: str, change: Callable[[bytes], bytes]) -> Damage:
    def damage(folder: Path) -> None:
        content = (folder / file).read_bytes()
        (folder / file).write_bytes(change(content))

    return damage


def in_line(number: int, change: Callable[[bytes], bytes]) -> Damage:
    def edit(content: bytes) -> bytes:
        lines = content.split(b"\n")
        lines[number - 1] = change(lines[number - 1])
        return b"\n".join(lines)

    return with_bytes(INTERACTIONS, edit)


def renamed(suffix: str) -> Damage:
    return lambda folder: (
        (folder / INTERACTIONS).rename(folder / INTERACTIONS.replace(".csv", suffix))
        and None
    )


def unreadable_times_in_parquet(folder: Path) -> None:
    with_value("timestamp_utc", "05/05/2026 10:00", slice(None))(folder)
    file = folder / INTERACTIONS
    calls = duckdb.read_csv(str(file), all_varchar=True)
    calls.write_parquet(str(file.with_suffix(".parquet")))
    file.unlink()


def instruction_samples(ids: list[str]) -> Damage:
    return lambda folder: pd.DataFrame({"interaction_id": ids}).to_csv(
        folder / SAMPLES, index=False
    )


def also_compressed(folder: Path) -> None:
    content = (folder / INTERACTIONS).read_bytes()
    (folder / f"{INTERACTIONS}.gz").write_bytes(gzip.compress(content))


def two_splits(folder: Path) -> None:
    def edit(table: pd.DataFrame) -> pd.DataFrame:
        rank = table.groupby("session_id").cumcount()
        return table.assign(split=rank.map(lambda place: "test" if place else "train"))

    edited(INTERACTIONS, edit)(folder)


def everything_at_once(folder: Path) -> None:
    with_value("total_tokens", "1")(folder)
    with_value("user_id", "nobody", slice(7, 8))(folder)
    repeated_row(SESSIONS)(folder)
