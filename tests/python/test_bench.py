"""The jobs that ours is compared with decide what the reference's marts decide."""

import importlib
import json
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest
from conftest import SAMPLE
from routing_frames import built_on, windowed

from llm_telemetry.simulate import simulate, write

BENCH = Path(__file__).parents[2] / "bench"


@pytest.fixture
def reference(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(BENCH)
    return importlib.import_module("reference_pandas")


def test_policy_and_backtest_agree_with_the_marts(
    reference: ModuleType, tmp_path: Path
) -> None:
    write(simulate("real", interactions=6_000, seed=4), tmp_path)
    log, _, _ = reference.load(tmp_path)
    starts = log["timestamp_utc"].dt.tz_localize(None)
    log = windowed(log.assign(timestamp_utc=starts, propensity=float("nan")))
    marts = built_on("interactions", log.drop(columns=["date"]))
    policy = reference.routing_policy(log[log["decision_window"] == "history"])
    columns = ["use_case", "model_name", "requests", "fail_rate", "policy_mode"]
    pd.testing.assert_frame_equal(
        policy[columns],
        marts["reference_policy"].sort_values("use_case", ignore_index=True)[columns],
        check_dtype=False,
    )
    judged = reference.backtest(policy, log[log["decision_window"] == "evaluation"])
    costs = ["baseline_expected_unit_cost", "policy_expected_unit_cost"]
    assert judged[costs].iloc[0].tolist() == pytest.approx(
        marts["reference_backtest"][costs].iloc[0].tolist()
    )


def test_the_months_of_the_ledger_hold_every_call_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(BENCH)
    demo = importlib.import_module("ledger_demo")
    world = simulate("real", interactions=900, seed=4)
    months = [demo.exported(world, month) for month in range(demo.MONTHS)]
    calls = pd.concat([month.interactions["interaction_id"] for month in months])
    assert sorted(calls) == sorted(world.interactions["interaction_id"])
    for month in months:
        assert set(month.sessions["session_id"]) == set(
            month.interactions["session_id"]
        )


@pytest.mark.parametrize("options", [[], ["--lattice"]])
def test_polars_makes_the_tables_of_pandas(
    options: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(BENCH)
    folders = [tmp_path / "pandas", tmp_path / "polars"]
    for folder in folders:
        module = importlib.import_module(f"reference_{folder.name}")
        words = [str(SAMPLE), str(folder), "--no-triage", *options]
        monkeypatch.setattr("sys.argv", [folder.name, *words])
        module.main()
    names = [sorted(file.name for file in folder.iterdir()) for folder in folders]
    assert names[0] == names[1]
    for name in names[0]:
        if name.endswith(".csv"):
            theirs, ours = (in_order(pd.read_csv(folder / name)) for folder in folders)
            pd.testing.assert_frame_equal(theirs, ours[theirs.columns])
    said, told = (
        json.loads((folder / "decision_artifact.json").read_text())
        for folder in folders
    )
    assert {name: said[name] for name in told} == pytest.approx(told)


def in_order(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows in the order of their names, where they have any."""
    names = list(table.select_dtypes(exclude="number"))
    return table.sort_values(names, ignore_index=True) if names else table


def test_polars_hands_triage_the_rows_of_pandas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(BENCH)
    for library in ("pandas", "polars"):
        module = importlib.import_module(f"reference_{library}")
        monkeypatch.setattr("sys.argv", ["", str(SAMPLE), str(tmp_path / library)])
        module.main()
    pandas, polars = (
        pd.read_csv(tmp_path / library / "triage_threshold_curve.csv")
        for library in ("pandas", "polars")
    )
    pd.testing.assert_frame_equal(pandas, polars)
