"""What `init` writes: a file of settings to edit, and one for the calls."""

from pathlib import Path

from llm_telemetry.config import column_names
from llm_telemetry.config.knobs import Knob, declared
from llm_telemetry.config.settings_file import NAME
from llm_telemetry.errors import InputError
from llm_telemetry.files.atomic import write_together

# the file that has to be there
CALLS = "llm_system_interactions.csv"
HEAD = """\
# Settings of llm-telemetry, each with its default. Relative paths start at the folder
# of this file. The environment and the command line take precedence.

# folder of the telemetry
data_dir: .

# what it contains: telemetry_csv, otlp, litellm, langfuse, openinference, mlflow,
# bedrock_logs, claude_code
# sources: [telemetry_csv]

# where a run writes
# out_dir: artifacts
# warehouse: target/llm_telemetry.duckdb
# ledger: artifacts/decision_ledger.jsonl

# columns of your files that are named otherwise, by their names in the contract
# columns:
#   interactions: {latency_ms: duration, model_name: Model Name}

# CSV files whose rows are added to the seeds of these names
# model_aliases: aliases.csv
# price_overrides: prices.csv
# evaluation_labels: labels.csv
# prompt_categories: categories.csv

# `llm-telemetry knobs` lists the knobs as they are set
knobs:
"""


def write(folder: Path) -> list[Path]:
    """Write the file of settings and one for the calls without rows; return both.

    Raises InputError, and writes nothing, where one of them is there or the folder
    cannot be written.
    """
    columns = column_names.contract()["interactions"]
    texts = {CALLS: ",".join(columns) + "\n", NAME: settings()}
    files = [folder / name for name in texts]
    if there := [file for file in files if file.exists()]:
        lines = [f"{file}: already exists: move it away first" for file in there]
        raise InputError(*lines)
    try:
        contents = {name: text.encode() for name, text in texts.items()}
        write_together(contents, folder, last=NAME)
    except OSError as error:
        raise InputError(f"{folder}: cannot write: {error.strerror}") from error
    return files


def settings() -> str:
    """Return a file of settings with a commented line for every knob."""
    lines = [_line(knob) for knob in declared().values() if knob.name != "sources"]
    return HEAD + "\n".join(lines) + "\n"


def _line(knob: Knob) -> str:
    limits = f", {knob.range}" if knob.range not in ("", knob.unit) else ""
    return f"  # {knob.name}: {knob.default}  # {knob.unit}{limits}; {knob.meaning}"
