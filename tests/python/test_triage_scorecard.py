"""The same probabilities from Python, from the file and from the warehouse."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, SAMPLE, Run
from rendered_models import build
from scipy.special import expit
from sklearn.pipeline import Pipeline

from llm_telemetry import simulate
from llm_telemetry.cli import main
from llm_telemetry.triage import failure_model
from llm_telemetry.triage.calibration_map import CalibrationMap
from llm_telemetry.triage.scorecard import Scorecard
from llm_telemetry.warehouse.connection import read

LINE = CalibrationMap("sigmoid", "shift_found", 0.4, 0.8, 0.01, 0, 0)
KNOTS = ((-1000.0, 0.05), (-2.0, 0.05), (-1.25, 0.2), (0.5, 0.21), (2.0, 0.9))
BENT = CalibrationMap("isotonic", "bent", 0.0, 1.0, None, 0, 0, KNOTS)


@pytest.fixture(scope="module")
def calls() -> pd.DataFrame:
    """Return simulated calls with holes, strange names and empty answers."""
    rows = simulate.simulate("real", interactions=4000, seed=3).interactions
    generator = np.random.default_rng(3)
    for name in failure_model.CATEGORICAL:
        rows.loc[generator.random(4000) < 0.03, name] = None
        rows.loc[generator.random(4000) < 0.03, name] = f"a new {name}"
    for name in ("latency_ms", "cost_usd", "prompt_tokens", "completion_tokens"):
        rows[name] = rows[name].astype(float)
        rows.loc[generator.random(4000) < 0.03, name] = None
    rows.loc[generator.random(4000) < 0.03, "completion_tokens"] = 0
    rows.loc[generator.random(4000) < 0.01, "latency_ms"] = -1
    known = rows["completion_tokens"].where(rows["completion_tokens"] > 0)
    return rows.assign(
        decision_window="history",
        prompt_to_completion_ratio=rows["prompt_tokens"] / known,
    )


@pytest.fixture(scope="module")
def model(calls: pd.DataFrame) -> Pipeline:
    half = calls[:2000]
    failed = half["is_failure"].to_numpy(float)
    return failure_model.fit(half, failed, seed=1, is_crossed=True)


def scored_in_sql(calls: pd.DataFrame, scorecard: pd.DataFrame) -> pd.DataFrame:
    with duckdb.connect() as connection:
        connection.execute("create table interactions as from calls")
        connection.execute("create table triage_scorecard as from scorecard")
        build(
            connection,
            "int_triage_rows",
            "int_triage_log_odds",
            "triage_scores",
        )
        return connection.sql("from triage_scores order by interaction_id").df()


@pytest.mark.parametrize("calibration", [LINE, BENT], ids=["line", "knots"])
def test_sql_agrees_with_predict_proba_on_every_row(
    calls: pd.DataFrame, model: Pipeline, calibration: CalibrationMap
) -> None:
    calls = calls.sort_values("interaction_id", ignore_index=True)
    card = failure_model.scorecard(model).calibrated(calibration)
    scores = scored_in_sql(calls, card.table())["proba_failure"]
    raw = model.decision_function(failure_model.inputs(calls))
    assert np.abs(scores - calibration.apply(raw)).max() < 1e-9
    assert np.abs(scores - card.probabilities(calls)).max() < 1e-9
    assert scores.notna().all()


def test_uncalibrated_scores_are_those_of_the_regression(
    calls: pd.DataFrame, model: Pipeline
) -> None:
    calls = calls.sort_values("interaction_id", ignore_index=True)
    scores = scored_in_sql(calls, failure_model.scorecard(model).table())
    theirs = model.predict_proba(failure_model.inputs(calls))[:, 1]
    assert np.abs(scores["proba_failure"] - theirs).max() < 1e-9
    assert np.abs(expit(scores["log_odds"]) - theirs).max() < 1e-9


def test_the_sql_knows_every_feature_and_no_other() -> None:
    ones = dict.fromkeys(failure_model.NUMERIC, (0.0, 1.0))
    levels = {
        name: {" x ".join(["unknown"] * (name.count(" x ") + 1)): 1.0}
        for name in failure_model.CATEGORICAL + failure_model.CROSSED
    }
    names = [*failure_model.NUMERIC, *failure_model.CATEGORICAL, "is_failure"]
    keys = {
        "interaction_id": ["a"],
        "session_id": ["s"],
        "decision_window": ["history"],
    }
    empty = pd.DataFrame({**keys, "timestamp_utc": [pd.NaT], **dict.fromkeys(names)})
    empty = empty.astype(dict.fromkeys(failure_model.NUMERIC, "float64"))
    empty = empty.astype(dict.fromkeys(failure_model.CATEGORICAL, "str"))
    (row,) = scored_in_sql(empty, Scorecard(0.0, ones, levels).table()).to_dict(
        "records"
    )
    assert row["log_odds"] == len(ones) + len(levels)


def test_a_published_warehouse_scores_with_its_own_model(sample_run: Run) -> None:
    queue = pd.read_csv(sample_run.out_dir / "triage_actions_preview.csv")
    scores = read("triage_scores", sample_run.warehouse)
    both = queue.merge(scores, on="interaction_id")
    assert len(both) == len(queue) < len(scores)
    assert (both["proba_failure_x"] == both["proba_failure_y"]).all()
    written = pd.read_csv(sample_run.out_dir / "triage_scorecard.csv")
    held = read("triage_scorecard", sample_run.warehouse)
    ordered = written.sort_values("term", ignore_index=True)
    theirs = held.sort_values("term", ignore_index=True)
    assert (ordered["weight"] == theirs["weight"]).all()
    assert ordered["term"].tolist() == theirs["term"].tolist()


def test_decide_leaves_a_published_warehouse_as_it_is(
    sample_run: Run, tmp_path: Path
) -> None:
    before = sample_run.warehouse.read_bytes()
    places = ["--warehouse", str(sample_run.warehouse), "--out-dir", str(tmp_path)]
    assert main(["decide", "--quiet", *places]) == sample_run.code
    assert sample_run.warehouse.read_bytes() == before


def built_with(scorecard: str, folder: Path) -> pd.DataFrame:
    """Build the scores by dbt alone, as an operator would between two runs."""
    warehouse = folder / "scores.duckdb"
    places = {
        "LLMOPS_DATA_DIR": str(SAMPLE),
        "LLM_TELEMETRY_WAREHOUSE": str(warehouse),
        "LLM_TELEMETRY_SCORECARD": scorecard,
    }
    command = [
        *(sys.executable, "-c", "from dbt.cli.main import cli; cli()", "build"),
        *("--project-dir", str(ROOT), "--profiles-dir", str(ROOT)),
        *("--target-path", str(folder), "--log-path", str(folder)),
        *("--select", "+triage_scores", "--quiet"),
        *("--exclude-resource-type", "unit_test", "test"),
    ]
    subprocess.run(command, check=True, cwd=ROOT, env=os.environ | places)
    return read("triage_scores", warehouse)


def test_dbt_alone_scores_with_the_deployed_file(
    sample_run: Run, tmp_path: Path
) -> None:
    deployed = sample_run.out_dir / "triage_scorecard.csv"
    scores = built_with(str(deployed), tmp_path)
    published = read("triage_scores", sample_run.warehouse)
    pd.testing.assert_frame_equal(scores, published, check_exact=True)


def test_without_a_file_nothing_is_scored(tmp_path: Path) -> None:
    scores = built_with(str(tmp_path / "no_such_file.csv"), tmp_path)
    assert len(scores) == 5800
    assert scores[["log_odds", "proba_failure"]].isna().all(axis=None)
