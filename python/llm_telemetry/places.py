"""Which folder a command reads, and which it writes."""

import getpass
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

from llm_telemetry.config.knobs import CONTRACT
from llm_telemetry.errors import InputError
from llm_telemetry.files.atomic import refusal
from llm_telemetry.ingest import discovery
from llm_telemetry.ledger.store import LEDGER, REVIEWS

if TYPE_CHECKING:
    import pandas as pd

Options = SimpleNamespace
ALERT_LEDGER = "alert_ledger.jsonl"


def sources(options: Options) -> list[str]:
    """Return the sources that are on; the sample is in the contract's files."""
    return [CONTRACT] if options.sample else discovery.named(options.sources)


def data_dir(options: Options, named: Sequence[str]) -> Path:
    """Return the folder to read; raise InputError where there is none."""
    if not options.sample:
        return discovery.find_data_dir(options.data_dir, named)
    if options.data_dir or options.sources:
        raise InputError("--sample: leave out --data-dir and --sources")
    return discovery.find_sample()


def ledger(options: Options) -> Path:
    """Return the absolute path of the ledger, which is in the bundle's folder."""
    return Path(options.ledger or options.out_dir / LEDGER).resolve()


def alert_ledger(options: Options) -> Path:
    """Return the absolute path of the alert ledger, which is in the bundle's folder."""
    named = getattr(options, "alert_ledger", None)
    return Path(named or options.out_dir / ALERT_LEDGER).resolve()


def reviews(options: Options) -> Path:
    """Return the absolute path of the review ledger, which is beside the other."""
    return ledger(options).with_name(REVIEWS)


def ledgers(options: Options) -> tuple[Path, Path]:
    """Return both ledgers, which are appended to once all else is written."""
    return ledger(options), reviews(options)


def user() -> str:
    """Return who runs the command, as the system calls them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def data_read(options: Options) -> str:
    """Return the folder that is read, or the warehouse by `decide`, in words."""
    # which folder a build read, its marts do not say: they are the same of any
    place = (
        discovery.shown(data_dir(options, sources(options)))
        if "data_dir" in vars(options)
        else f"warehouse {options.warehouse}"
    )
    return f"{place} (simulated)" if options.sample else place


def line_one(place: str, inputs: "pd.DataFrame", windows: "pd.DataFrame") -> str:
    """Return a line that names the place, files, rows and days that were read.

    ``inputs`` and ``windows`` are those marts.
    """
    files = ", ".join(
        f"{name} ({rows:,} rows)"
        for name, rows in zip(inputs["file_name"], inputs["input_rows"], strict=True)
    )
    first, last = windows["starts_at"].min(), windows["ends_at"].max()
    days = f"calls from {first:%Y-%m-%d} to {last:%Y-%m-%d} UTC" if len(windows) else ""
    return f"read {place}: {files}; {days or 'no call has a time'}"


def check_folders(options: Options) -> None:
    """Raise InputError with one line per folder that cannot be written."""
    named = vars(options)
    folders = [named["out_dir"]] if "out_dir" in named else []
    if named.get("ledger"):
        folders.append(options.ledger.parent)
    # `decide` reads the warehouse only
    if "full_refresh" in named:
        folders.append(options.warehouse.parent)
    refused = {folder: refusal(folder) for folder in folders}
    lines = [f"{folder}: cannot write: {why}" for folder, why in refused.items() if why]
    if lines:
        raise InputError(*lines)


def age(newest: "pd.Series", most_days: float) -> str | None:
    """Return a line that says how old the newest call is, beyond that many days.

    ``newest`` are the ends of the windows, in UTC; 0 days never says.
    """
    last = newest.max()
    # without a time, the days are not a number
    days = (datetime.now(UTC).replace(tzinfo=None) - last).days
    if not (most_days and days > most_days):
        return None
    return (
        f"the newest call is of {last:%Y-%m-%d}, {days} days ago: export newer "
        f"telemetry, or raise MAX_DATA_AGE_DAYS (now {most_days:g})"
    )
