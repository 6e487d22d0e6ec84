"""Decisions: the cards, charts and tables are those of the bundle, or of the marts."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from conftest import World, page, texts
from streamlit.testing.v1 import AppTest
from test_explore import drawn, rows
from test_measures import merged

from llm_telemetry.artifact.page_cards import TITLES
from llm_telemetry.artifact.wording import number

DELTA = ("unit_cost_delta", "unit_cost_delta_low", "unit_cost_delta_high")


def of_bundle(world: World) -> dict[str, Any]:
    text = (world.out_dir / "decision_artifact.json").read_text()
    found: dict[str, Any] = json.loads(text)
    return found


def sentences(test: AppTest) -> str:
    """Return what a page says, in its order, without the escapes of Markdown."""
    return "\n".join(one.value for one in test.markdown).replace("\\", "")


def table(world: World, name: str) -> list[dict[str, str]]:
    with (world.out_dir / name).open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("world", ["real", "incident"])
def test_each_decision_has_its_verdict_and_why(
    world: str, request: pytest.FixtureRequest
) -> None:
    found: World = request.getfixturevalue(world)
    artifact = of_bundle(found)
    test = page("decisions", found)
    said = sentences(test)
    assert f"valid until {artifact['valid_until'][:16].replace('T', ' ')}" in said
    assert artifact["status"].replace("_", " ") in said
    for name, decision in artifact["decisions"].items():
        advice = decision["recommendation"].replace(
            "keep_baseline", "keep the baseline"
        )
        _, card = said.split(f"**[{TITLES[name]}](#{name})**")
        assert f"#### {decision['verdict'].replace('_', ' ')}\n" in card
        assert advice[1:] in card
        assert all(code in said for code in decision["reasons"])


def test_routing_is_drawn_as_the_bundle_has_it(incident: World) -> None:
    test = page("decisions", incident)
    found = merged(drawn(test, "compared with the baseline, failures"), "name")
    estimates = [
        row
        for row in table(incident, "routing_backtest.csv")
        if row["policy"] != "baseline"
    ]
    assert len(found) == len(estimates) > 5
    for row in estimates:
        shown = found[f"{row['policy']}: {row['estimator'].replace('_', ' ')}"]
        for column in DELTA:
            assert shown.get(column) == (float(row[column]) if row[column] else None)
    cases = merged(drawn(test, "the proposed model compared with"), "use_case")
    policy = table(incident, "routing_policy_use_case.csv")
    assert set(cases) == {row["use_case"] for row in policy}
    for row in policy:
        if row["recommendation"] == "keep_baseline":
            assert cases[row["use_case"]]["why"]
        else:
            value = cases[row["use_case"]]["unit_cost_delta"]
            assert value == float(row["unit_cost_delta"])


def test_drift_and_burn_are_those_of_the_marts(incident: World) -> None:
    test = page("decisions", incident)
    found = {
        (row["feature"], row["window_pair"]): row["psi"]
        for row in drawn(test, "PSI of")
        if "psi" in row
    }
    mart = {
        (feature, pair): psi
        for feature, pair, psi in rows(
            incident,
            "select feature, window_pair, psi from marts.drift where psi is not null",
        )
    }
    assert found
    assert found.items() <= mart.items()
    # the features that moved most are drawn
    assert max(found.values()) == max(mart.values())
    burn = {
        row["burn_rate"]
        for row in drawn(test, "Burn rate of seven days")
        if "burn_rate" in row
    }
    expected = rows(
        incident,
        "select burn_rate from marts.budget_burn "
        "where window_days = 7 and burn_rate is not null",
    )
    assert burn == {rate for (rate,) in expected}


def test_estimates_are_those_of_the_bundle(incident: World) -> None:
    test = page("decisions", incident)
    shown = dict(
        tuple(row)
        for one in test.dataframe
        if "estimate" in one.value.columns
        for row in one.value.itertuples(index=False)
    )
    decisions = of_bundle(incident)["decisions"]
    for decision, key, words in (
        (
            "budget",
            "month_end_cost_usd",
            "forecast of the month's cash (90 % interval)",
        ),
        ("budget", "month_to_date_cost_usd", "cash spent in the month so far"),
        (
            "drift",
            "history_to_evaluation.total_tokens.psi",
            "total_tokens: PSI, history_to_evaluation",
        ),
    ):
        estimate = decisions[decision]["estimates"][key]
        (value,) = (text for name, text in shown.items() if name.startswith(words))
        assert value.startswith(number(estimate["value"]))
        if estimate["low"] is not None:
            assert number(estimate["low"]) in value


def test_without_a_bundle_the_marts_are_shown(incident: World, tmp_path: Path) -> None:
    test = page("decisions", World(incident.warehouse, tmp_path))
    said = sentences(test)
    assert "No bundle in" in texts(test)
    mart = rows(
        incident,
        "select decision, verdict, recommendation, summary "
        "from marts.decisions where is_published",
    )
    assert len(mart) == len(TITLES)
    for name, verdict, recommendation, summary in mart:
        _, card = said.split(f"**[{TITLES[name]}](#{name})**")
        assert f"#### {verdict.replace('_', ' ')}\n" in card
        assert recommendation.replace("keep_baseline", "keep the baseline")[1:] in card
        assert summary[1:] in said
