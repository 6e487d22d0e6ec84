"""The reader's own casts give what the careful ones give, value by value."""

import csv
from pathlib import Path

import duckdb
from conftest import SAMPLE
from test_landing import MODELS, TABLE

from llm_telemetry.warehouse.build import build_marts, scratch_of

VALUES = {
    "latency_ms": [
        *("1_000", " 12", "12 ", "1e400", "-0", "0x10", "1d", "1,5", "+5", "1.", ".5"),
        *("inf", "-inf", "Infinity", "nan", "NaN", "-nan", "null", "NA", "n/a", "-"),
        *("1e-400", "1e12", "1000000000001", "-1e13", "\t5", "5\t", "1__0", "", "  "),
    ],
    "prompt_tokens": [
        *("12.0", "12.7", "1e3", "9007199254740993", "9223372036854775808", "1e30"),
        *("-9223372036854775808", "-1", "1_0", "nan", "inf", "0.5", " 7", "none"),
        *("1e12", "1000000000001", "-1e12", "-1e13"),
    ],
    "is_failure": [
        *("true", "T", "1", "yes", "y", "on", "off", "No", "0", " true", "true "),
        *("1.0", "2", "tru", "null", "none", ""),
    ],
    "timestamp_utc": [
        *("2025-03-01", "2025-03-01 10:00:00", "2025-03-01T10:00:00+02:00"),
        *(
            "2025-03-01T10:00:00.123456789Z",
            "2025/03/01 01:00",
            "infinity",
            "-infinity",
        ),
        *("epoch", "2025-02-30", "2025-03-01T24:00:00", " 2025-03-01", "2025-03-01 "),
        *("2025-03-01 10:00:00 Europe/Berlin", "20250301", "01/03/2025", "1740787200"),
        *("1970-01-01T00:00:00Z", "26-10-02T00:00:00Z", "9999-12-31", "2014-12-31"),
        *("2015-01-01", "46300.5", "3000-01-01T00:00:00Z", "2014-12-31T23:00:00-02:00"),
        *("2025-03-01T10:00:00+0200", "10000-01-01", "0001-01-01 (BC)", "nan", ""),
    ],
    "use_case": [
        "NULL",
        "nan",
        "NaN",
        "nAn",
        "none",
        "NA",
        " chat",
        "chat ",
        " ",
        "é",
        "",
    ],
    "user_id": ["unknown", "null", " u1", "u1 ", "Nan", ""],
    "session_id": ["null", " s1", "s1 ", "\ts1", 'a "quoted" one', "two\nlines"],
}

READ = """
    select * replace (cast(rejected_values as varchar) as rejected_values)
    from intermediate.int_interactions_unioned
    order by interaction_id
"""
DIGESTS = """
    select loaded_date, sum(file_rows), sum(md5_high), sum(md5_low)
    from staging.stg_telemetry_csv__landed_files
    where table_name = 'interactions'
    group by all
    order by all
"""


def test_a_value_alone_in_its_file_is_typed_as_among_all_others(
    tmp_path: Path,
) -> None:
    with (SAMPLE / f"{TABLE}.csv").open(newline="") as lines:
        header, first, *_ = csv.reader(lines)
    rows = [
        [
            f"i{number}"
            if name == "interaction_id"
            else value
            if name == column
            else as_is
            for name, as_is in zip(header, first, strict=True)
        ]
        for number, (column, value) in enumerate(
            (column, value) for column, values in VALUES.items() for value in values
        )
    ]
    found = []
    for name, files in {"alone": [[row] for row in rows], "all": [rows]}.items():
        folder = tmp_path / name / TABLE
        folder.mkdir(parents=True)
        for number, some in enumerate(files):
            with (folder / f"{number:03}.csv").open("w", newline="") as file:
                csv.writer(file).writerows([header, *some])
        found.append(staged(folder.parent, tmp_path / f"{name}.duckdb"))
    assert len(found[0][0]) == len(rows)
    assert found[0] == found[1]


def staged(data_dir: Path, warehouse: Path) -> list[list[tuple[object, ...]]]:
    """Return the rows of a build, and what its files are digested to."""
    with (
        build_marts(data_dir, warehouse, select=MODELS) as marts,
        duckdb.connect(str(scratch_of(marts)), read_only=True) as connection,
    ):
        connection.execute("set TimeZone = 'UTC'")
        return [connection.execute(query).fetchall() for query in (READ, DIGESTS)]
