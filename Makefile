VENV := .venv
BIN := $(VENV)/bin
SPARK_VENV := .venv-spark
export DO_NOT_TRACK := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test lint docs bench calibrate mutants same-results ledger-demo prices spark lock clean

run: $(VENV)/installed  ## build on the sample, decide, print the decisions
	$(BIN)/llm-telemetry run --sample

test: $(VENV)/installed lint  ## everything CI runs
	$(BIN)/dbt build
	$(BIN)/pytest -n auto

lint: $(VENV)/installed
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy
	$(BIN)/sqlfluff lint models tests --processes 2

docs: $(VENV)/installed  ## write the pages and tables that follow from the code
	$(BIN)/python tools/reference_pages.py

bench: $(VENV)/installed  ## measure everything, into docs/measured/benchmarks.md; 50 million rows too with BENCH=full
	$(BIN)/python bench/bench.py

calibrate: $(VENV)/installed  ## simulate every world 200 times, into docs/measured/calibration.md
	$(BIN)/python bench/calibrate.py

mutants: $(VENV)/installed  ## break an estimator in one line: do the tests fail?
	$(BIN)/python tests/mutants.py

same-results: $(VENV)/installed  ## are the results those of the revision BASE? of some cases: CASES=sample,otlp
	rm -rf target/same_results && mkdir -p target/same_results/base
	git archive --output target/same_results/base.tar $(BASE)
	tar -xf target/same_results/base.tar -C target/same_results/base
	$(BIN)/python tests/same_results.py freeze --project target/same_results/base --out target/same_results/before.json $(CASES:%=--cases %)
	$(BIN)/python tests/same_results.py freeze --project . --out target/same_results/after.json $(CASES:%=--cases %)
	$(BIN)/python tests/same_results.py compare target/same_results/before.json target/same_results/after.json

ledger-demo: $(VENV)/installed  ## three simulated months and what the ledger knows after them
	$(BIN)/python bench/ledger_demo.py

prices: $(VENV)/installed  ## write the seeds of the price book again
	$(BIN)/python tools/price_book.py

spark: $(SPARK_VENV)/installed  ## the same models on Spark, and every mart held against DuckDB's
	SPARK_LOCAL_IP=127.0.0.1 $(SPARK_VENV)/bin/python -m pytest tests/spark

lock: $(VENV)/installed  ## resolve the locks again from pyproject.toml
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-strip-extras --no-header --no-annotate --extra capture --extra postgres --group dev pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-strip-extras --no-header --no-annotate --group spark pyproject.toml -o tests/spark/requirements.lock

clean:
	rm -rf $(VENV) $(SPARK_VENV) target logs artifacts

$(VENV)/installed: requirements.lock pyproject.toml
	python3 -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(SPARK_VENV)/installed: tests/spark/requirements.lock pyproject.toml
	python3 -m venv $(SPARK_VENV)
	$(SPARK_VENV)/bin/pip install --quiet --require-hashes -r tests/spark/requirements.lock
	$(SPARK_VENV)/bin/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@
