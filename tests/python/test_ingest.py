"""The traps of CSV and Parquet, read into marts.interactions."""

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from rendered_models import render

from llm_telemetry.warehouse.build import build_marts, scratch_of
from llm_telemetry.warehouse.connection import read

HEADER = "interaction_id,session_id,user_id,timestamp_utc,is_failure"


def contract(folder: Path, interactions: bytes, name: str = "interactions.csv") -> Path:
    """Write a contract of one session and one user around the interactions."""
    folder.mkdir(exist_ok=True)
    (folder / f"llm_system_{name}").write_bytes(interactions)
    (folder / "llm_system_sessions_summary.csv").write_text("session_id\ns1\n")
    (folder / "llm_system_users_summary.csv").write_text("user_id\nu1\n")
    return folder


def ingested(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return interactions, rejected values and inputs as the marts hold them."""
    select = "+interactions +rejected_values +inputs"
    with build_marts(folder, folder / "w.duckdb", select=select) as warehouse:
        marts = ("interactions", "rejected_values", "inputs")
        interactions, rejected, inputs = (read(mart, warehouse) for mart in marts)
    return interactions.set_index("interaction_id"), rejected, inputs


@pytest.fixture(autouse=True, scope="module")
def _missing_values_allowed() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for knob in ("MAX_LATENCY_MISSING_RATE", "MAX_COST_MISSING_RATE"):
            patch.setenv(knob, "1")
        yield


@pytest.fixture(scope="module")
def trapped(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """One file with a BOM, CRLF, quoted commas and newlines, and every odd value."""
    rows = [
        f"{HEADER},latency_ms,cost_usd,prompt_tokens,use_case,temperature,surprise",
        "a,s1,u1,2025-03-01T10:00:00Z,TRUE,100,0.5,10,plain,0.1,x",
        "b,s1,u1,2025-03-01 12:00:00+02:00,0,NaN,0.5,12.0,,0.1,x",
        'c,s1,u1,2025-03-01 10:00:00,no,inf,0.5,12.7,"a, ""b""\r\nc",0.1,x',
        "d,s1,u1,2025-03-01,y,  7 ,null,1e2,plain,,x",
        "e,s1,u1,yesterday,maybe,1e3,0.5,,plain,warm,x",
        "f,s1,u1,,f,-5,0.5,3,NaN,0.1,x",
    ]
    text = "\r\n".join(rows) + "\r\n"
    folder = tmp_path_factory.mktemp("trapped")
    return ingested(contract(folder, b"\xef\xbb\xbf" + text.encode()))


def test_timestamps_are_read_as_utc(trapped: tuple[pd.DataFrame, ...]) -> None:
    times = trapped[0]["timestamp_utc"]
    assert (times[["a", "b", "c"]] == pd.Timestamp("2025-03-01 10:00")).all()
    assert times["d"] == pd.Timestamp("2025-03-01 00:00")
    assert times[["e", "f"]].isna().all()


def test_booleans_take_the_words_of_the_contract(
    trapped: tuple[pd.DataFrame, ...],
) -> None:
    outcomes = trapped[0]["is_failure"]
    assert list(outcomes[["a", "b", "c", "d", "f"]]) == [
        True,
        False,
        False,
        True,
        False,
    ]
    assert pd.isna(outcomes["e"])


def test_numbers_are_read_or_missing(trapped: tuple[pd.DataFrame, ...]) -> None:
    rows = trapped[0].loc[list("abcdef")]
    expected = [100.0, None, None, 7.0, 1000.0, -5.0]
    assert [None if pd.isna(x) else x for x in rows["latency_ms"]] == expected
    tokens = [None if pd.isna(x) else int(x) for x in rows["prompt_tokens"]]
    assert tokens == [10, 12, None, 100, None, 3]
    assert pd.isna(rows["cost_usd"]["d"])


def test_quoted_text_keeps_its_commas_quotes_and_newlines(
    trapped: tuple[pd.DataFrame, ...],
) -> None:
    assert trapped[0]["use_case"]["c"] == 'a, "b"\r\nc'
    assert pd.isna(trapped[0]["use_case"]["b"])
    assert pd.isna(trapped[0]["use_case"]["f"])


def test_what_cannot_be_cast_is_listed_and_what_is_missing_is_not(
    trapped: tuple[pd.DataFrame, ...],
) -> None:
    listed = trapped[1][["row_key", "column_name", "raw_value"]]
    assert set(listed.itertuples(index=False, name=None)) == {
        ("c", "latency_ms", "inf"),
        ("c", "prompt_tokens", "12.7"),
        ("e", "timestamp_utc", "yesterday"),
        ("e", "is_failure", "maybe"),
        ("e", "temperature", "warm"),
    }


def test_a_date_and_an_hour_stand_in_for_the_timestamp(tmp_path: Path) -> None:
    text = (
        "interaction_id,session_id,user_id,date_utc,hour_of_day_utc,is_failure\n"
        "a,s1,u1,2025-03-01,13,no\nb,s1,u1,2025-03-02,,no\nc,s1,u1,,4,no\n"
    )
    times = ingested(contract(tmp_path, text.encode()))[0]["timestamp_utc"]
    assert times["a"] == pd.Timestamp("2025-03-01 13:00")
    assert times["b"] == pd.Timestamp("2025-03-02 00:00")
    assert pd.isna(times["c"])


def test_every_format_and_order_of_the_same_rows_has_one_digest(tmp_path: Path) -> None:
    lines = [f"i{i},s1,u1,2025-03-01 10:00:00,no,{i}.5" for i in range(50)]
    text = "\n".join([f"{HEADER},latency_ms", *lines, ""]).encode()
    shuffled = "\n".join([f"{HEADER},latency_ms", *reversed(lines), ""]).encode()
    typed = pd.DataFrame(
        {
            "interaction_id": [f"i{i}" for i in range(50)],
            "session_id": "s1",
            "user_id": "u1",
            "timestamp_utc": pd.Timestamp("2025-03-01 10:00", tz="UTC"),
            "is_failure": False,
            "latency_ms": [i + 0.5 for i in range(50)],
        }
    )
    folders = [
        contract(tmp_path / "csv", text),
        contract(tmp_path / "gz", gzip.compress(shuffled), "interactions.csv.gz"),
        contract(tmp_path / "parquet", b"", "interactions.parquet"),
    ]
    write_parquet(typed, folders[2] / "llm_system_interactions.parquet")

    found = [ingested(folder)[2] for folder in folders]

    digests = {
        inputs.set_index("table_name")["content_sha256"]["interactions"]
        for inputs in found
    }
    assert len(digests) == 1


def test_a_digest_tells_rows_apart_by_column_and_by_what_is_missing() -> None:
    rows = [("a", "b"), ("ab", ""), ("", "ab"), ("a", None), (None, "a"), ("a", "")]
    digest = render("{{ row_digest('one, other') }}")
    with duckdb.connect() as connection:
        connection.register("frame", pd.DataFrame(rows, columns=["one", "other"]))
        query = f"select count(distinct {digest}) from frame"
        assert connection.sql(query).fetchall() == [(len(rows),)]


def test_the_published_sessions_add_up(
    shared_data: Callable[[str], Path], tmp_path: Path
) -> None:
    model = "stg_telemetry_csv__sessions"
    totals = "sum(total_requests), sum(failed_requests), sum(total_cost_usd)"
    with (
        build_marts(
            shared_data("reference"), tmp_path / "w.duckdb", select=f"+{model}"
        ) as file,
        duckdb.connect(str(scratch_of(file))) as connection,
    ):
        (summed,) = connection.sql(f"select {totals} from staging.{model}").fetchall()
    assert summed == (9_000, 2_557, pytest.approx(1748.19, abs=0.005))


def write_parquet(table: pd.DataFrame, file: Path) -> None:
    with duckdb.connect() as connection:
        connection.register("rows", table)
        connection.sql("select * from rows").write_parquet(str(file))
