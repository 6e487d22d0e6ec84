#!/usr/bin/env bash
# DuckDB 2.0.1: read_json takes text of the form of a UUID for a UUID, and so changes it:
# an id that a gateway wrote in capitals comes out in small letters. The same id inside of a
# file that also has another kind of id stays as it is, so that one request has two
# spellings in two files, and a join of their texts finds nothing.
# Seen: file of UUIDs alone: type UUID, a0eebc99-...; mixed file: VARCHAR, A0EEBC99-...;
# 0 rows joined as text.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.1
cd "$folder"
printf '{"request_id": "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "cost": 0.25}\n' > spend.jsonl
printf '{"request_id": "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"}\n{"request_id": "chatcmpl-1"}\n' \
    > scores.jsonl
"$folder/venv/bin/python" - <<'PYTHON'
import duckdb

print("duckdb", duckdb.__version__)
seen = {
    name: duckdb.execute(
        f"select typeof(request_id), request_id::varchar from read_ndjson('{name}.jsonl')"
    ).fetchall()
    for name in ("spend", "scores")
}
print(seen)
assert seen["spend"] == [("UUID", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")]
assert seen["scores"][0] == ("VARCHAR", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11")
joined = duckdb.execute("""
    select count(*) from read_ndjson('spend.jsonl') as spend
    inner join read_ndjson('scores.jsonl') as scores
        on spend.request_id::varchar = scores.request_id
""").fetchone()
print("joined:", joined)
assert joined == (0,)
PYTHON
