"""What the decision on hotspots says of findings, for any slices."""

import json
import math
from typing import Any

import jsonschema
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sound_lines import is_sound

from llm_telemetry.artifact import document
from llm_telemetry.artifact.readme import _findings
from llm_telemetry.decisions.hotspots import FINDING, SHOWN, decide
from llm_telemetry.decisions.types import Decision

KNOBS = {
    "failure_event_cost_usd": 40.0,
    "sla_breach_penalty_usd": 5.0,
    "max_hotspot_q_value": 0.05,
    "exact_below_events": 5.0,
    "max_homogeneity_p_value": 0.05,
}
VERDICTS = ("hotspot", "explained", "not_significant", "no_heterogeneity")
MODELS = pd.DataFrame({"verdict": ["not_significant"]})
# the order in which the mart lets one verdict of two stand for the slice
GRAVEST = {verdict: place for place, verdict in enumerate(VERDICTS)}


# 20 more failures and 10 more breaches than elsewhere, and 3 USD less
SLICE: dict[str, Any] = {
    "family": "use_case",
    "interactions": 100,
    "failures": 40,
    "measured_latencies": 90,
    "sla_breaches": 27,
    "failure_verdict": "hotspot",
    "sla_verdict": "not_significant",
    "excess_failures": 20.0,
    "excess_sla_breaches": 10.0,
    "excess_cost_usd": -3.0,
    "margin": 100.0,
    "failure_price": KNOBS["failure_event_cost_usd"],
    "sla_price": KNOBS["sla_breach_penalty_usd"],
    "failure_family_p_value": 0.01,
    "failure_design_effect": 1.2,
    "sla_design_effect": 1.0,
    "failure_q_value": 0.001,
    "sla_q_value": 0.002,
    "is_reference_hotspot": False,
}


def slice_row(name: str, **changed: Any) -> dict[str, Any]:
    """Return a row of risk_slices, with what follows from the counts and prices."""
    row = SLICE | changed | {"slice": name}
    row |= of_metric(row, "failure", "failure_rate", "failures", "interactions")
    row |= of_metric(
        row, "sla", "sla_breach_rate", "sla_breaches", "measured_latencies"
    )
    cash = row["excess_cost_usd"]
    net = row["excess_failure_usd"] + row["excess_sla_usd"]
    net += 0.0 if math.isnan(cash) else cash
    row |= {"excess_usd": net, "excess_usd_low": net - row["margin"]}
    row |= {"excess_usd_high": net + row["margin"]}
    both = (row["failure_verdict"], row["sla_verdict"])
    return row | {"verdict": min(both, key=GRAVEST.__getitem__)}


def of_metric(
    row: dict[str, Any], short: str, rate: str, events: str, trials: str
) -> dict[str, float]:
    """Return the rates and dollars of a metric, each with some interval."""
    inside = row[events] / row[trials]
    middles = {
        rate: inside,
        f"complement_{rate}": inside - row[f"excess_{events}"] / row[trials],
        f"excess_{short}_usd": row[f"{short}_price"] * row[f"excess_{events}"],
    }
    lows = {f"{name}_low": middle - 0.01 for name, middle in middles.items()}
    highs = {f"{name}_high": middle + 0.01 for name, middle in middles.items()}
    return middles | lows | highs


def decided(*rows: dict[str, Any], **knobs: float) -> Decision:
    return decide(pd.DataFrame(rows), MODELS, KNOBS | knobs)


SLICES = st.builds(
    dict,
    failure_verdict=st.sampled_from(VERDICTS),
    sla_verdict=st.sampled_from(VERDICTS),
    excess_failures=st.floats(-30, 30),
    excess_sla_breaches=st.floats(-30, 30),
    excess_cost_usd=st.floats(-500, 500) | st.just(math.nan),
    failures=st.integers(0, 100),
    sla_breaches=st.integers(0, 90),
    margin=st.floats(0, 500) | st.just(math.nan),
)
PRICES = st.tuples(st.sampled_from([0.0, 40.0]), st.sampled_from([0.0, 5.0]))


@settings(deadline=None)
@given(st.lists(SLICES, min_size=1, max_size=15), PRICES)
def test_no_headline_leads_with_a_net_of_0_or_less(
    slices: list[dict[str, Any]], prices: tuple[float, float]
) -> None:
    failure, sla = prices
    rows = [
        slice_row(f"s{place:02}", **one, failure_price=failure, sla_price=sla)
        for place, one in enumerate(slices)
    ]
    decision = decided(
        *rows, failure_event_cost_usd=failure, sla_breach_penalty_usd=sla
    )
    assert is_sound(decision.summary), decision.summary
    by_name = {row["slice"]: row for row in rows}
    flagged = [
        (row["slice"], metric)
        for row in rows
        for metric, short in (("failure_rate", "failure"), ("sla_breach_rate", "sla"))
        if row[f"{short}_verdict"] == "hotspot"
    ]
    evidence = decision.evidence
    assert min(len(flagged), SHOWN) <= len(evidence) <= SHOWN + 1
    for one in evidence:
        row, metric = by_name[one["slice"]], one["metric"]
        assert (one["slice"], metric) in flagged
        # each shows the rate of its own metric
        assert one["rate"] == pytest.approx(row[metric])
        assert one["complement_rate"] == pytest.approx(row[f"complement_{metric}"])
        assert decision.estimates[f"{one['slice']}.{metric}"]["value"] == row[metric]
        price, excess = one["usd_per_event"], one["excess_events"]
        assert one["metric_usd"] == pytest.approx(price * excess)
        parts = one["failure_usd"] + one["sla_usd"] + (one["cash_usd"] or 0.0)
        assert one["net_usd"] == pytest.approx(parts, abs=1e-6)
        assert (one["label"] == "costly") <= (one["net_usd"] > 0)
    dollars = [one["metric_usd"] for one in evidence[:SHOWN]]
    assert dollars == sorted(dollars, reverse=True)
    positive = {name for name, _ in flagged if by_name[name]["excess_usd"] > 0}
    leads = [name for name in by_name if f" {name} " in decision.summary]
    assert len(leads) == bool(positive)
    assert set(leads) <= positive & {one["slice"] for one in evidence}


def test_a_slow_slice_that_costs_less_is_slow_and_does_not_lead() -> None:
    cheap = slice_row(
        "cheap",
        failure_verdict="no_heterogeneity",
        sla_verdict="hotspot",
        excess_failures=-16.4,
        excess_sla_breaches=21.7,
    )
    decision = decided(cheap)
    (finding,) = decision.evidence
    assert (finding["metric"], finding["label"]) == ("sla_breach_rate", "slow")
    assert finding["rate"] == pytest.approx(27 / 90)
    assert decision.verdict == "hotspots"
    assert decision.summary == (
        "1 of 1 slices differ significantly, none costs more than the rest"
    )
    assert "no slice that differs costs more" in decision.recommendation


def test_the_headline_names_the_metric_its_price_and_the_parts() -> None:
    slow = slice_row(
        "slow",
        failure_verdict="no_heterogeneity",
        sla_verdict="hotspot",
        excess_sla_breaches=15.0,
        excess_failures=0.5,
        excess_cost_usd=math.nan,
        margin=math.nan,
    )
    assert decided(slow).summary == (
        "1 of 1 slices differ significantly; slow breaches the SLA in 30.0% (29.0% to "
        "31.0%; elsewhere 13.3%): estimated excess loss 75 USD at 5 USD per SLA "
        "breach; net 95 USD with 20 USD of failures at 40 USD and unknown cash"
    )
    assert decided(slow).recommendation == "start with the SLA breaches of slow"
    # a slice may be slow and lead: its loss is not proven
    assert decided(slow).evidence[0]["label"] == "slow"


def test_a_slice_flagged_for_both_metrics_is_two_findings() -> None:
    both = slice_row("both", sla_verdict="hotspot")
    other = slice_row("other", excess_failures=1.0)
    decision = decided(both, other)
    assert [(one["slice"], one["metric"]) for one in decision.evidence] == [
        ("both", "failure_rate"),
        ("both", "sla_breach_rate"),
        ("other", "failure_rate"),
    ]
    assert decision.summary.startswith("2 of 2 slices differ significantly; both fails")
    assert set(decision.estimates) == {
        "both.failure_rate",
        "both.sla_breach_rate",
        "other.failure_rate",
    }


def test_ties_are_settled_by_events_and_then_by_name() -> None:
    free = {"failure_price": 0.0, "sla_price": 0.0, "excess_cost_usd": 1.0}
    rows = [
        slice_row("b", **free),
        slice_row("a", **free),
        slice_row("most", excess_failures=21.0, **free),
    ]
    decision = decided(*rows, failure_event_cost_usd=0.0, sla_breach_penalty_usd=0.0)
    assert [one["slice"] for one in decision.evidence] == ["most", "a", "b"]
    assert "loss 0 USD at 0 USD per failure; net 1 USD" in decision.summary


def test_the_headline_is_shown_however_many_cost_less_than_the_rest() -> None:
    cheap = [
        slice_row(f"cheap {place:02}", excess_cost_usd=-1000.0)
        for place in range(SHOWN + 5)
    ]
    costly = slice_row("costly", excess_failures=15.0, excess_cost_usd=0.0)
    decision = decided(*cheap, costly)
    assert [one["slice"] for one in decision.evidence[SHOWN:]] == ["costly"]
    assert "costly fails" in decision.summary


def test_a_finding_is_what_the_schema_and_the_page_of_the_bundle_say() -> None:
    decision = decided(slice_row("a", excess_cost_usd=math.nan, margin=math.nan))
    described = document.schema()["$defs"]["finding"]
    (finding,) = json.loads(json.dumps(decision.evidence))
    jsonschema.validate(finding, described | {"$defs": document.schema()["$defs"]})
    assert list(finding) == list(FINDING) == list(described["properties"])
    page = _findings({"evidence": [finding]})
    assert "| failure_rate where a | failing | 40.0% (39.0% to 41.0%) | 20.0% |" in page
    assert "| 800 (40) | 800 | 50 | unknown | 850 |" in page
