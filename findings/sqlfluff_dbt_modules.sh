#!/usr/bin/env bash
# sqlfluff 4.5.0 with the jinja templater and apply_dbt_builtins: dbt's `modules` (re,
# datetime, pytz, itertools), which every dbt macro may use, is not among the builtins. A
# model whose macro uses it is not linted at all: TMP, "'modules' is undefined".
# Seen: exit code 1 and that message for a macro that dbt compiles.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check sqlfluff==4.5.0
cd "$folder"
mkdir macros models
cat > macros/digits.sql <<'SQL'
{% macro digits(text) %}'{{ modules.re.sub("[^0-9]", "", text) }}'{% endmacro %}
SQL
cat > models/one.sql <<'SQL'
select {{ digits('a1b2') }} as digits
SQL
cat > .sqlfluff <<'CONFIG'
[sqlfluff]
dialect = duckdb
templater = jinja

[sqlfluff:templater:jinja]
apply_dbt_builtins = true
load_macros_from_path = macros
CONFIG
"$folder/venv/bin/sqlfluff" --version
code=0
"$folder/venv/bin/sqlfluff" lint models > found.txt 2>&1 || code=$?
cat found.txt
test "$code" -eq 1
grep -q "'modules' is" found.txt
