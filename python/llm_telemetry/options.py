"""The options that several commands share, and where they read and write by default."""

from pathlib import Path
from typing import Any

import click

from llm_telemetry.command_help import Integer

# what a command reads and writes if no other place is given
OWN_PLACES = {
    "warehouse": Path("target", "llm_telemetry.duckdb"),
    "out_dir": Path("artifacts"),
}
SAMPLE_PLACES = {
    "warehouse": Path("target", "sample.duckdb"),
    "out_dir": Path("artifacts", "sample"),
}
SETTINGS = "llm-telemetry.yml"
PATH = click.Path(path_type=Path)
POSITIVE = Integer(min=1)


def option(*names: str, **how: Any) -> click.Option:
    """Return an option; a flag where it has no type and no other value."""
    is_flag = not how.keys() & {"type", "default", "metavar", "multiple", "required"}
    return click.Option(names, is_flag=is_flag, **how)


DATA_DIR = option(
    "--data-dir",
    type=PATH,
    help="folder of the telemetry (default: $LLMOPS_DATA_DIR, else the first of "
    "., data, /mnt/data, /kaggle/input that contains telemetry)",
)
SAMPLE = option(
    "--sample",
    help="use the simulated sample, with a warehouse, bundle and ledger of its own; "
    "only the knobs of the settings file apply",
)
SOURCES = option(
    "--sources",
    type=str,
    help="formats of the folder, separated by commas: telemetry_csv, otlp, litellm, "
    "langfuse, openinference, mlflow, bedrock_logs, claude_code (default: the knob)",
)
QUIET = option("--quiet", help="print only problems")
WAREHOUSE = option(
    "--warehouse",
    type=PATH,
    help=f"DuckDB file of the marts (default: {OWN_PLACES['warehouse']}; with "
    f"--sample, {SAMPLE_PLACES['warehouse']})",
)
OUT_DIR = option(
    "--out-dir",
    type=PATH,
    help=f"folder of the bundle (default: {OWN_PLACES['out_dir']}; with --sample, "
    f"{SAMPLE_PLACES['out_dir']})",
)
LEDGER = option(
    "--ledger",
    type=PATH,
    help="file of past decisions and predictions (default: decision_ledger.jsonl in "
    "--out-dir)",
)
RULES = option(
    "--rules",
    type=PATH,
    help="file of rules and channels (default: alerts.yml in the working directory, "
    "else the rules that are shipped)",
)
ALERT_LEDGER = option(
    "--ledger",
    "alert_ledger",
    type=PATH,
    help="file of what alerts became (default: alert_ledger.jsonl in --out-dir)",
)
NOW = option(
    "--now",
    type=str,
    metavar="TIME",
    help="what to take for the present, as in 2026-01-31T12:00:00Z (default: the "
    "clock; with --sample, its newest call)",
)
CONFIG = option(
    "--config",
    type=PATH,
    help=f"settings file (default: {SETTINGS} in the working directory, if any)",
)
JSON = option("--json", help="print the result as JSON")
THREADS = option(
    "--threads", type=POSITIVE, help="DuckDB threads (default: one per core)"
)
BUILT = (CONFIG, SAMPLE, WAREHOUSE)
DECIDES = (*BUILT, OUT_DIR, LEDGER, QUIET, JSON)
ARTIFACT = "decision_artifact.json"
