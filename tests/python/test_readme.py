"""The page that a decision is approved from."""

import json
import math
from typing import Any

import pytest
from conftest import Run
from hypothesis import given
from hypothesis import strategies as st
from routing_frames import decided, two_arms

from llm_telemetry.artifact import approval, bundle, labels
from llm_telemetry.artifact.wording import multiple, percent
from llm_telemetry.decisions.types import rows

KNOBS = {"failure_event_cost_usd": 40.0, "sla_breach_penalty_usd": 5.0}
ARTIFACT = {
    "policy": {"file": "flags.json", "policy_digest": "ab"},
    "rollback": {"previous_policy_digest": None, "triggers": ["sla_budget_page"]},
}


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split(" | ")]


def test_the_page_names_the_decision_and_has_a_place_to_sign(sample_run: Run) -> None:
    page = (sample_run.out_dir / bundle.README).read_text()
    content = json.loads((sample_run.out_dir / bundle.ARTIFACT).read_text())
    found = dict(
        cells(line)[:2] for line in page.splitlines() if line.count(" | ") == 1
    )
    assert found["decision_id"] == f"`{content['decision_id']}`"
    assert found["as_of"] == "2025-05-15 23:59 UTC"
    assert found["valid_until"] == "2025-06-12 23:59 UTC"
    assert found["supersedes"] == "no earlier decision"
    assert found["read"].endswith("llm_system_users_summary.csv")
    assert "data/sample: llm_system_interactions.csv" in found["read"]
    assert f"| `{content['decision_id']}` | | | |" in page
    assert page.index("## Ship and roll back") < page.index("## Approval")


def test_a_use_case_that_is_routed_shows_what_it_changes_and_the_prices() -> None:
    # most calls go to the arm that fails more
    (row,) = rows(decided(two_arms(share=0.4)).policy)
    header, _, shown, _, priced = approval.routes([row], KNOBS).splitlines()
    line = dict(zip(cells(header), cells(shown), strict=True))
    assert (line["model today"], line["proposed"]) == ("p/b", "p/a")
    assert line["share of traffic"] == percent(row["traffic_share"])
    avoided = float(line["failures avoided per 1,000 calls (95 %)"].split()[0])
    assert avoided == pytest.approx(-1000 * row["failure_rate_delta"], rel=1e-3)
    # arm a fails in 4 %, arm b in 30 % of the calls
    assert 50 < avoided < 300
    saved = float(line["cash saved, USD per 1,000 calls (95 %)"].split()[0])
    assert saved == pytest.approx(-1000 * row["cash_delta"], rel=1e-3)
    assert "at 40 USD per failure and 5 USD per SLA breach" in priced


def test_cash_and_priced_failures_add_up_to_the_change_of_cost() -> None:
    # no latency is slow: there are no breaches to price
    (row,) = rows(decided(two_arms()).policy)
    priced = row["cash_delta"] + 40 * row["failure_rate_delta"]
    assert row["unit_cost_delta"] == pytest.approx(priced, rel=1e-6)
    assert row["cash_delta_low"] <= row["cash_delta"] <= row["cash_delta_high"]


def test_a_use_case_that_keeps_its_model_says_why_in_words() -> None:
    (row,) = rows(decided(two_arms(fails=(0.4, 0.6))).policy)
    shown = cells(approval.routes([row], KNOBS).splitlines()[2])
    assert shown[2:6] == ["no change", "0%", "0", "0"]
    assert shown[6] == (
        "no_arm_keeps_limits: no model meets the limits on failures and latency"
    )


@pytest.mark.parametrize(
    ("before", "words"), [(None, "switch the flags off"), ("cd", "policy `cd` again")]
)
def test_the_way_back_is_stated(before: str | None, words: str) -> None:
    back = ARTIFACT["rollback"] | {"previous_policy_digest": before}
    artifact = ARTIFACT | {"rollback": back, "status": "ok"}
    text = approval.way_back(artifact, "nothing is routed")
    assert words in text
    assert "`sla_budget_page`" in text
    assert "; nothing is routed." in text
    blocked = approval.way_back(artifact | {"status": "blocked"}, "two are routed")
    assert "Ship: nothing while a stop-ship rule fires." in blocked
    assert "routed" not in blocked


def test_limits_say_who_set_them() -> None:
    knobs = [
        {"knob": "fail_budget", "setting": 0.02, "unit": "rate", "set_by": "project"},
        {"knob": "sla_ms", "setting": 2000.0, "unit": "ms", "set_by": "file"},
        {"knob": "window_days", "setting": 0.0, "unit": "days", "set_by": "project"},
    ]
    text = approval.limits(knobs)
    assert "| failures allowed (`fail_budget`) | 2.0% | default |" in text
    assert "| latency that breaches the SLA (`sla_ms`) | 2,000 ms | file |" in text
    assert "window_days" not in text
    assert "1 of 2 are defaults of the project. Confirm" in text
    assert "All are defaults" in approval.limits(knobs[:1])
    assert "Confirm" not in approval.limits(knobs[1:2])


@pytest.mark.parametrize(
    ("key", "unit", "value", "shown"),
    [
        ("failures_burn_rate_28d", "multiple of the budget", 21.42857143, "21.4x"),
        ("observed_over_expected", "ratio", 1.1763, "1.18x"),
        ("failure_rate", "failures per interaction", 0.01888888889, "1.9%"),
        ("a.failure_rate_change", "failures per interaction", 0.0115, "+1.1 perc"),
        ("a.cash_delta", "USD per interaction", -0.0000543, "-0.0543 USD per 1,000"),
        ("month_end_cost_usd", "USD per month; 90 % interval", 4.786, "4.786 USD p"),
    ],
)
def test_an_estimate_is_in_the_unit_of_a_reader(
    key: str, unit: str, value: float, shown: str
) -> None:
    one = {"value": value, "low": None, "high": None, "unit": unit}
    assert labels.spoken(key, one).startswith(shown)


@given(
    value=st.none() | st.floats(-1e9, 1e9) | st.sampled_from([math.nan, math.inf]),
    unit=st.sampled_from(["ratio", "USD", "probability", "multiple of the budget"]),
)
def test_what_is_unknown_is_called_so(value: float | None, unit: str) -> None:
    one = {"value": value, "low": value, "high": value, "unit": unit}
    shown = labels.spoken("anything", one)
    is_known = value is not None and math.isfinite(value)
    assert ("unknown" in shown) != is_known
    assert "nan" not in shown
    assert "inf" not in shown


@pytest.mark.parametrize("decision", sorted(labels.LABELS))
def test_every_label_is_of_an_estimate_that_there_is(
    sample_run: Run, decision: str
) -> None:
    content = json.loads((sample_run.out_dir / bundle.ARTIFACT).read_text())
    estimates: dict[str, Any] = content["decisions"][decision]["estimates"]
    shown = labels.table(decision, estimates).splitlines()[2:]
    assert 0 < len(shown) <= len(estimates)
    assert len({cells(line)[0] for line in shown}) == len(shown)


def test_a_small_multiple_keeps_its_digits() -> None:
    assert [multiple(one) for one in (0.00255, 1.0, 1.956, 10.04)] == [
        *("0.00255x", "1x", "1.96x"),
        "10.0x",
    ]
