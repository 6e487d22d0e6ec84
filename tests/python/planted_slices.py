"""150 slices of which some fail more often, in sessions that fail together."""

from collections import Counter

import numpy as np
import pandas as pd
from built_hotspots import build_hotspots

USE_CASES, REGIONS = 10, 15
BASE_RATE = 0.1
FIXED_RATE = 0.12


def planted_log(
    seed: int, *, planted: int = 20, rows: int = 45_000
) -> tuple[pd.DataFrame, set[str]]:
    """Return calls in sessions of about five, and the names of the slices planted.

    A session stays in one slice, as long sessions do, and its calls share a log-odds
    shift of scale .5. A planted slice fails 1.5 to 3 times as often.
    """
    generator = np.random.default_rng(seed)
    sessions = rows // 5
    sizes = 1 + generator.poisson(4, sessions)
    cells = USE_CASES * REGIONS
    popularity = generator.dirichlet(np.full(cells, 4.0))
    cell = generator.choice(cells, sessions, p=popularity)
    ratio = np.ones(cells)
    chosen = generator.choice(cells, planted, replace=False)
    ratio[chosen] = generator.uniform(1.5, 3.0, planted)
    odds = BASE_RATE * ratio / (1 - BASE_RATE * ratio)
    shifted = odds[cell] * np.exp(0.5 * generator.normal(size=sessions) - 0.12)
    session = np.repeat(np.arange(sessions), sizes)
    frame = pd.DataFrame({"session_id": [f"s{number:05}" for number in session]})
    frame["interaction_id"] = [f"i{number:06}" for number in range(len(session))]
    frame["use_case"] = [f"u{number}" for number in cell[session] // REGIONS]
    frame["region"] = [f"r{number}" for number in cell[session] % REGIONS]
    frame["is_failure"] = (
        generator.random(len(session)) < (shifted / (1 + shifted))[session]
    )
    return frame, {slice_name(number) for number in chosen}


def slice_name(cell: int) -> str:
    """Return the slice of a cell as the mart names it."""
    return f"use_case=u{cell // REGIONS}|region=r{cell % REGIONS}"


def found(seed: int, **options: int) -> Counter[str]:
    """Return, of one log, how many slices each rule flags, rightly and in all."""
    frame, planted = planted_log(seed, **options)
    slices = build_hotspots(frame).table("risk_slices").df()
    cells = slices[slices["family"] == "use_case x region"]
    flagged = set(cells.loc[cells["verdict"] == "hotspot", "slice"])
    # by a threshold alone, as dashboards do
    fixed = set(cells.loc[cells["failure_rate"] > FIXED_RATE, "slice"])
    return Counter(
        planted=len(planted),
        flagged=len(flagged),
        hits=len(flagged & planted),
        fixed=len(fixed),
        fixed_hits=len(fixed & planted),
    )
