"""Real emitters against a provider with known answers: are their spans counted right?

    run.py [--project FOLDER] [--base FOLDER] [--again] [EMITTER ...]

Every emitter of emitters.toml gets an environment below target/emitters and makes the
calls of cases.toml, on loopback. The product reads the spans, and per emitter and case
the table shows what it found beside what the provider served. Exit code 1: a difference
that docs/guides/sources.md does not name as something that the emitter does not write.
With --again, the spans of the last run are read once more; --project names the checkout
that reads them (default: this one), --base one whose counts are shown in brackets.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import compared
import provider

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
WORK = ROOT / "target" / "emitters"
BIN = Path(sys.executable).parent
RECEIVER = ["opentelemetry-proto==1.45.2"]
# what every program in JavaScript exports with
EXPORTING = [
    "@opentelemetry/sdk-trace-node@2.12.1",
    "@opentelemetry/exporter-trace-otlp-http@0.223.1",
    "@opentelemetry/instrumentation@0.223.0",
]
# nobody is told that it ran, and nothing is fetched
SILENT = {
    "DO_NOT_TRACK": "1",
    "TRACELOOP_TELEMETRY": "false",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "AI_SDK_TELEMETRY_DISABLED": "1",
}
# what is compared is the counts, so no rate of missing values stops the run
RATES = ("COST_MISSING", "LATENCY_MISSING", "UNPRICED", "UNREADABLE")
LIMIT_S = 120


def main() -> int:
    """Run the emitters that are named, or all; return an exit code."""
    emitters = tomllib.loads((HERE / "emitters.toml").read_text())
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--project", type=Path, default=ROOT, help="who reads the spans"
    )
    parser.add_argument("--base", type=Path, help="a checkout to compare with")
    parser.add_argument("--again", action="store_true", help="read the same spans")
    parser.add_argument("emitter", nargs="*", help="default: all")
    given = parser.parse_args()
    emitters = {name: emitters[name] for name in given.emitter or emitters}
    data, log = WORK / "data", WORK / "served.jsonl"
    if not given.again:
        forget(emitters, data / "otlp", log)
        emit_all(emitters, data / "otlp", log)
    lines = log.read_text().splitlines()
    served = compared.of_provider(json.loads(line) for line in lines)
    found, before = (
        compared.of_product(read(project, data), emitters) if project else Counter()
        for project in (given.project, given.base)
    )
    table = compared.table(found, served, emitters, before)
    print("\n".join(table.lines))
    return int(table.is_wrong)


def forget(emitters: dict[str, Any], spans: Path, log: Path) -> None:
    """Remove what earlier runs of these emitters left."""
    spans.mkdir(parents=True, exist_ok=True)
    for name in emitters:
        (spans / f"{name}.jsonl").unlink(missing_ok=True)
    lines = log.read_text().splitlines(keepends=True) if log.is_file() else []
    kept = [line for line in lines if json.loads(line)["emitter"] not in emitters]
    log.write_text("".join(kept))


def emit_all(emitters: dict[str, Any], spans: Path, log: Path) -> None:
    """Run the emitters, one after the other."""
    server = provider.served(log)
    with receiving(spans) as receiver:
        for name, emitter in emitters.items():
            place = f"http://127.0.0.1:{server.server_port}/{name}"
            emit(name, emitter, place, f"http://127.0.0.1:{receiver}/{name}")
    # the last request may still be waiting
    time.sleep(max(case.get("wait_s", 0.0) for case in provider.CASES.values()) + 1)
    server.shutdown()


@contextmanager
def receiving(folder: Path) -> Iterator[int]:
    """Run the receiver during the block, and return its port."""
    python = environment("receiver", RECEIVER) / "bin" / "python"
    with subprocess.Popen(
        [python, HERE / "receiver.py", folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdin
        yield int(process.stdout.readline())
        process.stdin.close()


def emit(name: str, emitter: dict[str, Any], place: str, export: str) -> None:
    """Install an emitter where it is not yet, and let it make its calls."""
    folder = environment(name, emitter["packages"])
    script, *arguments = emitter["program"]
    if script.endswith(".py"):
        command = [folder / "bin" / "python", HERE / script]
    else:
        # packages are looked for beside the program
        shutil.copytree(HERE / "javascript", folder, dirs_exist_ok=True)
        command = ["node", folder / Path(script).name]
    told = {
        "PROVIDER_URL": place,
        "CASES": json.dumps(provider.CASES),
        "OTEL_EXPORTER_OTLP_ENDPOINT": export,
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_SERVICE_NAME": name,
    } | emitter.get("environment", {})
    own = {key: value for key, value in os.environ.items() if "proxy" not in key}
    with (folder / "output.txt").open("w") as output:
        ended = subprocess.run(
            [*command, *arguments],
            env=own | SILENT | told,
            stdout=output,
            stderr=subprocess.STDOUT,
            timeout=LIMIT_S,
            check=False,
        )
    said = "" if not ended.returncode else f", exit code {ended.returncode}"
    print(f"{name}: ran{said}", file=sys.stderr, flush=True)


def environment(name: str, packages: list[str]) -> Path:
    """Return a folder with the packages installed, now or by an earlier run."""
    folder = WORK / "environments" / name
    mark = folder / "packages.json"
    if mark.is_file() and json.loads(mark.read_text()) == packages:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    print(f"{name}: installing", file=sys.stderr, flush=True)
    if all("==" in package for package in packages):
        uv = str(BIN / "uv")
        python = [uv, "venv", "--quiet", "--python", sys.executable, str(folder)]
        subprocess.run([*python, "--allow-existing"], check=True)
        pip = [uv, "pip", "install", "--quiet", "--python"]
        subprocess.run([*pip, f"{folder}/bin/python", *packages], check=True)
    else:
        (folder / "package.json").write_text('{"private": true, "type": "module"}')
        npm = ["npm", "install", "--ignore-scripts", "--no-fund", "--no-audit"]
        quiet = ["--loglevel=error", "--no-update-notifier"]
        subprocess.run(
            [*npm, *quiet, *packages, *EXPORTING],
            cwd=folder,
            env=os.environ | SILENT,
            stdout=subprocess.DEVNULL,
            check=True,
        )
    mark.write_text(json.dumps(packages))
    return folder


def read(project: Path, data: Path) -> Path:
    """Let the product in a checkout read the spans, and return its warehouse."""
    folder = WORK / "read" / project.resolve().name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    warehouse = folder / "warehouse.duckdb"
    rates = {f"MAX_{name}_RATE": "1" for name in RATES}
    scripts = tomllib.loads((project / "pyproject.toml").read_text())["project"]
    module, _, function = scripts["scripts"]["llm-telemetry"].partition(":")
    code = f"import sys; from {module} import {function}; sys.exit({function}())"
    command = [sys.executable, "-c", code, "run", "--data-dir", str(data)]
    places = ["--warehouse", str(warehouse), "--out-dir", str(folder)]
    ended = subprocess.run(
        [*command, "--sources", "otlp", *places],
        env=os.environ | rates | {"PYTHONPATH": str(project.resolve() / "python")},
        cwd=project,
        stdout=(folder / "output.txt").open("w"),
        stderr=subprocess.STDOUT,
        check=False,
    )
    # 1 is a decision of its own: a limit was exceeded
    if ended.returncode not in (0, 1) or not warehouse.is_file():
        said = (folder / "output.txt").read_text()
        sys.exit(f"{project}: exit code {ended.returncode}\n{said[-1500:]}")
    return warehouse


if __name__ == "__main__":
    sys.exit(main())
