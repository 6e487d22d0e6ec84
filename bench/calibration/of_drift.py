"""Drift where there is none, and where there is."""

import duckdb
import numpy as np
import pandas as pd

from calibration.replicate import Replicate, built
from calibration.store import Numbers
from llm_telemetry import triage
from llm_telemetry.decisions import drift
from llm_telemetry.simulate import simulate

MARTS = ("int_drift_tests", "drift")
CONCEPT_MARTS = ("triage_features", "windows", "drift", "failure_drivers")
MOVED = {"use_case", "prompt_tokens"}
SIDES = ["reference", "current", None]


def measure(replicate: Replicate) -> Numbers:
    """Say what was called drifted, over time."""
    report = replicate.marts["drift"]
    drifted = set(report.loc[report["verdict"] == "drift", "feature"])
    return {"has_drift": bool(drifted), "names_what_moved": drifted >= MOVED}


def concept(replicate: Replicate) -> Numbers:
    """Say what was decided on drift; nothing where there is no failure model."""
    marts, knobs = replicate.marts, replicate.knobs
    triaged = triage.decide(marts["triage_features"], marts["windows"], knobs)
    if not triaged.since_history:
        return {"is_judged": False}
    decided = drift.decide(
        marts["drift"], marts["failure_drivers"], triaged.since_history, knobs
    )
    is_concept = decided.verdict == drift.CONCEPT_DRIFT
    is_mapped = triaged.policy["calibration"]["map"]["method"] != "identity"
    numbers: Numbers = {
        "is_judged": True,
        "is_concept": is_concept,
        "is_mapped": is_mapped,
    }
    return numbers | ({"is_concept_mapped": is_concept} if is_mapped else {})


def random_split(seed: int, *, world: str, interactions: int) -> Numbers:
    """Count p-values of at most .05 where sessions are split at random."""
    simulation = simulate(world, interactions=interactions, seed=seed)
    rng = np.random.default_rng(seed)

    def split(connection: duckdb.DuckDBPyConnection) -> None:
        sessions = simulation.sessions[["session_id"]]
        drawn = rng.choice(3, len(sessions), p=(0.4, 0.2, 0.4))
        names = pd.Series(drawn, dtype=object).map(dict(enumerate(SIDES)))
        connection.register("sides", sessions.assign(side=names))
        connection.execute(
            "create or replace table interactions as select interactions.* replace "
            "(side as drift_window, cast(null as varchar) as decision_window) "
            "from interactions inner join sides using (session_id)"
        )
        connection.unregister("sides")

    tested = built(simulation, MARTS, split)["int_drift_tests"]
    p_values = tested["p_value"].dropna()
    return {"alarms": (p_values <= 0.05).sum(), "tests": len(p_values)}
