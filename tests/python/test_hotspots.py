"""The hotspot marts: published tables, simulated worlds, and an oracle a number."""

from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from built_hotspots import SLA_MS, build_hotspots
from rendered_models import build
from scipy import stats

from llm_telemetry.simulate import simulate

MODELS = (
    (911, 0.289791),
    (898, 0.309577),
    (887, 0.295378),
    (877, 0.280502),
    (867, 0.267589),
    (864, 0.268519),
    (828, 0.265700),
    (820, 0.303659),
)
USE_CASE_TIERS = {
    ("coding_assistant", "free"): (669, 0.431988),
    ("coding_assistant", "pro"): (360, 0.361111),
    ("coding_assistant", "enterprise"): (269, 0.297398),
    ("data_analysis", "free"): (683, 0.370425),
    ("data_analysis", "pro"): (277, 0.364621),
    ("data_analysis", "enterprise"): (159, 0.264151),
    ("internal_qa", "free"): (340, 0.350000),
    ("internal_qa", "pro"): (185, 0.243243),
    ("internal_qa", "enterprise"): (116, 0.206897),
    ("customer_support", "free"): (1174, 0.318569),
    ("customer_support", "pro"): (583, 0.245283),
    ("customer_support", "enterprise"): (333, 0.177177),
    ("content_writing", "free"): (594, 0.223906),
    ("content_writing", "pro"): (346, 0.164740),
    ("brainstorming", "free"): (386, 0.191710),
}


def _expanded(
    counts: Sequence[tuple[dict[str, str], int, float]],
) -> pd.DataFrame:
    """Return one row per interaction of published counts, each its own session."""
    rows = [
        values | {"is_failure": position < round(interactions * rate)}
        for values, interactions, rate in counts
        for position in range(interactions)
    ]
    expanded = pd.DataFrame(rows)
    expanded["interaction_id"] = [f"i{number:05}" for number in range(len(rows))]
    return expanded.assign(session_id=expanded["interaction_id"])


def _family(connection: duckdb.DuckDBPyConnection, family: str) -> pd.Series:
    families = connection.table("int_slice_heterogeneity").df()
    families = families[families["metric"] == "failures"]
    return families.set_index("family").loc[family]


def _chi_square(counts: Sequence[tuple[int, float]]) -> float:
    failures = [round(interactions * rate) for interactions, rate in counts]
    successes = [
        interactions - failed
        for (interactions, _), failed in zip(counts, failures, strict=True)
    ]
    result = stats.chi2_contingency([failures, successes], correction=False)
    return float(result.statistic)


def test_the_published_models_are_one_rate() -> None:
    counts = [
        ({"model_provider": f"p{number % 4}", "model_name": f"m{number}"}, *counted)
        for number, counted in enumerate(MODELS)
    ]
    connection = build_hotspots(_expanded(counts))
    models = connection.table("model_hotspots").df()
    family = _family(connection, "model_provider x model_name")
    assert models["interactions"].sum() == 6952
    assert family["chi_square"] == pytest.approx(_chi_square(MODELS), rel=1e-9)
    assert family["p_value"] > 0.25
    assert set(models["verdict"]) == {"no_heterogeneity"}
    # the fixed thresholds flag every one of them
    assert models["is_reference_hotspot"].all()


def test_the_published_use_cases_and_tiers_are_not() -> None:
    counts = [
        ({"use_case": use_case, "account_tier": tier}, *counted)
        for (use_case, tier), counted in USE_CASE_TIERS.items()
    ]
    connection = build_hotspots(_expanded(counts))
    family = _family(connection, "use_case x account_tier")
    exact = _chi_square(list(USE_CASE_TIERS.values()))
    assert family["chi_square"] == pytest.approx(exact, rel=1e-9)
    assert family["degrees_of_freedom"] == 14
    corrected = stats.chi2.sf(family["corrected_chi_square"], 14)
    assert family["p_value"] == pytest.approx(corrected, rel=1e-8)
    assert family["p_value"] < 1e-25
    slices = connection.table("risk_slices").df().sort_values("risk_rank")
    hotspots = slices.loc[slices["verdict"] == "hotspot", "slice"].tolist()
    # the tier, two use cases, and the one cell that is worse than both of its parents
    assert hotspots == [
        "account_tier=free",
        "use_case=coding_assistant",
        "use_case=coding_assistant|account_tier=free",
        "use_case=data_analysis",
    ]
    explained = slices.set_index("slice")["explained_by"]
    assert (
        explained["use_case=data_analysis|account_tier=free"]
        == "use_case=data_analysis"
    )


def test_independent_fields_have_no_hotspot(shared_data: Callable[[str], Path]) -> None:
    rows = pd.read_csv(shared_data("sample") / "llm_system_interactions.csv")
    connection = build_hotspots(rows)
    for mart in ("risk_slices", "model_hotspots"):
        verdicts = connection.execute(f"select distinct verdict from {mart}")
        assert not {"hotspot", "explained"} & {name for (name,) in verdicts.fetchall()}


@pytest.mark.parametrize("seed", range(3))
def test_world_null_raises_no_alarm(seed: int) -> None:
    rows = simulate("null", interactions=5_000, seed=seed).interactions
    slices = build_hotspots(rows).table("risk_slices").df()
    # the models held strong do fail more there: they get the hard prompts
    of_models = slices["slice"].str.contains("model_")
    assert (slices.loc[~of_models, "verdict"] == "hotspot").sum() == 0


def test_world_real_is_led_by_what_was_planted() -> None:
    simulation = simulate("real", interactions=5_000, seed=3)
    slices = build_hotspots(simulation.interactions).table("risk_slices").df()
    planted = {
        f"use_case={slice_['use_case']}|account_tier={slice_['account_tier']}"
        for slice_ in simulation.truth["planted_slices"]
    }
    leading = slices.sort_values("risk_rank").head(len(planted))
    assert set(leading["slice"]) == planted
    assert set(leading["verdict"]) == {"hotspot"}


def test_the_reference_s_table_of_models_on_the_independent_sample(
    shared_data: Callable[[str], Path],
) -> None:
    rows = pd.read_csv(shared_data("sample") / "llm_system_interactions.csv")
    windows = {"train": "history", "val": "calibration", "test": "evaluation"}
    connection = duckdb.connect()
    connection.register(
        "interactions",
        rows.assign(
            decision_window=rows["split"].map(windows),
            cache_hit=False,
            is_sla_breach=rows["latency_ms"] > SLA_MS,
        ),
    )
    build(connection, "reference_hotspots")
    found = connection.sql(
        "select model_name, requests, risk_bucket from reference_hotspots order by all"
    ).fetchall()
    assert found == [
        ("claude", 422, "high_failure_and_sla"),
        ("gemini", 423, "high_failure_and_sla"),
        ("gpt", 407, "sla_risk"),
        ("llama", 422, "high_failure_and_sla"),
    ]
