"""Hold a build to its generic tests, all in one connection.

dbt takes a twentieth of a second for each, and there are a hundred; run leaves them to
this and has dbt run the others.
"""

from collections.abc import Iterator

from llm_telemetry.warehouse.connection import Connection
from llm_telemetry.warehouse.model_contracts import Contract, contracts

# the tests that this runs, and that run tells dbt to leave out
AUDITED = (
    "unique",
    "unique_combination",
    "accepted_values",
    "not_null",
    "one_row",
    "rules_hold",
)


def breaches(connection: Connection) -> list[str]:
    """Return one line per promise that a build breaks, of whatever it holds."""
    present = set(
        connection.execute(
            "select table_schema, table_name from information_schema.tables"
        ).fetchall()
    )
    lines = []
    for contract in contracts():
        if (contract.schema, contract.name) not in present:
            continue
        for promise, query in _checks(contract):
            ((broken,),) = connection.execute(query).fetchall()
            if broken:
                relation = f"{contract.schema}.{contract.name}"
                lines.append(f"{relation}: {promise}: broken {broken} times")
    return lines


def _checks(contract: Contract) -> Iterator[tuple[str, str]]:
    """Yield every promise with the query that counts how often it is broken."""
    # seeds lie in the scratch file, which is the one that is open
    catalog = "published." if contract.schema == "marts" else ""
    relation = f'{catalog}{contract.schema}."{contract.name}"'
    for key in contract.keys:
        columns = ", ".join(map(_quoted, key))
        # as dbt has it: a single key may repeat where it is null
        known = f"where {columns} is not null" if len(key) == 1 else ""
        yield (
            f"unique {columns}",
            f"select count(*) from (select 1 from {relation} {known} "
            f"group by {columns} having count(*) > 1)",
        )
    if contract.not_null:
        names = sorted(contract.not_null)
        where = " or ".join(f"{_quoted(name)} is null" for name in names)
        promise = f"not_null {', '.join(names)}"
        yield promise, f"select count(*) from {relation} where {where}"
    for name, values in contract.accepted.items():
        allowed = ", ".join(
            "'" + str(value).replace("'", "''") + "'" for value in values
        )
        where = f"{_quoted(name)} not in ({allowed})"
        yield f"accepted {name}", f"select count(*) from {relation} where {where}"
    if contract.is_one_row:
        yield "one_row", f"select cast(count(*) != 1 as integer) from {relation}"


def _quoted(name: str) -> str:
    return f'"{name}"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
