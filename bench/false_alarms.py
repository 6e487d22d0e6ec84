"""How often quiet telemetry raises an alarm, and planted slices lead; without dbt."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import duckdb
import pandas as pd
from scipy import stats

from llm_telemetry import routing
from llm_telemetry.simulate import simulate
from llm_telemetry.simulate.worlds import WORLDS

sys.path.append(str(Path(__file__).parents[1] / "tests" / "python"))

from built_hotspots import HOTSPOT_MODELS
from rendered_models import build, with_seed
from routing_frames import KNOBS, MARTS
from test_drift import MODELS as DRIFT_MODELS

# what a simulation does not write, and the models read
ABSENT = """
    cast(null as varchar) as split, cast(null as varchar) as prompt_id,
    cast(null as date) as date_utc, cast(null as bigint) as hour_of_day_utc,
    cast(null as boolean) as hallucination_flag, cast(null as double) as propensity
"""
PLANTED = "use_case={use_case}|account_tier={account_tier}"
FAMILIES = "a family has p <= .05"


def main() -> None:
    """Simulate, decide, and print how often what came up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--world", default="null", choices=sorted(WORLDS))
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--interactions", type=int, default=9_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    of_seed = partial(counted, options.world, options.interactions)
    with ProcessPoolExecutor(max_workers=2) as pool:
        seeds = shown(pool.map(of_seed, range(options.seeds)), options.seeds)
        counts = pd.concat(seeds).groupby(level=0, sort=False).sum()
    if options.json:
        print(json.dumps(counts.to_dict("index"), indent=2))
    else:
        print("\n".join(table(counts)))


def shown(seeds: Iterable[pd.DataFrame], total: int) -> Iterator[pd.DataFrame]:
    """Pass on what every seed gave, and count the seeds on a terminal."""
    for done, counts in enumerate(seeds, start=1):
        if sys.stderr.isatty():
            print(f"\r{done} of {total} seeds ", end="", file=sys.stderr, flush=True)
        yield counts


def counted(world: str, interactions: int, seed: int) -> pd.DataFrame:
    """Return, of one seed, how many times of how many each measure came up."""
    simulation = simulate(world, interactions=interactions, seed=seed)
    marts = built(simulation.interactions)
    slices = marts["risk_slices"].sort_values("risk_rank")
    verdicts = {*slices["verdict"], *marts["model_hotspots"]["verdict"]}
    p_values = marts["int_families_tested"]["p_value"].dropna()
    measures = {
        "a slice is a hotspot": ("hotspot" in verdicts, 1),
        "routing recommends a canary": (is_canary(marts), 1),
        "a feature drifts": ("drift" in set(marts["drift"]["verdict"]), 1),
        FAMILIES: ((p_values <= 0.05).sum(), len(p_values)),
    }
    planted = {PLANTED.format(**one) for one in simulation.truth["planted_slices"]}
    if planted:
        leading = set(slices["slice"].head(len(planted)))
        measures["the planted slices lead"] = (leading == planted, 1)
    return pd.DataFrame(measures, ["times", "of"]).astype(int).T


def built(log: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Build the models over a log, and return them by name."""
    models = (*HOTSPOT_MODELS, *DRIFT_MODELS, *MARTS)
    log = log.assign(timestamp_utc=log["timestamp_utc"].dt.tz_localize(None))
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("log", log)
        for name in ("interactions", "sessions"):
            staged = f"stg_telemetry_csv__{name}"
            connection.execute(f"create view {staged} as select *, {ABSENT} from log")
        with_seed(connection, "drift_thresholds")
        with_seed(connection, "routing_ladder")
        build(connection, "int_interactions_flagged", "int_sessions_windowed")
        build(connection, "int_interactions_windowed", "interactions", "windows")
        build(connection, *models)
        return {name: connection.table(name).df() for name in ("windows", *models)}


def is_canary(marts: dict[str, pd.DataFrame]) -> bool:
    """Say whether routing recommends a canary."""
    judged = routing.Marts(
        reference_policy=marts["reference_policy"],
        candidates=marts["routing_candidates"],
        constraints=marts["routing_constraints"],
        prices=marts["routing_prices"],
        contexts=marts["routing_contexts"],
        windows=marts["windows"],
    )
    return routing.decide(judged, KNOBS).recommendation == "canary"


def table(counts: pd.DataFrame) -> list[str]:
    """Return the lines of a table; intervals are Wilson's, where trials are seeds."""
    lines = [f"{'':<28} {'times':>5} {'of':>6} {'share':>6}   95 % interval"]
    for name, (times, of) in counts.iterrows():
        lines.append(f"{name:<28} {times:>5} {of:>6} {times / of:>6.1%}")
        if name != FAMILIES:
            wilson = stats.binomtest(times, of).proportion_ci(method="wilson")
            lines[-1] += f"   {wilson.low:.1%} to {wilson.high:.1%}"
    return lines


if __name__ == "__main__":
    main()
