"""Wrong input: exit code 2, one clear line a problem, earlier results untouched."""

import hashlib
from pathlib import Path

import pytest
from damage import (
    INTERACTIONS,
    SESSIONS,
    USERS,
    Damage,
    also_compressed,
    everything_at_once,
    in_line,
    instruction_samples,
    renamed,
    repeated_row,
    two_splits,
    unreadable_times_in_parquet,
    with_bytes,
    with_value,
    without_column,
    without_file,
)

from llm_telemetry.cli import main

# the damage, and what each line on stderr must hold, in order
CASES: dict[str, tuple[Damage, list[str]]] = {
    "no interactions file": (
        without_file(INTERACTIONS),
        ["interactions.file: required_file: no llm_system_interactions.csv (or .csv.g"],
    ),
    "an empty file": (
        with_bytes(INTERACTIONS, lambda content: b""),
        [f"interactions.file: not_empty: {INTERACTIONS} has no rows: export it again"],
    ),
    "only a header": (
        with_bytes(INTERACTIONS, lambda content: content.split(b"\n")[0] + b"\n"),
        ["interactions.file: not_empty"],
    ),
    "sessions with only a header": (
        with_bytes(SESSIONS, lambda content: content.split(b"\n")[0] + b"\n"),
        ["sessions.file: not_empty"],
    ),
    "no interaction_id": (
        without_column(INTERACTIONS, "interaction_id"),
        ["interactions.interaction_id: required_column"],
    ),
    "no session_id": (
        without_column(INTERACTIONS, "session_id"),
        ["interactions.session_id: required_column"],
    ),
    "no user_id": (
        without_column(INTERACTIONS, "user_id"),
        ["interactions.user_id: required_column"],
    ),
    "no timestamp_utc": (
        without_column(INTERACTIONS, "timestamp_utc"),
        ["interactions.timestamp_utc: required_column"],
    ),
    "no is_failure": (
        without_column(INTERACTIONS, "is_failure"),
        ["interactions.is_failure: required_column"],
    ),
    "sessions without session_id": (
        without_column(SESSIONS, "session_id"),
        ["sessions.session_id: required_column"],
    ),
    "users without user_id": (
        without_column(USERS, "user_id"),
        ["users.user_id: required_column"],
    ),
    "a repeated interaction": (
        repeated_row(INTERACTIONS),
        ["interactions.interaction_id: unique_key: 1 of 5800, e.g. i0005800: remove"],
    ),
    "a repeated session": (repeated_row(SESSIONS), ["sessions.session_id: unique_key"]),
    "a repeated user": (repeated_row(USERS), ["users.user_id: unique_key: 1 of 344"]),
    "an interaction without a key": (
        with_value("interaction_id", ""),
        ["interactions.interaction_id: key_present: 1 of 5800: give"],
    ),
    "an unknown session": (
        with_value("session_id", "s-nowhere"),
        ["interactions.session_id: foreign_key: 1 of 1224, e.g. s-nowhere: export"],
    ),
    "an unknown user": (
        with_value("user_id", "u-nobody"),
        ["interactions.user_id: foreign_key: 1 of 345, e.g. u-nobody"],
    ),
    "a sample of an unknown interaction": (
        instruction_samples(["i0000001", "i-none"]),
        ["instruction_samples.interaction_id: foreign_key: 1 of 2, e.g. i-none"],
    ),
    "samples of unknown interactions only": (
        instruction_samples(["i-none", "i-nil"]),
        ["instruction_samples.interaction_id: foreign_key: 2 of 2, e.g. i-nil"],
    ),
    "a cost beyond all measure": (
        with_value("cost_usd", "1e30", slice(0, 400)),
        ["interactions.cost_usd: missing_cost"],
    ),
    "two samples of one interaction": (
        instruction_samples(["i0000001", "i0000001"]),
        ["instruction_samples.interaction_id: unique_key: 1 of 1, e.g. i0000001"],
    ),
    "tokens that do not add up": (
        with_value("total_tokens", "7"),
        ["interactions.total_tokens: token_sum: 1 of 5800, e.g. i0000005: export"],
    ),
    "sessions in two windows": (
        two_splits,
        ["interactions.session_id: one_window"],
    ),
    "too little latency": (
        with_value("latency_ms", "", slice(0, 400)),
        [
            "interactions.latency_ms: missing_latency: 426 of 5800 (7.3%, limit "
            "5.0%), e.g. i0000001: provide latency_ms, or, if you accept the gap, "
            "raise MAX_LATENCY_MISSING_RATE"
        ],
    ),
    "latencies with a unit": (
        with_value("latency_ms", "843 ms", slice(0, 400)),
        [
            "interactions.latency_ms: missing_latency: 426 of 5800 (7.3%, limit "
            "5.0%), e.g. i0000001; 400 are unreadable, e.g. i0000001 (843 ms): provide "
        ],
    ),
    "too little cost": (
        with_value("cost_usd", "n/a", slice(0, 400)),
        [
            "interactions.cost_usd: missing_cost: 434 of 5800 (7.5%, limit 5.0%), "
            "e.g. i0000001: provide cost_usd, set IMPUTE_BESIDE_LOGGED=1 to use list "
            "prices, or, if you accept the gap, raise MAX_COST_MISSING_RATE"
        ],
    ),
    # of Parquet, no rows are read before the build
    "times that cannot be read": (
        unreadable_times_in_parquet,
        [
            "interactions.timestamp_utc: no_usable_value: 5800 of 5800, e.g. i0000001; "
            "5800 are unreadable, e.g. i0000001 (05/05/2026 10:00): write timestamp_utc"
        ],
    ),
    "a row cut short": (
        in_line(7, lambda line: line[:40]),
        [f"{INTERACTIONS}: line 7: 4 fields where the header has 35: correct the row"],
    ),
    "a row too long": (
        in_line(9, lambda line: line + b",1,2"),
        [f"{INTERACTIONS}: line 9: 37 fields where the header has 35"],
    ),
    "a quote that never closes": (
        in_line(11, lambda line: line.replace(b",", b',"', 1)),
        [f"{INTERACTIONS}: line 11: unexpected end of data: correct the quotes"],
    ),
    "text in another encoding": (
        in_line(13, lambda line: line.replace(b"i00", b"\xe9\xff", 1)),
        [f"{INTERACTIONS}: not UTF-8 text: export it as UTF-8"],
    ),
    "CSV that claims to be gzip": (
        renamed(".csv.gz"),
        [f"{INTERACTIONS}.gz: not a complete gzip file: export it again"],
    ),
    "CSV that claims to be Parquet": (
        renamed(".parquet"),
        ["llm_system_interactions.parquet: not a Parquet file: export it again"],
    ),
    "two files of one table": (
        also_compressed,
        [f"interactions.file: one_file: {INTERACTIONS} and {INTERACTIONS}.gz: keep on"],
    ),
    "three problems at once": (
        everything_at_once,
        [
            "interactions.user_id: foreign_key",
            "interactions.total_tokens: token_sum",
            "sessions.session_id: unique_key",
        ],
    ),
}


def digest(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        # what a good file was typed to may stay, whatever is wrong with another
        if file.is_file() and not file.parent.name.startswith(".landed.")
    }


@pytest.mark.parametrize(("damage", "expected"), CASES.values(), ids=CASES)
def test_bad_telemetry_is_named_and_changes_nothing(
    damage: Damage,
    expected: list[str],
    sample_copy: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    earlier = tmp_path / "earlier"
    earlier.mkdir()
    for name in ("warehouse.duckdb", "decision_artifact.json"):
        (earlier / name).write_text("an earlier good result")
    before = digest(earlier)
    damage(sample_copy)
    places = ["--warehouse", str(earlier / "warehouse.duckdb")]
    options = ["--data-dir", str(sample_copy), "--out-dir", str(earlier), *places]

    code = main(["run", "--quiet", *options])

    lines = capsys.readouterr().err.splitlines()
    assert code == 2
    assert len(lines) == len(expected), lines
    for line, start in zip(lines, expected, strict=True):
        assert line.startswith(start)
    assert digest(earlier) == before


ARGUMENTS: dict[str, tuple[list[str], str]] = {
    "no such folder": (["validate", "--data-dir", "nowhere"], "nowhere: folder not f"),
    "no such warehouse": (["decide", "--warehouse", "none.duckdb"], "none.duckdb: no"),
    "not a warehouse": (["decide", "--warehouse", "text.txt"], "text.txt: cannot be"),
    "no such artifact": (["verify", "none.json"], "none.json: cannot be read"),
    "not an artifact": (["verify", "text.txt"], "text.txt: not JSON"),
    "no such world": (
        ["simulate", "--world", "ideal", "--out-dir", "o"],
        "unknown world 'ideal': one of null, real, hidden",
    ),
    "a file as output": (
        ["simulate", "--world", "null", "--interactions", "9", "--out-dir", "text.txt"],
        "text.txt: ",
    ),
}


@pytest.mark.parametrize(("arguments", "expected"), ARGUMENTS.values(), ids=ARGUMENTS)
def test_bad_arguments_are_named(
    arguments: list[str],
    expected: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("text.txt").write_text("not what you think")

    assert main(arguments) == 2

    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(expected)


@pytest.mark.parametrize("value", ["fast", "inf", ""])
def test_a_knob_must_be_a_number(
    value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SLA_MS", value)

    assert main(["validate", "--sample"]) == 2

    assert capsys.readouterr().err.startswith(f"SLA_MS: '{value}' is not a number")


def test_an_environment_folder_that_is_gone_is_not_replaced_by_the_sample(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LLMOPS_DATA_DIR", "/nowhere/at/all")

    assert main(["validate"]) == 2

    assert "folder not found" in capsys.readouterr().err
