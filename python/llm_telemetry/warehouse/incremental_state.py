"""The published build that the next one goes on from."""

import os
from collections.abc import Sequence
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from llm_telemetry.errors import InputError
from llm_telemetry.ingest.discovery import PROJECT
from llm_telemetry.warehouse.connection import read
from llm_telemetry.warehouse.model_contracts import LOADER

MADE_OF = ("macros/**/*.sql", "models/**/*.sql", "seeds/*.csv")
# another price restates the days on which it holds: stg_telemetry_csv__repriced_days
PRICES = ("model_prices.csv", "price_overrides.csv")
# that change what was rolled up; the others change what is decided on it
KNOBS = (
    "business_time_zone",
    "failure_event_cost_usd",
    "impute_beside_logged",
    "max_retry_gap_s",
    "sla_breach_penalty_usd",
    "sla_ms",
)


def state(sources: Sequence[str]) -> str:
    """Return a digest of what all rollups depend on beside the telemetry.

    Another text of a model, macro or seed, another of their knobs and another engine
    make other marts of the same files.
    """
    project, knobs = _project()
    made: list[Any] = [version("duckdb"), sorted(sources), project]
    made += [knobs[knob] for knob in KNOBS]
    # calls that move to another day are looked for where not all are held
    made.append(is_windowed())
    digest = sha256(repr(made).encode())
    for pattern in MADE_OF:
        for file in sorted(PROJECT.glob(pattern)):
            if file.name not in PRICES:
                digest.update(sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def is_windowed() -> bool:
    """Whether calls are held for some days only, and days before stand as rollups."""
    _, knobs = _project()
    return float(knobs["window_days"]) > 0


def goes_on_from(warehouse: Path, wanted: str) -> bool:
    """Whether the warehouse holds a build of the wanted state."""
    try:
        builds = read("build_info", warehouse)
    except InputError:
        return False
    return "state_sha256" in builds and builds["state_sha256"].tolist() == [wanted]


def _project() -> tuple[dict[str, Any], dict[str, str]]:
    """Return the settings of the dbt project but its knobs, and those as they are."""
    project = yaml.load((PROJECT / "dbt_project.yml").read_text(), Loader=LOADER)
    knobs = {
        knob: os.environ.get(knob.upper()) or str(default)
        for knob, default in project.pop("vars").items()
    }
    return project, knobs
