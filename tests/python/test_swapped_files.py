"""Files whose names were swapped are said to be, before dbt starts."""

import time
from pathlib import Path

import pytest

from llm_telemetry.cli import main
from llm_telemetry.errors import InputError
from llm_telemetry.ingest.early_checks import check
from llm_telemetry.warehouse import build

CALLS, SESSIONS, USERS = (
    "llm_system_interactions",
    "llm_system_sessions_summary",
    "llm_system_users_summary",
)
HEADERS = {
    CALLS: "interaction_id,session_id,user_id,timestamp_utc,is_failure,latency_ms",
    SESSIONS: "session_id,user_id,session_total_cost_usd,session_total_tokens",
    USERS: "user_id,user_total_cost_usd,user_total_tokens",
}
ROWS = {
    CALLS: "a,s1,u1,2025-03-01T10:00:00Z,false,843",
    SESSIONS: "s1,u1,0.1,9",
    USERS: "u1,0.1,9",
}


def exchanged(folder: Path, columns: dict[str, str]) -> Path:
    """Write the three files; those named in ``columns`` have another's columns."""
    for stem in HEADERS:
        of = columns.get(stem, stem)
        (folder / f"{stem}.csv").write_text(f"{HEADERS[of]}\n{ROWS[of]}\n")
    return folder


def said(folder: Path) -> list[str]:
    try:
        return check(folder, ["telemetry_csv"])
    except InputError as error:
        return list(error.lines)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (
            {CALLS: SESSIONS, SESSIONS: CALLS},
            f"interactions.file: {CALLS}.csv has the columns of sessions, and "
            f"{SESSIONS}.csv those of interactions: swap the names of the two files",
        ),
        (
            {USERS: SESSIONS, SESSIONS: USERS},
            f"sessions.file: {SESSIONS}.csv has the columns of users, and {USERS}.csv "
            "those of sessions: swap the names of the two files",
        ),
        (
            {CALLS: USERS},
            f"interactions.file: {CALLS}.csv has the columns of users: name it "
            f"{USERS}.csv, and put the file of interactions in its place",
        ),
        (
            {SESSIONS: CALLS},
            f"sessions.file: {SESSIONS}.csv has the columns of interactions: name it "
            f"{CALLS}.csv, and put the file of sessions in its place",
        ),
    ],
)
def test_files_whose_names_were_swapped_are_one_line(
    columns: dict[str, str], expected: str, tmp_path: Path
) -> None:
    assert said(exchanged(tmp_path, columns)) == [expected]


def test_swapped_files_are_named_before_dbt_starts(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(build, "_dbt", None)
    exchanged(tmp_path, {CALLS: SESSIONS, SESSIONS: CALLS})
    began = time.process_time()
    assert main(["run", "--data-dir", str(tmp_path), "--out-dir", str(tmp_path)]) == 2
    assert time.process_time() - began < 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("swap the names of the two files")


@pytest.mark.parametrize(
    "header",
    [
        "session_id",
        # of calls only what describes a session
        "session_id,use_case,account_tier,channel,region,segment,model_name",
        "session_id,user_id,session_total_cost_usd",
    ],
)
def test_a_summary_may_have_columns_of_another_table(
    header: str, tmp_path: Path
) -> None:
    exchanged(tmp_path, {})
    row = ",".join("1" for _ in header.split(","))
    (tmp_path / f"{SESSIONS}.csv").write_text(f"{header}\n{row}\n")
    assert said(tmp_path) == []
