"""Ids of users, and the salt they are hashed with, stay out of what a build writes."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import mlflow_rows
import pytest
import test_bedrock_logs
from conftest import ROOT
from langfuse_rows import CALLS, TRACE
from litellm_rows import ROWS
from staged_otlp import attribute_list, call, request
from test_ingest import HEADER, contract
from test_openinference import SPANS

SALT, ANN = "pepper-that-nobody-guesses", "ann@example.com"
SOURCES = (
    *("telemetry_csv", "otlp", "litellm", "langfuse", "openinference"),
    *("mlflow", "bedrock_logs"),
)
JUDGED = {
    "name": "gen_ai.evaluation.result",
    "timeUnixNano": "1764547200500000000",
    "attributes": attribute_list({"gen_ai.evaluation.name": "tone", "user.id": ANN}),
}


def written(folder: Path) -> Path:
    """Write files of every source in which Ann asks something."""
    contract(folder, f"{HEADER}\ni1,s1,{ANN},2025-03-01T10:00:00Z,0\n".encode())
    lines = {
        "otlp": [json.loads(request(call("a", events=[JUDGED], **{"user.id": ANN})))],
        "litellm": ROWS,
        "langfuse": [*CALLS, TRACE],
        "openinference": [
            row | ({"attributes.user.id": ANN} if "attributes.user.id" in row else {})
            for row in SPANS
        ],
        "mlflow": [mlflow_rows.TRACED],
        "bedrock_logs": [test_bedrock_logs.log("a", requestMetadata={"user": ANN})],
    }
    for source, rows in lines.items():
        (folder / source).mkdir()
        text = "".join(f"{json.dumps(row)}\n" for row in rows)
        (folder / source / "rows.jsonl").write_text(text)
    return folder


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Have dbt build all that reads files, and keep all that it writes."""
    folder, data = (tmp_path_factory.mktemp(name) for name in ("build", "data"))
    places = {"LLMOPS_DATA_DIR": written(data), "SOURCES": ",".join(SOURCES)}
    places |= {"LLM_TELEMETRY_WAREHOUSE": folder / "w.duckdb", "DO_NOT_TRACK": "1"}
    places |= {"LLM_TELEMETRY_USER_SALT": SALT}
    command = [
        *(sys.executable, "-c", "from dbt.cli.main import cli; cli()", "build"),
        *("--select", "+path:models/staging", "+int_checks_sources"),
        *("--exclude-resource-type", "test", "unit_test", "--quiet"),
        *("--project-dir", str(ROOT), "--profiles-dir", str(ROOT)),
        *("--target-path", str(folder), "--log-path", str(folder)),
        *("--log-level-file", "debug"),
    ]
    environment = os.environ | {name: str(place) for name, place in places.items()}
    subprocess.run(command, check=True, cwd=ROOT, env=environment)
    return folder


def held(build: Path, source: str) -> str:
    """Return all that the staging tables of a source hold."""
    with duckdb.connect(str(build / "w.duckdb"), read_only=True) as connection:
        tables = connection.execute(
            "select table_name from information_schema.tables"
            " where table_schema = 'staging'"
            " and starts_with(table_name, ?)",
            [f"stg_{source}__"],
        ).fetchall()
        assert tables
        return "".join(
            str(connection.execute(f"from staging.{name}").fetchall())
            for (name,) in tables
        )


@pytest.mark.parametrize("source", SOURCES)
def test_no_staging_table_holds_the_id_of_a_user(build: Path, source: str) -> None:
    found = held(build, source)
    assert ANN not in found
    assert hashlib.sha256(f"{SALT}{ANN}".encode()).hexdigest() in found


def test_the_salt_is_written_nowhere(build: Path) -> None:
    files = [file for file in build.rglob("*") if file.is_file()]
    assert {"manifest.json", "dbt.log", "w.duckdb"} <= {file.name for file in files}
    # nor what it was once turned into before it was used
    for secret in (SALT, hashlib.md5(SALT.encode()).hexdigest()):
        wrong = [file.name for file in files if secret.encode() in file.read_bytes()]
        assert not wrong, f"hold the salt: {wrong}"


def test_a_missing_salt_is_a_warning(build: Path) -> None:
    check = "from intermediate.int_checks_sources select sum(failed_rows)"
    check += " where check_name = 'unsalted_user'"
    with duckdb.connect(str(build / "w.duckdb"), read_only=True) as connection:
        assert (connection.execute(check).fetchone() or [0])[0] > 0
        connection.execute("set variable user_salt = 'any'")
        assert (connection.execute(check).fetchone() or [1])[0] == 0
