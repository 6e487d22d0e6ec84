"""The knobs as a build used them."""

from pathlib import Path

import pandas as pd

from llm_telemetry.warehouse.connection import read


def settings(warehouse: Path) -> dict[str, float]:
    """Return the knobs that are numbers."""
    knobs = read("knobs", warehouse, where="setting is not null")
    return dict(zip(knobs["knob"], knobs["setting"], strict=True))


def chosen(warehouse: Path) -> pd.DataFrame:
    """Return every knob, its setting a number or a text, its unit and who set it."""
    knobs = read("knobs", warehouse)
    setting = (
        knobs["setting"]
        .astype(object)
        .where(knobs["setting"].notna(), knobs["setting_text"])
    )
    return knobs.assign(setting=setting).drop(columns="setting_text")
