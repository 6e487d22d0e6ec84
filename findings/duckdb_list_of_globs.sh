#!/usr/bin/env bash
# DuckDB 2.0.0: a list of glob patterns fails as soon as one pattern matches no file,
# also where the others match. A reader of optional files ("these exports, and the
# corrections if there are any") has to look which exist first.
# Seen: the pattern that matches is read alone (2 rows); with a second one that matches
# nothing: IO Error: No files found that match the pattern "corrections*.jsonl"
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.0
cd "$folder"
printf '{"id": 1}\n{"id": 2}\n' > calls.jsonl
"$folder/venv/bin/python" - <<'PYTHON'
import duckdb

print("duckdb", duckdb.__version__)
one = duckdb.execute("select count(*) from read_ndjson(['calls*.jsonl'])").fetchone()
print("one pattern:", one)
assert one == (2,)
try:
    duckdb.execute(
        "select count(*) from read_ndjson(['calls*.jsonl', 'corrections*.jsonl'])"
    ).fetchone()
except duckdb.IOException as error:
    line = str(error).splitlines()[0]
    print("two patterns:", line)
    assert 'No files found that match the pattern "corrections*.jsonl"' in line
else:
    raise SystemExit("changed: a pattern without a file is ignored")
PYTHON
