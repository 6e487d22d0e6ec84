"""The knobs as a build used them, from the mart knobs."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from llm_telemetry.config import knobs as config
from llm_telemetry.warehouse.connection import read


def settings(knobs: pd.DataFrame) -> dict[str, float]:
    """Return the knobs that are numbers."""
    numbers = knobs[knobs["setting"].notna()]
    return dict(zip(numbers["knob"], numbers["setting"], strict=True))


def check_same(warehouse: Path) -> None:
    """Raise InputError for every knob set to another value than its build used."""
    config.check_same(chosen(read("knobs", warehouse)).to_dict("records"))


def replaced(knobs: pd.DataFrame, numbers: Mapping[str, float]) -> pd.DataFrame:
    """Return the knobs with other values for some that are numbers."""
    setting = knobs["knob"].map(numbers).fillna(knobs["setting"])
    return knobs.assign(setting=setting)


def time_zone(knobs: pd.DataFrame) -> str:
    """Return the time zone whose days the business counts by."""
    zone = knobs.loc[knobs["knob"] == "business_time_zone", "setting_text"]
    return str(zone.iloc[0])


def chosen(knobs: pd.DataFrame) -> pd.DataFrame:
    """Return every knob, its setting a number or a text, its unit and who set it."""
    setting = (
        knobs["setting"]
        .astype(object)
        .where(knobs["setting"].notna(), knobs["setting_text"])
    )
    return knobs.assign(setting=setting).drop(columns="setting_text")
