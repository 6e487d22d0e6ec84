VENV := .venv
BIN := $(VENV)/bin
SPARK_VENV := .venv-spark
DASHBOARD_VENV := .venv-dashboard
METRICFLOW_VENV := .venv-metricflow
SUPERSET_VENV := .venv-superset
export DO_NOT_TRACK := 1
# a hundred processes would each compile the package again
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run dashboard test browser lint style types sql docs picture bench calibrate mutants same-results ledger-demo emitters watch-live bi bi-live prices spark install-check lock clean help

run: $(VENV)/installed  ## build on the sample, decide, print the decisions
	$(BIN)/llm-telemetry run --sample

dashboard: $(DASHBOARD_VENV)/installed target/sample.duckdb  ## look at the sample in a browser
	$(DASHBOARD_VENV)/bin/llm-telemetry dashboard --sample --open

target/sample.duckdb: | $(DASHBOARD_VENV)/installed
	$(DASHBOARD_VENV)/bin/llm-telemetry run --sample --quiet

test: $(VENV)/installed-dev $(DASHBOARD_VENV)/installed  ## everything CI runs; with -j2, in less time on two cores
	$(MAKE) lint
	$(BIN)/dbt build
	$(BIN)/pytest -n auto --dist worksteal
	$(MAKE) browser

browser: $(DASHBOARD_VENV)/installed  ## the dashboard's pages, alone and in a chromium in PATH
	$(DASHBOARD_VENV)/bin/python -m pytest -n auto --dist loadfile -rs tests/dashboard

lint: style types sql  ## the code, its types and the SQL

style: $(VENV)/installed-dev  ## ruff: the code
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(VENV)/installed-dev  ## mypy: its types
	$(BIN)/mypy

sql: $(VENV)/installed-dev  ## sqlfluff: the SQL
	$(BIN)/sqlfluff lint models tests --processes 2

docs: $(VENV)/installed-dev  ## write the pages and tables that follow from the code, and dbt's as target/static_index.html
	$(BIN)/python tools/reference_pages.py
	$(BIN)/dbt parse --quiet
	$(BIN)/dbt docs generate --quiet --static --no-compile $(if $(wildcard target/llm_telemetry.duckdb),,--empty-catalog)

picture: $(VENV)/installed-dev $(DASHBOARD_VENV)/installed target/sample.duckdb  ## the README's pictures, by a chromium in PATH
	$(BIN)/python tools/report_picture.py
	$(DASHBOARD_VENV)/bin/python tools/dashboard_picture.py

bench: $(VENV)/installed-dev $(DASHBOARD_VENV)/installed  ## measure everything, into docs/measured/benchmarks.md; 50 million rows too with BENCH=full
	$(BIN)/python bench/bench.py

calibrate: $(VENV)/installed-dev  ## simulate every world 200 times, into docs/measured/calibration.md
	$(BIN)/python bench/calibrate.py

mutants: $(VENV)/installed-dev  ## break an estimator in one line: do the tests fail?
	$(BIN)/python tests/mutants.py

same-results: $(VENV)/installed-dev  ## are the results those of the revision BASE? of some cases: CASES=sample,otlp
	rm -rf target/same_results && mkdir -p target/same_results/base
	git archive --output target/same_results/base.tar $(BASE)
	tar -xf target/same_results/base.tar -C target/same_results/base
	$(BIN)/python tests/same_results.py freeze --project target/same_results/base --out target/same_results/before.json $(CASES:%=--cases %)
	$(BIN)/python tests/same_results.py freeze --project . --out target/same_results/after.json $(CASES:%=--cases %)
	$(BIN)/python tests/same_results.py compare target/same_results/before.json target/same_results/after.json

ledger-demo: $(VENV)/installed-dev  ## three simulated months and what the ledger knows after them
	$(BIN)/python bench/ledger_demo.py

emitters: $(VENV)/installed-dev  ## real instrumentations against a provider with known answers: is all of it counted? needs node
	$(BIN)/python tests/emitters/run.py $(if $(BASE),--base $(BASE)) $(EMITTERS)

watch-live: $(VENV)/installed-dev  ## a real Alertmanager, Prometheus, node_exporter and promtool, unpacked from Debian packages
	$(BIN)/pytest tests/watch_live -rs

bi: $(VENV)/installed-dev  ## the dashboard for Superset, as bi/superset and target/superset.zip; of WAREHOUSE=/srv/llm_telemetry.duckdb
	$(BIN)/python tools/superset_bundle.py $(if $(WAREHOUSE),--warehouse $(WAREHOUSE))

bi-live: $(VENV)/installed-dev $(METRICFLOW_VENV)/installed $(SUPERSET_VENV)/installed  ## a real Superset and MetricFlow: is what they show what the marts contain?
	$(BIN)/pytest tests/bi

prices: $(VENV)/installed-dev  ## write the seeds of the price book again
	$(BIN)/python tools/price_book.py

spark: $(SPARK_VENV)/installed  ## the same models on Spark, and every mart held against DuckDB's
	SPARK_LOCAL_IP=127.0.0.1 $(SPARK_VENV)/bin/python -m pytest tests/spark

install-check: $(VENV)/installed-dev  ## the wheel in an environment of its own, without network, and as a dbt package
	$(BIN)/python tests/install_check.py

LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-strip-extras --no-header --no-annotate --quiet

lock: $(VENV)/installed-dev  ## resolve the locks again from pyproject.toml
	$(BIN)/$(LOCK) pyproject.toml --group build -o requirements.lock
	$(BIN)/$(LOCK) pyproject.toml --constraints requirements.lock --extra apprise --extra capture --extra judge --extra postgres --group dev -o requirements-dev.lock
	$(BIN)/$(LOCK) pyproject.toml --constraints requirements.lock --extra dashboard --group dashboard-tests -o tests/dashboard/requirements.lock
	$(BIN)/$(LOCK) pyproject.toml --group spark -o tests/spark/requirements.lock
	$(BIN)/$(LOCK) pyproject.toml --constraints requirements.lock --group metricflow -o tests/bi/requirements-metricflow.lock
	$(BIN)/$(LOCK) --group superset -o tests/bi/requirements-superset.lock

clean:  ## delete the environments, what was built, and the bundles and ledgers in artifacts/
	rm -rf $(VENV) $(SPARK_VENV) $(DASHBOARD_VENV) $(METRICFLOW_VENV) $(SUPERSET_VENV) target logs artifacts

help:  ## list these targets
	@sed -n 's/^\([a-z-]*\):.*  ## /\1 /p' $(MAKEFILE_LIST) | while read -r target text; do \
		printf '  make %-15s %s\n' "$$target" "$$text"; done

# what `make run` needs; everything else needs the developers' tools too, in the same place
$(VENV)/installed: requirements.lock pyproject.toml
	python3 tools/set_up.py $(VENV) requirements.lock --no-compile
	touch $@

$(VENV)/installed-dev: requirements-dev.lock pyproject.toml
	python3 tools/set_up.py $(VENV) requirements-dev.lock
	touch $(VENV)/installed $@

$(SPARK_VENV)/installed: tests/spark/requirements.lock pyproject.toml
	python3 tools/set_up.py $(SPARK_VENV) tests/spark/requirements.lock
	touch $@

$(METRICFLOW_VENV)/installed: tests/bi/requirements-metricflow.lock pyproject.toml
	python3 tools/set_up.py $(METRICFLOW_VENV) tests/bi/requirements-metricflow.lock
	touch $@

$(SUPERSET_VENV)/installed: tests/bi/requirements-superset.lock pyproject.toml
	python3 tools/set_up.py $(SUPERSET_VENV) tests/bi/requirements-superset.lock
	touch $@

$(DASHBOARD_VENV)/installed: tests/dashboard/requirements.lock pyproject.toml
	python3 tools/set_up.py $(DASHBOARD_VENV) tests/dashboard/requirements.lock --no-compile
	touch $@
