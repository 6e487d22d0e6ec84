"""Headers of CSV files that leave open which column is meant."""

from pathlib import Path

import pytest
from test_early_checks import FILE, HEADER, ROW, contract, said

from llm_telemetry.ingest.csv_headers import header_faults

OPEN = "which one is meant cannot be known: remove or rename the others"


@pytest.mark.parametrize(
    ("header", "row", "column", "written"),
    [
        (f"LATENCY_MS,{HEADER}", f"900,{ROW}", "latency_ms", "LATENCY_MS"),
        # of a column that is ignored any number may be there
        (f"prompt,{HEADER},Prompt,is_failure", f"x,{ROW},x,true", "is_failure", ""),
    ],
)
def test_a_column_of_the_contract_that_is_there_twice_is_refused(
    tmp_path: Path, header: str, row: str, column: str, written: str
) -> None:
    names = f"`{written or column}` and `{column}`"
    assert said(contract(tmp_path, f"{header}\n{row}\n")) == [
        f"interactions.{column}: {FILE} has {names}: {OPEN}"
    ]


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("id;startTime;spend", ["has one column", "separated by semicolons"]),
        ("id\tstartTime", ["has one column", "separated by tabs"]),
        # a data frame writes its index under the name of a column: the first one counts
        ("id,Spend,spend", []),
        ("id,spend", []),
    ],
)
def test_a_header_of_a_gateway_that_leaves_open_what_is_meant_is_named(
    tmp_path: Path, header: str, words: list[str]
) -> None:
    (tmp_path / "litellm").mkdir()
    file = tmp_path / "litellm" / "log.csv"
    file.write_text(f"{header}\n1;2;3\n")
    lines = list(header_faults([file], tmp_path, "litellm"))
    assert len(lines) == bool(words)
    for line in lines:
        assert line.startswith("litellm.file: litellm/log.csv ")
        assert all(word in line for word in words)
