"""The release gate's verdicts, on logs whose truth is known."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from gate_frames import KNOBS, calls, interactions, marts, pair, version

from llm_telemetry import simulate
from llm_telemetry.decisions.statistics import clustered_mean
from llm_telemetry.gate import GateDecision, decide
from llm_telemetry.gate.boundaries import Looks
from llm_telemetry.gate.guards import Guard
from llm_telemetry.gate.service import service_estimates
from llm_telemetry.gate.simulation import Truth, simulated, verdicts


def decided(log: pd.DataFrame, **changed: float) -> GateDecision:
    return decide(*pair(log), KNOBS | changed, looks=Looks())


def guard(decision: GateDecision, name: str) -> Guard:
    (found,) = (one for one in decision.guards if one.rule.guard == name)
    return found


def quiet(count: int, failures: int, **shared: object) -> list[dict[str, object]]:
    """Return calls whose costs and latencies vary a little."""
    return [
        {**row, "latency_ms": 1000.0 + n % 97, "cost_usd": 0.01 + (n % 89) / 1e5}
        for n, row in enumerate(calls(count, failures, **shared))
    ]


def test_equal_versions_with_enough_traffic_pass() -> None:
    log = interactions(
        [*quiet(20_000, 2_000), *quiet(20_000, 2_000, prompt_version="v2")]
    )
    decision = decided(log)
    assert decision.verdict == "pass"
    assert {one.status for one in decision.guards} == {"pass"}
    assert decision.reasons == ()


def test_too_little_data_says_how_much_would_do() -> None:
    log = interactions([*quiet(400, 40), *quiet(400, 40, prompt_version="v2")])
    decision = decided(log)
    found = guard(decision, "failure_rate")
    assert decision.verdict == "could_not_tell"
    assert found.reasons == ("too_little_data",)
    # (1.966 + .8416)^2 * 2 * .1 * .9 / .01^2, and Wilson's a little more than that
    assert found.interactions_needed == pytest.approx(14_300, rel=0.03)


def test_what_is_worse_than_the_limit_fails_and_what_is_less_worse_does_not() -> None:
    def status(failures: int) -> str:
        log = interactions(
            [*quiet(20_000, 2_000), *quiet(20_000, failures, prompt_version="v2")]
        )
        return guard(decided(log), "failure_rate").status

    assert [status(n) for n in (1_900, 2_050, 2_150, 2_600)] == [
        *("pass", "pass", "unknown", "fail")
    ]


def test_one_guard_fails_the_release_whatever_the_others_say() -> None:
    log = interactions(
        [*quiet(20_000, 2_000), *quiet(20_000, 1_000, prompt_version="v2")]
    )
    dearer = log["cost_usd"].where(log["prompt_version"] == "v1", log["cost_usd"] * 1.1)
    decision = decided(log.assign(cost_usd=dearer))
    assert decision.verdict == "fail"
    assert decision.reasons == ("cost_usd: worse",)


@pytest.mark.parametrize(
    ("knob", "name", "limits"),
    [
        ("release_max_cost_usd", "cost_budget_usd", (0.0106, 0.0102)),
        ("release_max_p95_ms", "p95_budget_ms", (1_110, 1_050)),
    ],
)
def test_a_budget_is_a_limit_of_the_candidate_alone(
    knob: str, name: str, limits: tuple[float, float]
) -> None:
    log = interactions([*quiet(5_000, 500), *quiet(5_000, 500, prompt_version="v2")])
    found = [guard(decided(log, **{knob: limit}), name).status for limit in limits]
    assert found == ["pass", "fail"]
    assert all(one.rule.guard != name for one in decided(log).guards)


def test_a_slice_that_got_worse_fails_what_the_average_hides() -> None:
    def rows(bad: int, good: int, name: str) -> list[dict[str, object]]:
        return [
            *quiet(1_000, bad, use_case="small", prompt_version=name),
            *quiet(19_000, good, use_case="large", prompt_version=name),
        ]

    decision = decided(interactions([*rows(100, 1_900, "v1"), *rows(250, 1_750, "v2")]))
    assert guard(decision, "failure_rate").status == "pass"
    found = guard(decision, "worst_slice_failure_rate")
    assert (found.status, found.reasons) == ("fail", ("small x free",))
    assert [one.status for one in decision.slices] == ["worse", "no_worse"]


@pytest.mark.parametrize(
    ("small", "large", "failures", "status"),
    [
        (1_000, 19_000, 100, "pass"),
        (100, 19_000, 15, "not_shown_worse"),
        (40, 30, 4, "not_measured"),
    ],
)
def test_the_worst_slice_passes_only_where_harm_is_ruled_out(
    small: int, large: int, failures: int, status: str
) -> None:
    def rows(bad: int, name: str) -> list[dict[str, object]]:
        return [
            *quiet(small, bad, use_case="small", prompt_version=name),
            *quiet(large, large // 10, use_case="large", prompt_version=name),
        ]

    log = interactions([*rows(small // 10, "v1"), *rows(failures, "v2")])
    decision = decided(log)
    assert guard(decision, "worst_slice_failure_rate").status == status
    if status == "not_shown_worse":
        assert (decision.verdict, decision.reasons) == ("pass", ())


def test_unknown_outcomes_may_keep_a_slice_from_being_shown_no_worse() -> None:
    def log(lost: int) -> pd.DataFrame:
        later = quiet(20_000, 2_000, prompt_version="v2")
        # as failures they would be more than five points, as successes none
        unknown = [row | {"is_failure": None} for row in later[-lost:]] if lost else []
        kept = later[: len(later) - lost]
        return interactions([*quiet(20_000, 2_000), *kept, *unknown])

    found = [[one.status for one in decided(log(lost)).slices] for lost in (0, 2_000)]
    assert found == [["no_worse"], ["undecided"]]


def test_a_verdict_that_missing_latencies_could_turn_is_none() -> None:
    # v2 loses 3 % of its latencies: were those timeouts, it would breach more
    def log(lost: int) -> pd.DataFrame:
        later = quiet(20_000, 2_000, prompt_version="v2")
        gone = {"latency_ms": None, "is_sla_breach": None}
        rows = [*quiet(20_000, 2_000), *(row | gone for row in later[:lost])]
        return interactions([*rows, *later[lost:]])

    assert decided(log(0)).verdict == "pass"
    found = guard(decided(log(600)), "sla_breach_rate")
    assert found.status == "unknown"
    assert found.reasons == ("depends_on_missing_values",)
    assert dict(found.statuses or {}) == {
        "left_out": "pass",
        "good": "pass",
        "bad": "fail",
    }


def test_slices_without_a_counterpart_are_refused() -> None:
    log = interactions(
        [
            *quiet(5_000, 500),
            *quiet(5_000, 500, use_case="search"),
            *quiet(5_000, 500, prompt_version="v2"),
        ]
    )
    decision = decided(log)
    assert decision.verdict == "could_not_tell"
    assert decision.reasons == ("too_few_common_slices",)
    assert decision.covered_share == 0.5


def test_versions_without_a_common_slice_or_session_are_refused() -> None:
    log = interactions(
        [*quiet(50, 5), *quiet(20, 5, use_case="search", prompt_version="v2")]
    )
    decision = decided(log)
    assert decision.verdict == "could_not_tell"
    assert set(decision.reasons) == {"too_few_sessions", "too_few_common_slices"}


def test_a_split_that_was_not_planned_is_refused_even_where_a_guard_fails() -> None:
    log = interactions(
        [*quiet(20_000, 2_000), *quiet(18_000, 3_600, prompt_version="v2")]
    )
    decision = decide(*pair(log), KNOBS, looks=Looks(), expected_share=0.5)
    assert guard(decision, "failure_rate").status == "fail"
    assert decision.verdict == "could_not_tell"
    assert decision.reasons == ("sample_ratio_mismatch",)


def test_quality_is_asked_only_where_it_was_graded() -> None:
    log = interactions([*quiet(5_000, 0), *quiet(5_000, 0, prompt_version="v2")])
    rng = np.random.default_rng(1)
    scores = pd.Series(0.7 + 0.1 * rng.random(10_000))
    worse = scores.where(log["prompt_version"] == "v1", scores * 0.95)
    only_old = scores.where(log["prompt_version"] == "v1")
    found = [
        guard(decided(log.assign(response_quality_score=one)), "quality_score").status
        for one in (scores, worse, only_old)
    ]
    assert found == ["pass", "fail", "unknown"]
    assert "quality_score" not in {one.rule.guard for one in decided(log).guards}


def test_later_looks_are_surer_and_looks_at_any_time_the_least() -> None:
    rng = np.random.default_rng(2)
    sides = [simulated(name, rng, sessions=800) for name in ("a", "b")]

    def width(looks: Looks) -> float:
        found = guard(decide(*sides, KNOBS, looks=looks), "failure_rate")
        return found.high - found.low

    planned = replace(Looks(), planned_sessions=2_000.0)
    widths = [width(one) for one in (Looks(), Looks(5, 5), planned, Looks(1, 5))]
    assert widths == sorted(widths)
    assert widths[1] / widths[0] == pytest.approx(2.040 / 1.960, rel=0.01)


def test_equal_versions_are_all_but_never_blocked() -> None:
    # at most 1 % of the time; over 1,000 runs it was never
    for sessions in (150, 2_000):
        assert verdicts(KNOBS, runs=20, sessions=sessions)["fail"] == 0


def test_a_candidate_three_points_worse_is_failed() -> None:
    # -1.75 instead of -2 in log odds is 3.2 points
    found = verdicts(KNOBS, runs=6, sessions=6_000, truth=Truth(failure=-1.75))
    assert found["fail"] >= 5
    assert found["pass"] == 0


@pytest.mark.parametrize("world", ["null", "real"])
def test_prompt_versions_that_change_nothing_never_fail(world: str) -> None:
    for seed in (1, 2):
        log = simulate.simulate(world, interactions=20_000, seed=seed).interactions
        decision = decide(*pair(log), KNOBS, looks=Looks(), expected_share=0.5)
        assert decision.verdict in ("pass", "could_not_tell")


def test_the_dearest_model_fails_against_the_cheapest() -> None:
    log = simulate.simulate("real", interactions=20_000, seed=3).interactions
    built = marts(log)
    sides = [version(built, "model_name", name) for name in ("llama-3.1-8b", "gpt-4.1")]
    decision = decide(*sides, KNOBS, looks=Looks())
    assert decision.verdict == "fail"
    assert guard(decision, "cost_usd").status == "fail"
    assert guard(decision, "sla_breach_rate").status == "fail"


def test_the_artifact_carries_the_services_own_rates() -> None:
    log = simulate.simulate("real", interactions=3_000, seed=4).interactions
    built = marts(log)
    everything = version(built, "all", "all")
    sessions = log["session_id"].nunique()
    found = service_estimates(everything.cells, everything.latencies, sessions=sessions)
    failed = clustered_mean(log["is_failure"].to_numpy(float), log["session_id"])
    rate = found["failure_rate"]
    assert rate["value"] == pytest.approx(failed.value)
    # 128 groups of sessions estimate the same variance, less surely
    assert rate["se"] == pytest.approx(failed.se, rel=0.25)
    assert (rate["n"], rate["clusters"]) == (3_000, sessions)
    assert found["p95_latency_ms"]["value"] == pytest.approx(
        log["latency_ms"].quantile(0.95), rel=0.01
    )
