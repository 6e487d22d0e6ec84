"""Whether the next build can take rollups from the published one."""

import os
from collections.abc import Sequence
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from llm_telemetry.config import own_seeds
from llm_telemetry.config.project import LOADER, PROJECT
from llm_telemetry.errors import InputError
from llm_telemetry.warehouse.connection import read

MADE_OF = ("macros/**/*.sql", "models/**/*.sql", "seeds/*.csv")
# a new price rebuilds only its days (stg_telemetry_csv__repriced_days), and no rollup
# has the categories of prompts
LEFT_OUT = ("model_prices.csv", "price_overrides.csv", "prompt_categories.csv")
# these change the rollups; other knobs only change what is decided from them
KNOBS = (
    "business_time_zone",
    "failure_event_cost_usd",
    "first_plausible_year",
    "impute_beside_logged",
    "max_days_ahead",
    "max_retry_gap_s",
    "sla_breach_penalty_usd",
    "sla_ms",
)


def state(sources: Sequence[str]) -> str:
    """Return the SHA-256, in hex, of all that rollups depend on except the telemetry.

    That is the text of every model, macro and seed (except those LEFT_OUT, also a
    team's own), the knobs in KNOBS, the settings of the project, the sources and the
    version of DuckDB.
    """
    project, knobs = _project()
    made: list[Any] = [version("duckdb"), sorted(sources), project]
    made += [knobs[knob] for knob in KNOBS]
    # re-dated rows are only looked for where not all days are retained
    made.append(is_windowed())
    digest = sha256(repr(made).encode())
    files = [file for pattern in MADE_OF for file in sorted(PROJECT.glob(pattern))]
    made_of = [file for file in files if file.name not in LEFT_OUT]
    own = own_seeds.files()
    made_of += [own[seed] for seed in sorted(own) if f"{seed}.csv" not in LEFT_OUT]
    for file in made_of:
        digest.update(sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def is_windowed() -> bool:
    """Whether calls are retained for window_days only, and older days as rollups."""
    _, knobs = _project()
    return float(knobs["window_days"]) > 0


def can_continue_from(warehouse: Path, wanted: str) -> bool:
    """Whether the warehouse contains a build with the wanted ``state``."""
    try:
        builds = read("build_info", warehouse)
    except InputError:
        return False
    return "state_sha256" in builds and builds["state_sha256"].tolist() == [wanted]


def _project() -> tuple[dict[str, Any], dict[str, str]]:
    """Return the project's settings without its knobs, and the knobs as set."""
    project = yaml.load((PROJECT / "dbt_project.yml").read_text(), Loader=LOADER)
    knobs = {
        knob: os.environ.get(knob.upper()) or str(declared["default"])
        for knob, declared in project.pop("vars")["knobs"].items()
    }
    return project, knobs
