"""Replay the statements of an earlier build, without dbt, where they are the same.

On a small input, starting dbt, rendering and tracking each node take twice as long as
all statements together. What dbt sends depends on the project's files, the environment
and the answers to the queries that it renders with. A plan contains the statements and
a digest of each answer; its name is a digest of the files and the environment. As soon
as an answer differs, the build starts again with dbt.
"""

import json
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from importlib.metadata import version
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import yaml

from llm_telemetry.config import knobs
from llm_telemetry.config.project import CACHE, LOADER, PROJECT
from llm_telemetry.warehouse.child_process import follow, run_module, send_line
from llm_telemetry.warehouse.connection import Connection, discard, to_build
from llm_telemetry.warehouse.session import limit, prepare, set_variables, text

FILES = ("LLM_TELEMETRY_WAREHOUSE", "LLM_TELEMETRY_MARTS")

PLANS = CACHE / "plans"
KEPT_PLANS = 8

MADE_OF = ("*.yml", "models/**/*.*", "macros/**/*.sql", "seeds/*.*", "tests/**/*.sql")
PACKAGES = ("dbt-core", "dbt-adapters", "dbt-duckdb", "duckdb")
READ_VARIABLES = re.compile(r"(LLM_TELEMETRY|LLMOPS|DBT|SPARK)_")
# these change no statement; the salt changes the answer to a query
OTHER_VARIABLES = {
    f"LLM_TELEMETRY_{x}" for x in ("THREADS", "MEMORY_LIMIT", "USER_SALT")
}

QUERY = re.compile(r"\s*(select|with|from|describe)\b", re.IGNORECASE)
# checks a contract: instead, the columns of all marts are compared once, at the end
EMPTY_QUERY = re.compile(r"\bwhere false\s+limit 0\s*\)?\s*$")
# a data test
COUNTS_FAILURES = re.compile(r"\s*select\s+\S+(\s*\(.*?\))? as failures,", re.DOTALL)
PASSED = [(0, False, False)]
# each file is landed once, and a query asks which are
LANDS = re.compile(
    r"\s*copy .* to '[^']*/\w+-\w{32}-\w{32}(\.days)?\.parquet'", re.DOTALL
)
# tables of the session in which a file that is being landed is checked
CHECKS_LANDING = re.compile(r"\blanding_(errors|scans|check)\b")
# the database that a statement writes into: a transaction may write into one only
WRITES_INTO = re.compile(
    r"\s*(?:/\*.*?\*/\s*)?(?:create|comment|copy|insert|drop|alter)\b[^\"(]*\"(\w+)\"",
    re.IGNORECASE | re.DOTALL,
)
COLUMNS = """
    select schema_name, table_name, column_name, data_type, comment
    from duckdb_columns()
    where database_name = 'published'
    order by all
"""

# a connection of dbt and what it sent
Statement = tuple[str, str]


class ChangedError(Exception):
    """A query whose answer dbt used while rendering now has another answer."""


def place(environment: Mapping[str, str], select: str | None) -> Path:
    """Return the path of the plan for this code and environment; it may not exist."""
    variables = {knob.variable for knob in knobs.declared().values()}
    read = {
        name: setting
        for name, setting in sorted(environment.items())
        if (name in variables or READ_VARIABLES.match(name))
        and name not in OTHER_VARIABLES
    }
    versions = [version(package) for package in PACKAGES]
    digest = sha256(repr([select, read, versions]).encode())
    files = [file for pattern in MADE_OF for file in PROJECT.glob(pattern)]
    for file in sorted({*files, Path(__file__)}):
        digest.update(sha256(str(file).encode() + file.read_bytes()).digest())
    return PLANS / f"{digest.hexdigest()}.json"


def is_sent(
    plan: Path, environment: Mapping[str, str], hear: Callable[[str], object]
) -> bool:
    """Build by a plan; return False, without files, if there is none or it fails."""
    if not plan.exists():
        return False
    if (
        run_module(
            "llm_telemetry.warehouse.statement_replay",
            ("send", str(plan)),
            environment,
            hear,
        )
        == 0
    ):
        return True
    for name in FILES:
        discard(Path(environment[name]))
    return False


def keep(plan: Path, environment: Mapping[str, str], sent: Sequence[Statement]) -> None:
    """Store as a plan what dbt sent, with the answers as they are after the build."""
    draft = plan.with_suffix(f".{os.getpid()}")
    # a read-only project keeps nothing
    with suppress(OSError):
        draft.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(_needed(sent)))
        arguments = ("keep", str(draft))
        run_module(
            "llm_telemetry.warehouse.statement_replay",
            arguments,
            environment,
            lambda line: None,
        )
        draft.unlink(missing_ok=True)


def main() -> int:
    """Send a plan, or complete the draft of one with the current answers."""
    follow()
    verb, file = sys.argv[1], Path(sys.argv[2])
    with _session() as connection:
        if verb == "send":
            _send(connection, **json.loads(file.read_text()))
        else:
            _complete(connection, file)
    return 0


def _needed(sent: Sequence[Statement]) -> list[Statement]:
    """Return the statements of a build, one node after another in a valid order.

    dbt starts a node when its parents have ended, and runs two nodes at a time.
    """
    nodes: dict[str, list[str]] = {}
    for connection, sql in sent:
        nodes.setdefault(connection, []).append(sql.removesuffix("..."))
    return [
        (node, sql)
        for node, statements in nodes.items()
        for sql in statements
        if not _is_left_out(node, sql)
    ]


def _is_left_out(node: str, sql: str) -> bool:
    """Whether a statement is not needed in a new file, or lands files again."""
    if sql in ("BEGIN", "COMMIT") or CHECKS_LANDING.search(sql):
        return True
    # outside nodes dbt lists existing relations, of which there are none
    is_node = "." in node
    if QUERY.match(sql):
        return not is_node or EMPTY_QUERY.search(sql) is not None
    return LANDS.match(sql) is not None


def _send(
    connection: Connection,
    statements: Sequence[Statement],
    answers: Sequence[str],
    columns: str,
) -> None:
    expected = iter(answers)
    nodes = len({node for node, _ in statements})
    of_node = groupby(statements, key=itemgetter(0))
    written: set[str] = set()
    connection.begin()
    for number, (node, group) in enumerate(of_node, 1):
        send_line(progress=f"{number}/{nodes} {node.rpartition('.')[2]}")
        sent = [sql for _, sql in group]
        databases = {into[1] for sql in sent if (into := WRITES_INTO.match(sql))}
        if len(written | databases) > 1:
            connection.commit()
            connection.begin()
            written.clear()
        written |= databases
        for sql in sent:
            if COUNTS_FAILURES.match(sql):
                if connection.execute(sql).fetchall() != PASSED:
                    raise ChangedError(sql)
            elif QUERY.match(sql):
                if _answer(connection, sql) != next(expected):
                    raise ChangedError(sql)
            else:
                connection.execute(sql)
    connection.commit()
    if _answer(connection, COLUMNS) != columns:
        raise ChangedError("columns")


def _complete(connection: Connection, file: Path) -> None:
    statements = json.loads(file.read_text())
    answers = [
        _answer(connection, sql)
        for _, sql in statements
        if QUERY.match(sql) and not COUNTS_FAILURES.match(sql)
    ]
    columns = _answer(connection, COLUMNS)
    plan = {"statements": statements, "answers": answers, "columns": columns}
    file.write_text(json.dumps(plan))
    file.replace(file.with_suffix(".json"))
    newest_first = sorted(
        PLANS.glob("*.json"), key=lambda plan: plan.stat().st_mtime_ns, reverse=True
    )
    for old in newest_first[KEPT_PLANS:]:
        old.unlink(missing_ok=True)


def _answer(connection: Connection, sql: str) -> str:
    # rows without an order may come in any order
    rows = sorted(map(repr, connection.execute(sql).fetchall()))
    return sha256("\n".join(rows).encode()).hexdigest()


def _session() -> Connection:
    """Open the files of a run with the settings of the profile."""
    profiles = yaml.load((PROJECT / "profiles.yml").read_text(), Loader=LOADER)
    (profile,) = profiles.values()
    target = profile["outputs"]["run"]
    config = dict(target["config_options"])
    limit(config)
    scratch, marts = (Path(os.environ[name]) for name in FILES)
    connection = to_build(scratch, config)
    prepare(connection, scratch)
    for attached in target["attach"]:
        options = ", ".join(f"{k} {text(v)}" for k, v in attached["options"].items())
        place = text(str(marts))
        connection.execute(f"attach {place} as {attached['alias']} ({options})")
    for setting, value in target["settings"].items():
        connection.execute(f"set {setting} = {text(str(value))}")
    set_variables(connection)
    return connection


if __name__ == "__main__":
    sys.exit(main())
