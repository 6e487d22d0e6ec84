#!/usr/bin/env bash
# dbt-metricflow 0.15.0 with dbt-core 1.11.16: `dbt parse` writes semantic_manifest.json into
# DBT_TARGET_PATH, and `mf` looks for it in the target-path of dbt_project.yml. It then asks for
# `dbt parse`, which has just run. `mf` has no option for the folder.
# Seen: Unable to load the semantic manifest; Artifact Path: .../target/semantic_manifest.json
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    dbt-metricflow==0.15.0 dbt-core==1.11.16 dbt-duckdb==1.11.1
mkdir -p "$folder/project/models"
cd "$folder/project"
echo "{name: shop, profile: shop}" > dbt_project.yml
echo "shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb}}}" > profiles.yml
echo "select date '2025-01-01' as called_on, 2 as calls" > models/days.sql
cat > models/days.yml <<'YAML'
models:
  - name: days
    time_spine: {standard_granularity_column: called_on}
    columns: [{name: called_on, granularity: day}]
semantic_models:
  - name: days
    model: ref('days')
    primary_entity: days
    defaults: {agg_time_dimension: called_on}
    dimensions: [{name: called_on, type: time, type_params: {time_granularity: day}}]
    measures: [{name: calls, agg: sum, create_metric: true}]
YAML
export DO_NOT_TRACK=1
"$folder/venv/bin/dbt" --quiet build
rm target/semantic_manifest.json
DBT_TARGET_PATH="$folder/elsewhere" "$folder/venv/bin/dbt" --quiet parse
ls "$folder/elsewhere/semantic_manifest.json"
mf() { "$folder/venv/bin/mf" query --metrics calls --group-by metric_time; }
if DBT_TARGET_PATH="$folder/elsewhere" mf > said.txt 2>&1; then
    echo "changed: mf reads DBT_TARGET_PATH" && exit 1
fi
grep -E "Unable to load|Artifact Path" said.txt
cp "$folder/elsewhere/semantic_manifest.json" target/
mf | grep "2025-01-01"
