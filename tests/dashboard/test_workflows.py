"""Workflows and slices: the drawn numbers are those of the traces and marts."""

import itertools
import math
from collections import Counter
from typing import Any

import agent_traces
import chromium
import pytest
from conftest import World, page, texts
from scipy.stats import binomtest
from selenium.webdriver.common.by import By
from test_explore import drawn, rows
from test_measures import merged

NUMBERS = range(agent_traces.TRACES)
SEVEN = ("use_case", "account_tier", "channel", "region", "segment")
SEVEN += ("model_provider", "model_name")


def path(number: int) -> str:
    """Return the path of a trace, as agent_traces writes it."""
    is_billing, is_found = number % 3 > 0, number % 8 > 0
    if is_billing:
        return "classify > look_up" + (" > answer" if is_found else "")
    return "look_up > answer" if is_found else "no branch taken"


def test_paths_are_those_of_the_traces(agents: World) -> None:
    taken = [path(number) for number in NUMBERS]
    found = {
        row["path"]: (row["workflows"], row["share"])
        for row in drawn(page("workflows", agents), "paths by the workflows")
    }
    assert found == {
        name: (taken.count(name), pytest.approx(taken.count(name) / len(taken)))
        for name in set(taken)
    }


def test_ribbons_and_nodes_are_those_of_the_traces(agents: World) -> None:
    steps = [path(number).split(" > ") for number in NUMBERS]
    links = Counter(
        (step, *pair)
        for nodes in steps
        for step, pair in enumerate(itertools.pairwise(nodes), 1)
    )
    at = Counter(pair for nodes in steps for pair in enumerate(nodes, 1))
    test = page("workflows", agents)
    found = drawn(test, "Where workflows are, in 3 steps")
    # the second of its four points is within its step
    ribbons = [
        row for row in found if "next_node" in row and 0 < row["place"] % 1 < 0.5
    ]
    assert sorted(
        (math.ceil(row["place"]), row["node"], row["next_node"], row["workflows"])
        for row in ribbons
    ) == sorted((*key, count) for key, count in links.items())
    bars = [row for row in found if "ended" in row]
    assert {(row["place"] + 1, row["node"], row["workflows"]) for row in bars} == {
        (*key, count) for key, count in at.items()
    }
    ends = Counter((len(nodes), nodes[-1]) for nodes in steps)
    assert {(row["place"] + 1, row["node"]): row["ended"] for row in bars} == {
        key: ends[key] for key in at
    }
    table = test.dataframe[1].value
    columns = ["step", "from", "to", "workflows"]
    rows_of = table[columns].itertuples(index=False, name=None)
    assert sorted(rows_of) == sorted((*key, count) for key, count in links.items())


def test_paths_are_of_the_chosen_days(agents: World) -> None:
    test = page("workflows", agents, since="2026-03-21", until="2026-03-21")
    found = drawn(test, "paths by the workflows")
    unique = {row["path"]: row["workflows"] for row in found}
    # the last day has the hours up to 7
    assert sum(unique.values()) == 4


def test_a_tool_has_its_failure_rate_with_its_interval(agents: World) -> None:
    merged: dict[str, Any] = {}
    for row in drawn(page("workflows", agents), "Failures per tool call"):
        merged |= row
    assert merged["tool"] == "find_parcel (parcels)"
    assert merged["failure_rate"] == 30 / 240
    interval = binomtest(30, 240).proportion_ci(method="wilson")
    assert merged["failure_rate_low"] == pytest.approx(interval.low, abs=1e-6)
    assert merged["failure_rate_high"] == pytest.approx(interval.high, abs=1e-6)


def test_branches_have_the_shares_of_their_days(agents: World) -> None:
    found = {
        (row["interaction_date"][:10], row["taken_share"])
        for row in drawn(page("workflows", agents), "branches was taken")
        if "taken_share" in row
    }
    expected = rows(
        agents,
        "select interaction_date, sum(taken) / sum(decisions) "
        "from marts.branches_by_day group by interaction_date, from_node",
    )
    assert found == {(str(day), share) for day, share in expected}


def test_a_slice_leads_to_exactly_its_calls(incident: World) -> None:
    leading = rows(
        incident,
        f"select failures, sla_breaches, {', '.join(SEVEN)} "
        "from marts.risk_slices order by risk_rank limit 3",
    )
    for failures, breaches, *members in leading:
        fixed = {
            name: [member]
            for name, member in zip(SEVEN, members, strict=True)
            if member is not None
        }
        for query, count in (
            ({"status": "failed"}, failures),
            ({"sla": "breached"}, breaches),
        ):
            said = texts(page("explore", incident, **fixed, **query))
            assert f"{count:,} calls are selected" in said or count == 0


def test_the_link_of_a_slice_has_its_filters_in_the_url(
    browser: chromium.Browser, serve: Any, incident: World
) -> None:
    address = serve(incident)
    ((name, failures),) = rows(
        incident,
        "select slice, failures from marts.risk_slices "
        "where failures > 1 and channel is not null order by risk_rank limit 1",
    )
    browser.open(f"{address}/slices?slice={name.replace('|', '%7C')}")
    browser.driver.find_element(By.PARTIAL_LINK_TEXT, "See its failures").click()
    browser.until(lambda: "calls are selected" in browser.text(), "the calls")
    assert f"{failures:,} calls are selected" in browser.text()
    assert "channel=" in browser.driver.current_url
    assert "status=failed" in browser.driver.current_url


def test_slices_are_drawn_as_the_mart_has_them(incident: World) -> None:
    found = {
        row["slice"]: row["failure_rate"]
        for row in drawn(page("slices", incident), "failures per interaction, 95 %")
        if "failure_rate" in row and "slice" in row
    }
    expected = dict(
        rows(
            incident,
            "select slice, failure_rate from marts.risk_slices "
            "order by failure_verdict = 'hotspot' desc, risk_rank limit 12",
        )
    )
    assert found == expected


def test_losses_and_models_are_those_of_the_marts(incident: World) -> None:
    test = page("slices", incident, look="SLA breaches")
    losses = merged(drawn(test, "with what they lose"), "slice")
    ends = ("excess_usd", "excess_usd_low", "excess_usd_high")
    mart = rows(
        incident,
        f"select slice, {', '.join(ends)} from marts.risk_slices "
        "order by risk_rank limit 12",
    )
    for name, *values in mart:
        assert [losses[name].get(end) for end in ends] == values
    models = merged(drawn(test, "models with their SLA breaches"), "model")
    rates = ("sla_breach_rate", "sla_breach_rate_low", "complement_sla_breach_rate")
    hotspots = rows(
        incident,
        f"select model_name || ' (' || model_provider || ')', {', '.join(rates)} "
        "from marts.model_hotspots",
    )
    assert len(models) == len(hotspots) > 5
    for name, *values in hotspots:
        assert [models[name][rate] for rate in rates] == values
    ranked = test.dataframe[0].value
    assert list(ranked["slice"][:12]) == [name for name, *_ in mart]


def test_the_table_of_branches_is_that_of_the_mart(agents: World) -> None:
    table = page("workflows", agents).dataframe[0].value
    mart = rows(
        agents,
        "select from_node || ': ' || condition_text, interaction_date, sum(decisions) "
        "from marts.branches_by_day group by all",
    )
    shown = table[["branch", "interaction_date", "decisions"]]
    assert sorted(shown.itertuples(index=False, name=None)) == sorted(mart)
