"""A real Prometheus, node_exporter and promtool: what is exported is what is read."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT
from programs import asked, free_port, query, running, until
from prometheus_client.parser import text_string_to_metric_families
from small_warehouse import made

from llm_telemetry.cli import main
from llm_telemetry.metrics.reading import metrics_text

RULES = ROOT / "docs/examples/prometheus-rules.yml"
DASHBOARD = ROOT / "docs/examples/grafana-dashboard.json"
VARIABLES = ("use_case", "provider", "model")
Series = dict[tuple[tuple[str, str], ...], float]
CONFIG = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: ["{rules}"]
scrape_configs:
  - job_name: any
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the warehouse of a real run."""
    folder = tmp_path_factory.mktemp("sample")
    warehouse = folder / "w.duckdb"
    places = ["--warehouse", str(warehouse), "--out-dir", str(folder / "artifacts")]
    data = ["--data-dir", str(ROOT / "data" / "sample")]
    assert main(["run", "--quiet", *data, *places]) in (0, 1)
    return warehouse


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Return a warehouse that has alerts and anomalies too."""
    return made(tmp_path / "small.duckdb", without=())


def exported(text: str) -> Series:
    return {
        (("__name__", sample.name), *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def scraped(prometheus: str) -> Series:
    """Return every series of ours that Prometheus has now."""
    found = query(prometheus, '{__name__=~"llm_telemetry_.*"}')
    return {
        tuple(
            sorted(
                pair
                for pair in series["metric"].items()
                if pair[0] not in ("job", "instance")
            )
        ): float(series["value"][1])
        for series in found
    }


@pytest.fixture
def prometheus(root: Path, tmp_path: Path) -> Iterator[tuple[str, int]]:
    """Return the address of a Prometheus, and the port that it scrapes."""
    target, port = free_port(), free_port()
    config = tmp_path / "prometheus.yml"
    config.write_text(CONFIG.format(rules=RULES, port=target))
    command = [
        str(root / "usr/bin/prometheus"),
        f"--config.file={config}",
        f"--storage.tsdb.path={tmp_path / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=warn",
    ]
    url = f"http://127.0.0.1:{port}"
    with running(command, f"{url}/-/ready", tmp_path / "prometheus.log"):
        yield url, target


@pytest.fixture
def serve(tmp_path: Path) -> Any:
    """Return what serves a warehouse at a port."""

    def start(warehouse: Path, port: int) -> Any:
        words = ["metrics", "--warehouse", str(warehouse)]
        command = [sys.executable, "-m", "llm_telemetry", *words]
        address = f"127.0.0.1:{port}"
        own = [*command, "--serve", address]
        return running(own, f"http://{address}/metrics", tmp_path / "serve.log")

    return start


@pytest.mark.parametrize("which", ["sample", "small"])
def test_promtool_has_nothing_to_say(
    which: str, root: Path, request: pytest.FixtureRequest
) -> None:
    text = metrics_text(request.getfixturevalue(which))
    command = [str(root / "usr/bin/promtool"), "check", "metrics"]
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("which", ["sample", "small"])
def test_prometheus_has_every_series_of_the_endpoint(
    which: str,
    prometheus: tuple[str, int],
    serve: Any,
    request: pytest.FixtureRequest,
) -> None:
    warehouse = request.getfixturevalue(which)
    url, port = prometheus
    with serve(warehouse, port):
        until(lambda: query(url, "up == 1"))
        wanted = exported(metrics_text(warehouse))
        # the names and labels are in the order of the alphabet
        ordered = {tuple(sorted(key)): number for key, number in wanted.items()}
        assert until(lambda: scraped(url)) == ordered
        assert len(ordered) > 40


def test_a_replaced_warehouse_is_scraped(
    small: Path, prometheus: tuple[str, int], serve: Any
) -> None:
    url, port = prometheus

    def ratio() -> list[str]:
        return [r["value"][1] for r in query(url, "llm_telemetry_failure_ratio")]

    with serve(small, port):
        until(lambda: ratio() == ["0.1"])
        rest = ", 0, 0, 0, 0, 0, 0)"
        rows = f"('2026-03-01', .7{rest}, ('2026-03-02', .9{rest}"
        made(small, rows={"health_by_day": rows})
        until(lambda: ratio() == ["0.7"])
    until(lambda: ratio() == [])
    assert query(url, "up == 0")


def test_node_exporter_collects_the_file(
    small: Path, root: Path, tmp_path: Path, prometheus: tuple[str, int]
) -> None:
    url, port = prometheus
    folder = tmp_path / "textfiles"
    out = folder / "llm_telemetry.prom"
    write = ["metrics", "--quiet", "--warehouse", str(small), "--out", str(out)]
    assert main(write) == 0
    command = [
        str(root / "usr/bin/prometheus-node-exporter"),
        "--collector.disable-defaults",
        "--collector.textfile",
        f"--collector.textfile.directory={folder}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    ready = f"http://127.0.0.1:{port}/metrics"
    with running(command, ready, tmp_path / "node_exporter.log"):
        wanted = exported(metrics_text(small))
        ordered = {tuple(sorted(key)): number for key, number in wanted.items()}
        assert until(lambda: scraped(url)) == ordered
        assert query(url, "node_textfile_scrape_error == 0")
        pending = 'ALERTS{alertname="LlmTelemetryDataStale"}'
        until(lambda: query(url, pending))
        # while it is written again and again, no scrape sees a torn file
        for _ in range(20):
            assert main(write) == 0
        assert query(url, "max_over_time(node_textfile_scrape_error[1m]) == 0")
        out.unlink()
        until(lambda: not scraped(url))
        until(lambda: query(url, 'ALERTS{alertname="LlmTelemetryMetricsAbsent"}'))


def test_the_rules_are_valid_and_fire_when_they_should(
    root: Path, tmp_path: Path
) -> None:
    promtool = str(root / "usr/bin/promtool")
    subprocess.run([promtool, "check", "rules", str(RULES)], check=True)
    file = tmp_path / "cases.yml"
    # a test starts in 1970: a time of 0 is 37 hours old after 37 hours
    old = [
        {"series": f"llm_telemetry_{kind}_timestamp_seconds", "values": "0x3000"}
        for kind in ("data", "published")
    ]
    cases = (
        (old, "35h", "LlmTelemetryDataStale", False),
        (old, "37h", "LlmTelemetryDataStale", True),
        (old, "25h", "LlmTelemetryRunMissing", False),
        (old, "27h", "LlmTelemetryRunMissing", True),
        (old, "37h", "LlmTelemetryMetricsAbsent", False),
        ([], "20m", "LlmTelemetryMetricsAbsent", True),
    )
    tests = [rule_test(*case) for case in cases]
    file.write_text(yaml.safe_dump({"rule_files": [str(RULES)], "tests": tests}))
    done = subprocess.run(
        [promtool, "test", "rules", str(file)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def rule_test(
    series: list[dict[str, str]], time: str, alert: str, fires: bool
) -> dict[str, Any]:
    """Return whether a rule fires at a time, as promtool tests it."""
    (group,) = yaml.safe_load(RULES.read_text())["groups"]
    (rule,) = (rule for rule in group["rules"] if rule["alert"] == alert)
    fired = {"exp_labels": rule["labels"], "exp_annotations": rule["annotations"]}
    expected = {"eval_time": time, "alertname": alert, "exp_alerts": [fired] * fires}
    return {
        "interval": "1m",
        "input_series": series,
        "alert_rule_test": [expected],
    }


def test_every_panel_of_the_dashboard_has_data(
    small: Path, prometheus: tuple[str, int], serve: Any
) -> None:
    url, port = prometheus
    panels = json.loads(DASHBOARD.read_text())["panels"]
    with serve(small, port):
        until(lambda: query(url, "up == 1"))
        for panel in panels:
            for target in panel["targets"]:
                expression = target["expr"]
                for variable in VARIABLES:
                    expression = expression.replace(f"${variable}", ".*")
                found = query(url, expression)
                # the cost budget of this warehouse was not measured
                if "cost_budget" not in expression and "sla_budget" not in expression:
                    assert found, f"{panel['title']}: {expression}"
        values = asked(f"{url}/api/v1/label/use_case/values")["data"]
        assert values == ["chat", "code"]
