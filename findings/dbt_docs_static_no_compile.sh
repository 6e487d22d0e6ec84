#!/usr/bin/env bash
# dbt-core 1.11.16: in a fresh target folder, `dbt docs generate --static --no-compile` ends with a
# traceback. The static page contains manifest.json, and of docs only a compile writes that file.
# After `dbt parse`, which writes it too, the same command makes the page.
# Seen: FileNotFoundError ... manifest.json; after dbt parse: static_index.html is there.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    dbt-core==1.11.16 dbt-duckdb==1.11.1
mkdir -p "$folder/project/models"
cd "$folder/project"
echo "{name: shop, profile: shop}" > dbt_project.yml
echo "shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb}}}" > profiles.yml
echo "select 1 as calls" > models/calls.sql
export DO_NOT_TRACK=1
docs() { "$folder/venv/bin/dbt" docs generate --static --no-compile --empty-catalog; }
if docs > said.txt 2>&1; then
    echo "changed: the page is made without a manifest" && exit 1
fi
grep "FileNotFoundError.*manifest.json" said.txt
"$folder/venv/bin/dbt" --quiet parse
docs > said.txt 2>&1
ls target/static_index.html
