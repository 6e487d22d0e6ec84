"""A real Prometheus scrapes an app; what it then knows is what the app itself counted.

python tests/capture_live.py

`prometheus` and `promtool` are those of the PATH, or of the folder PROMETHEUS_BIN.
Outside of CI: it needs their binaries, and some seconds.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parent
APP = TESTS / "python" / "capture_metrics_app.py"
PATIENCE_S = 60.0
REQUESTS = "llm_telemetry_client_requests_total"
BY = "gen_ai_request_model, gen_ai_prompt_version, status"
CONFIG = """
global: {{scrape_interval: 1s}}
scrape_configs:
  - job_name: app
    static_configs: [{{targets: ["{target}"]}}]
"""
Report = dict[str, Any]


def main() -> int:
    """Run the app and Prometheus; print what differs, and return 1 if anything does."""
    if not (binary("prometheus") and binary("promtool")):
        print("skipped: prometheus and promtool are neither in PATH nor PROMETHEUS_BIN")
        return 0
    with (
        tempfile.TemporaryDirectory() as place,
        app(Path(place, "landing")) as report,
        prometheus(Path(place), report["url"]) as api,
    ):
        wrong = [*faults_of_text(report["url"]), *faults_of_counts(api, report)]
    calls = sum(report["calls"].values())
    print("\n".join(wrong) or f"Prometheus knows all {calls} calls of the app")
    return int(bool(wrong))


def binary(name: str) -> str | None:
    """Return where a program is."""
    return shutil.which(name, path=os.environ.get("PROMETHEUS_BIN")) or shutil.which(
        name
    )


def faults_of_text(url: str) -> Iterator[str]:
    """Yield what promtool says of the metrics, which should be nothing."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        text = answer.read()
    command = [str(binary("promtool")), "check", "metrics"]
    done = subprocess.run(command, input=text, capture_output=True)
    said = (done.stdout + done.stderr).decode().strip()
    if done.returncode or said:
        yield f"promtool check metrics: exit {done.returncode}: {said}"


def faults_of_counts(api: str, report: Report) -> Iterator[str]:
    """Yield each count of the app that Prometheus does not have."""
    calls = report["calls"]
    give_up = time.monotonic() + PATIENCE_S
    while sum(asked(api, f"sum by ({BY}) ({REQUESTS})").values()) < sum(calls.values()):
        if time.monotonic() > give_up:
            yield f"nothing complete was scraped within {PATIENCE_S:.0f} s"
            return
        time.sleep(0.5)
    duration = "gen_ai_client_operation_duration_seconds_count"
    bucket = 'gen_ai_client_operation_duration_seconds_bucket{le="+Inf"}'
    for metric in (REQUESTS, duration, bucket):
        found = asked(api, f"sum by ({BY}) ({metric})")
        if found != calls:
            yield f"{metric}: {found}, the app counted {calls}"
    of_tokens = "sum by (gen_ai_request_model, gen_ai_token_type)"
    found = asked(api, f"{of_tokens} (gen_ai_client_token_usage_sum)")
    if found != report["tokens"]:
        yield f"tokens: {found}, the app counted {report['tokens']}"
    (cost,) = asked(api, "sum(llm_telemetry_client_cost_usd_total)").values()
    if abs(cost - report["window"]["cost_usd"]) > 1e-12:
        yield f"cost: {cost}, the window of the app has {report['window']['cost_usd']}"


def asked(api: str, query: str) -> dict[str, float]:
    """Return what Prometheus answers, by the values of the labels in order."""
    words = urllib.parse.urlencode({"query": query})
    with urllib.request.urlopen(f"{api}/query?{words}", timeout=10) as answer:
        found = json.load(answer)["data"]["result"]
    order = ("gen_ai_request_model", "gen_ai_prompt_version", "gen_ai_token_type")
    return {
        " ".join(
            series["metric"][label]
            for label in (*order, "status")
            if label in series["metric"]
        ): float(series["value"][1])
        for series in found
    }


@contextmanager
def app(landing: Path) -> Iterator[Report]:
    """Yield what an app says that calls in every way, while it serves its metrics."""
    command = [sys.executable, str(APP), "counted", str(landing)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.communicate("\n", timeout=PATIENCE_S)


@contextmanager
def prometheus(place: Path, url: str) -> Iterator[str]:
    """Yield the API of a Prometheus that scrapes a URL."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    target = urllib.parse.urlsplit(url).netloc
    config = place / "prometheus.yml"
    config.write_text(CONFIG.format(target=target))
    command = [
        *(str(binary("prometheus")), f"--config.file={config}"),
        *(f"--storage.tsdb.path={place / 'data'}", f"--web.listen-address={address}"),
        "--log.level=error",
    ]
    with subprocess.Popen(command) as process:
        try:
            wait_for(f"http://{address}/-/ready")
            yield f"http://{address}/api/v1"
        finally:
            process.terminate()


def wait_for(url: str) -> None:
    """Wait until a server answers."""
    give_up = time.monotonic() + PATIENCE_S
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.URLError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.2)


if __name__ == "__main__":
    raise SystemExit(main())
