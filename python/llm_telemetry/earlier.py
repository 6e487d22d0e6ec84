"""The published build that the next one goes on from."""

import os
from collections.abc import Sequence
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import yaml

from llm_telemetry.errors import InputError
from llm_telemetry.sources import PROJECT
from llm_telemetry.warehouse import read

MADE_OF = ("dbt_project.yml", "macros/**/*.sql", "models/**/*.sql", "seeds/*.csv")


def state(sources: Sequence[str]) -> str:
    """Return a digest of what rollups depend on beside the telemetry.

    Another text of a model, macro or seed, another knob and another engine make
    other marts of the same files.
    """
    knobs = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"]
    digest = sha256(f"{version('duckdb')} {sorted(sources)}".encode())
    for knob in sorted(knobs):
        digest.update(f"{knob}={os.environ.get(knob.upper(), '')} ".encode())
    for pattern in MADE_OF:
        for file in sorted(PROJECT.glob(pattern)):
            digest.update(sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def goes_on_from(warehouse: Path, wanted: str) -> bool:
    """Whether the warehouse holds a build of the wanted state."""
    try:
        builds = read("build_info", warehouse)
    except InputError:
        return False
    return "state_sha256" in builds and builds["state_sha256"].tolist() == [wanted]
