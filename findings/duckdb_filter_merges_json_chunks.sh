#!/usr/bin/env bash
# DuckDB 2.0.1: a filter that every row passes multiplies the memory of parsing long lines
# of JSON. Telemetry comes in requests of hundreds of spans, a line each of some 260 KB, of
# which a CSV buffer of 4 MB holds 15. These few lines are parsed at a time, until there is
# a filter between the reader and from_json: it collects rows up to a whole vector of
# 2,048 before it hands them on, and from_json makes the parts of all of them at once, in
# memory that cannot be spilled.
# Seen: 105 MB of lines, one thread: 97 MB at the most without `where line <> ''`, 431 MB
# with it; the same number of spans.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.1
cd "$folder"
cat > write.py <<'PYTHON'
import json

attributes = [
    {"key": f"gen_ai.key_{at}", "value": f"value {at} " * 8} for at in range(10)
]
line = json.dumps({"spans": [{"name": "chat", "attributes": attributes}] * 250})
with open("spans.jsonl", "w") as file:
    for _ in range(400):
        file.write(line + "\n")
PYTHON
cat > read.py <<'PYTHON'
import resource
import sys

import duckdb

attributes = '[{"key":"VARCHAR","value":"VARCHAR"}]'
structure = f'{{"spans":[{{"name":"VARCHAR","attributes":{attributes}}}]}}'
connection = duckdb.connect(config={"threads": 1})
(spans,) = connection.execute(f"""
    select sum(len(request.spans)) from (
        select from_json(line, '{structure}') as request
        from read_csv(
            'spans.jsonl', auto_detect = false, header = false,
            columns = {{'line': 'varchar'}}, delim = chr(1), quote = '', escape = '',
            strict_mode = false, max_line_size = 2000000, buffer_size = 4000000
        )
        {sys.argv[1]}
    )
""").fetchone()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(f"duckdb {duckdb.__version__}: {spans} spans, {peak} MB {sys.argv[1]}", file=sys.stderr)
assert spans == 100_000
print(peak)
PYTHON
"$folder/venv/bin/python" write.py
without=$("$folder/venv/bin/python" read.py "")
with=$("$folder/venv/bin/python" read.py "where line <> ''")
test "$with" -gt $((5 * without / 2))
