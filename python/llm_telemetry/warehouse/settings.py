"""The knobs as a build used them, from the mart knobs."""

import pandas as pd


def settings(knobs: pd.DataFrame) -> dict[str, float]:
    """Return the knobs that are numbers."""
    numbers = knobs[knobs["setting"].notna()]
    return dict(zip(numbers["knob"], numbers["setting"], strict=True))


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
