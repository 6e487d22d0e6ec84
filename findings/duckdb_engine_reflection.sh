#!/usr/bin/env bash
# duckdb-engine 0.17.0 (what Superset reads DuckDB with) installs with SQLAlchemy 2.1.9 and
# duckdb 2.0.1, reads rows and lists tables, but cannot list the columns of a table: the
# dialect inherits PostgreSQL's query, which asks for pg_catalog.pg_collation. Registering a
# table as a data set fails, where a query over the same table works.
# Seen: get_table_names ['calls']; get_columns: Binder Error ... "pg_catalog.pg_collation"
# not found.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    duckdb-engine==0.17.0 sqlalchemy==2.1.9 duckdb==2.0.1
"$folder/venv/bin/python" - <<'PYTHON'
import sqlalchemy
from sqlalchemy.exc import ProgrammingError

with sqlalchemy.create_engine("duckdb:///:memory:").connect() as connection:
    connection.exec_driver_sql("create table calls (id varchar, cost_usd double)")
    connection.exec_driver_sql("insert into calls values ('a', 0.25)")
    rows = connection.execute(sqlalchemy.text("select * from calls")).fetchall()
    inspector = sqlalchemy.inspect(connection)
    names = inspector.get_table_names()
    print("rows:", rows, "tables:", names)
    assert [tuple(row) for row in rows] == [("a", 0.25)]
    assert names == ["calls"]
    try:
        columns = inspector.get_columns("calls")
    except ProgrammingError as error:
        print("columns:", str(error).splitlines()[0])
        assert "pg_collation" in str(error)
    else:
        raise SystemExit(f"changed: columns are found: {columns}")
PYTHON
