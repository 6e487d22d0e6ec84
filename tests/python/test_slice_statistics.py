"""The statistics of risk_slices against pandas, numpy and scipy."""

import duckdb
import numpy as np
import pandas as pd
import pytest
from built_hotspots import DIMENSIONS, build_hotspots
from scipy import stats

from llm_telemetry.simulate import simulate


@pytest.fixture
def real() -> tuple[pd.DataFrame, duckdb.DuckDBPyConnection]:
    """Return the rows of a small real world and what was built from them."""
    rows = simulate("real", interactions=3_000, seed=11).interactions
    return rows, build_hotspots(rows)


def test_a_family_covers_every_interaction_once(
    real: tuple[pd.DataFrame, duckdb.DuckDBPyConnection],
) -> None:
    rows, connection = real
    slices = connection.table("risk_slices").df()
    sums = slices.groupby("family")[["interactions", "failures"]].sum()
    assert len(sums) == 63
    assert set(sums["interactions"]) == {rows["is_failure"].notna().sum()}
    assert set(sums["failures"]) == {rows["is_failure"].sum()}
    excess = slices.assign(
        weight=slices["excess_failures"]
        * (1 - slices["interactions"] / rows["is_failure"].notna().sum())
    )
    # n p - k and its complement's are opposite: their sum over a family is zero
    assert excess.groupby("family")["weight"].sum().abs().max() < 1e-6


def test_q_values_are_those_of_benjamini_and_hochberg(
    real: tuple[pd.DataFrame, duckdb.DuckDBPyConnection],
) -> None:
    tested = real[1].table("int_slice_tests").df()
    tested = tested.dropna(subset="p_value")
    expected = stats.false_discovery_control(tested["p_value"])
    np.testing.assert_allclose(tested["q_value"], expected, rtol=1e-9)
    assert set(tested["metric"]) == {"failures", "sla_breaches"}


def test_p95_is_at_most_a_hundredth_above_the_exact_one(
    real: tuple[pd.DataFrame, duckdb.DuckDBPyConnection],
) -> None:
    rows, connection = real
    known = rows.dropna(subset=["is_failure", "latency_ms"])
    slices = connection.table("risk_slices").df()
    for family in ("channel", "use_case x region", "region x segment x model_name"):
        dimensions = family.split(" x ")
        exact = known.groupby(dimensions)["latency_ms"].apply(
            lambda latency: np.quantile(latency, 0.95, method="inverted_cdf")
        )
        binned = slices[slices["family"] == family].set_index(dimensions)
        ratio = binned["p95_latency_ms"].dropna() / exact
        assert len(ratio) == len(exact)
        assert ratio.min() >= 1.0
        assert ratio.max() < 1.01


def test_design_effects_are_the_variance_between_sessions() -> None:
    generator = np.random.default_rng(5)
    sessions = np.repeat(np.arange(100), generator.integers(1, 9, 100))
    risk = generator.beta(1, 3, 100)[sessions]
    rows = pd.DataFrame(
        {
            "session_id": [f"s{session:03}" for session in sessions],
            "interaction_id": [f"i{number}" for number in range(len(sessions))],
            "is_failure": generator.random(len(sessions)) < risk,
            "channel": np.where(generator.random(len(sessions)) < 0.5, "api", "web"),
        }
    )
    slices = build_hotspots(rows).table("risk_slices").df().set_index("slice")
    inside = rows[rows["channel"] == "api"]
    rate = inside["is_failure"].mean()
    residual = (inside["is_failure"] - rate).groupby(inside["session_id"]).sum()
    between = (residual**2).sum() * len(residual) / (len(residual) - 1)
    independent = len(inside) ** 2 / (len(inside) - 1) * rate * (1 - rate)
    found = slices.loc["channel=api", "failure_design_effect"]
    assert found == pytest.approx(between / independent, rel=1e-9)
    assert slices.loc["channel=api", "session_groups"] == len(residual)


def test_the_same_calls_twice_in_a_session_are_no_evidence() -> None:
    rows = simulate("real", interactions=4_000, seed=7).interactions
    twice = pd.concat([rows, rows.assign(interaction_id="x" + rows["interaction_id"])])
    names = ["slice", "metric"]
    scores = [
        build_hotspots(frame).table("int_slice_z_scores").df().set_index(names)
        for frame in (rows, twice)
    ]
    once, doubled = (score[score["trials"] >= 200]["z"] for score in scores)
    common = once[(once > 1) & (once.index.isin(doubled.index))].index
    assert len(common) > 50
    # half an event is less of a correction among twice as many
    assert (doubled[common] - once[common]).median() < 0.1


def test_order_and_threads_change_nothing() -> None:
    rows = simulate("real", interactions=2_000, seed=2).interactions
    shuffled = rows.sample(frac=1, random_state=1)
    for mart in ("risk_slices", "model_hotspots"):
        one, other = (
            connection.execute(f"from {mart} order by risk_rank").df()
            for connection in (
                build_hotspots(rows, threads=1),
                build_hotspots(shuffled, threads=4),
            )
        )
        pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_slices_are_the_same_where_their_rows_are() -> None:
    # as many calls of every pair, so that many slices are of one size
    pairs = pd.DataFrame(
        [
            {"use_case": use_case, "model_provider": provider, "model_name": model}
            for use_case in "abc"
            for provider, model in ("px", "py", "qz", "qz")
        ]
    )
    pairs["interaction_id"] = [f"i{number:02}" for number in pairs.index]
    rows = pairs.assign(session_id=pairs["interaction_id"], is_failure=False)
    slices = build_hotspots(rows).table("int_slices").df()
    calls = rows.reindex(columns=DIMENSIONS, fill_value="unknown")
    held = {
        name: tuple(calls.index[(calls[told.index] == told).all(axis=1)])
        for name in slices["slice"]
        for told in [pd.Series(dict(part.split("=") for part in name.split("|")))]
    }
    same = dict(zip(slices["slice"], slices["canonical_slice"], strict=True))
    assert [held[name] for name in same] == [held[same[name]] for name in same]
    assert len(set(same.values())) == len(set(held.values()))


def test_one_model_of_a_provider_is_found_once() -> None:
    generator = np.random.default_rng(3)
    models = generator.integers(0, 4, 4_000)
    rows = pd.DataFrame(
        {
            "session_id": [f"s{number:04}" for number in range(len(models))],
            "interaction_id": [f"i{number:04}" for number in range(len(models))],
            "model_provider": np.array(["one", "two", "two", "two"])[models],
            "model_name": np.array(["a", "b", "c", "d"])[models],
            "is_failure": generator.random(len(models))
            < np.where(models == 0, 0.3, 0.1),
        }
    )
    connection = build_hotspots(rows)
    slices = connection.table("risk_slices").df().set_index("slice")
    named = ["model_name=a", "model_provider=one", "model_provider=one|model_name=a"]
    assert slices.loc[named, "verdict"].tolist() == [
        "hotspot",
        "same_rows",
        "same_rows",
    ]
    assert set(slices.loc[named[1:], "explained_by"]) == {"model_name=a"}
    assert slices.index[slices["verdict"] == "hotspot"].tolist() == ["model_name=a"]
    # nothing but the model is known, so every other dimension is all there is
    assert slices.loc["region=unknown", "verdict"] == "no_complement"
    models_found = connection.table("model_hotspots").df().set_index("model_name")
    assert models_found["verdict"].to_dict() == {
        "a": "hotspot",
        "b": "not_significant",
        "c": "not_significant",
        "d": "not_significant",
    }
