"""Three simulated months, each decided when it ends: what the ledger then knows."""

import argparse
import shutil
import sys
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pandas as pd

from llm_telemetry import simulate
from llm_telemetry.artifact import bundle
from llm_telemetry.cli import main as llm_telemetry
from llm_telemetry.simulate.parameters import START
from llm_telemetry.simulate.records import summarise_sessions, summarise_users
from llm_telemetry.warehouse.connection import read

MONTHS, DAYS = 3, 30
OUTCOME = ("prediction", "use_case", "starts_on", "status")
NUMBERS = ("predicted_value", "predicted_low", "predicted_high", "realised_value")
RECORD = ("prediction", "predictions", "counted", "hits", "verdict")
RATES = ("hit_rate", "hit_rate_low", "hit_rate_high", "mean_error_in_se", "bias_z")


def main() -> None:
    """Simulate, decide month after month, and print the ledger and the difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--world", default="real")
    parser.add_argument("--interactions", type=int, default=27_000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        world = simulate.simulate(
            options.world, interactions=options.interactions, seed=options.seed
        )
        artifacts = [decided(world, month, Path(folder)) for month in range(MONTHS)]
        print("\n".join(told(Path(folder, "warehouse.duckdb"))))
        before, after = (str(file) for file in artifacts[-2:])
        print("\n$ llm-telemetry diff month_2.json month_3.json\n", flush=True)
        sys.exit(llm_telemetry(["diff", before, after]))


def decided(world: simulate.Simulation, month: int, folder: Path) -> Path:
    """Export one month, decide on it, and keep a copy of the artifact."""
    data, out_dir = folder / f"month_{month + 1}", folder / "artifacts"
    simulate.write(exported(world, month), data)
    places = [
        "--warehouse",
        str(folder / "warehouse.duckdb"),
        "--out-dir",
        str(out_dir),
    ]
    code = llm_telemetry(["run", "--quiet", "--data-dir", str(data), *places])
    if code > 1:
        sys.exit(code)
    return Path(shutil.copyfile(out_dir / bundle.ARTIFACT, data.with_suffix(".json")))


def exported(world: simulate.Simulation, month: int) -> simulate.Simulation:
    """Return what an export of one month holds; sessions are cut where it ends."""
    log = world.interactions
    starts = START + timedelta(days=DAYS * month)
    within = (log["timestamp_utc"] >= starts) & (
        log["timestamp_utc"] < starts + timedelta(days=DAYS)
    )
    cut = log[within].reset_index(drop=True)
    return replace(
        world,
        interactions=cut,
        sessions=summarise_sessions(cut),
        users=summarise_users(cut),
    )


def told(warehouse: Path) -> list[str]:
    """Return the two ledger marts as text, without what still waits."""
    outcomes = read(
        "decision_outcomes", warehouse, order_by="starts_on, prediction, use_case"
    )
    waiting = (outcomes["status"] == "pending").sum()
    told = outcomes[outcomes["status"] != "pending"]
    return [
        f"marts.decision_outcomes ({waiting} more are pending)\n",
        *shown(told, OUTCOME, NUMBERS),
        "\nmarts.decision_hit_rate\n",
        *shown(read("decision_hit_rate", warehouse), RECORD, RATES),
    ]


def shown(
    frame: pd.DataFrame, words: tuple[str, ...], numbers: tuple[str, ...]
) -> list[str]:
    """Return columns as aligned text."""
    text = frame[list(words)].astype("string").fillna("")
    if "starts_on" in words:
        text["starts_on"] = text["starts_on"].str[:10]
    for name in numbers:
        text[name] = ["" if pd.isna(value) else f"{value:.4g}" for value in frame[name]]
    return text.to_string(index=False).splitlines()


if __name__ == "__main__":
    main()
