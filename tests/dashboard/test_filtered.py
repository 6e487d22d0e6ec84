"""A filter changes what a page draws, or the page says that it does not."""

import json
import shutil
from typing import Any

import duckdb
import pytest
from conftest import World, page, texts
from streamlit.testing.v1 import AppTest
from test_explore import collect, rows

from llm_telemetry.dashboard import filters, show
from llm_telemetry.dashboard.measures import UNIT_COST_CAVEATS
from llm_telemetry.dashboard.pages import cost, providers

PAGES = ("providers", "slices", "reviews", "reliability", "cost", "live")
LABELS = {**filters.SPAN, **filters.NAMED}
BUSIEST = "select model_name from marts.usage_by_day group by 1 order by -count(*), 1"
MORE = 12


def specs(test: AppTest) -> set[str]:
    return {one.proto.spec for one in test.get("vega_lite_chart")}


@pytest.mark.parametrize("field", LABELS)
@pytest.mark.parametrize("name", PAGES)
def test_a_filter_changes_every_chart_or_the_page_says_so(
    name: str, field: str, real: World, agents: World
) -> None:
    # reviews are drawn of contents
    world = agents if name == "reviews" else real
    whole = page(name, world)
    if field in filters.SPAN:
        widget = whole.date_input(key=field)
        chosen = str(widget.max if field == "since" else widget.min)
        test = page(name, world, **{field: chosen})
    else:
        options = whole.multiselect(key=field).options
        test = page(name, world, **{field: [options[0]]})
    assert not test.exception
    if name == "reviews" or specs(whole) & specs(test):
        said = [one.value for one in test.caption if "Not filtered here" in one.value]
        assert any(LABELS[field] in one for one in said)


def test_a_chosen_use_case_is_said_to_leave_the_models_chart_as_it_is(
    real: World,
) -> None:
    ((use_case,),) = rows(real, "select min(use_case) from marts.usage_by_day")
    said = texts(page("slices", real, use_case=[use_case]))
    assert "Not filtered here, the figures are not kept by: Use case." in said


def panel(test: AppTest, measures: list[Any], column: str) -> dict[str, Any]:
    """Return what the panel of a measure draws of each member."""
    for one in test.get("vega_lite_chart"):
        panels = json.loads(one.proto.spec).get("vconcat", [])
        if len(panels) == len(measures) and " per 1,000 operations" in one.proto.alt:
            found: list[dict[str, Any]] = []
            collect(panels[[it.column for it in measures].index(column)], found)
            members: dict[str, Any] = {}
            for row in (row for row in found if "member" in row):
                members.setdefault(row["member"], {}).update(row)
            return members
    raise AssertionError(f"no panel of {column}")


def p95(test: AppTest) -> dict[str, Any]:
    return panel(test, providers.METRICS, "p95_latency_ms")


@pytest.mark.parametrize("field", ["use_case", "prompt_version"])
def test_a_p95_is_refused_under_a_filter_that_latencies_are_not_counted_by(
    field: str, real: World
) -> None:
    ((value,),) = rows(real, f"select min({field}) from marts.usage_by_day")
    found = p95(page("providers", real, **{field: [value]}))
    why = f"not counted by {filters.NAMED[field].lower()}"
    assert found
    assert {row["why"] for row in found.values()} == {why}
    assert not any("p95_latency_ms" in row for row in found.values())


def test_a_provider_leaves_the_p95_of_models_that_no_other_has(real: World) -> None:
    whole = p95(page("providers", real))
    ((value,),) = rows(real, "select min(model_provider) from marts.usage_by_day")
    found = p95(page("providers", real, model_provider=[value]))
    assert found
    for member, row in found.items():
        assert row["p95_latency_ms"] == whole[member]["p95_latency_ms"]


@pytest.fixture(scope="module")
def shared(real: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """One model at a second provider, one without a final attempt, and many others."""
    copy = tmp_path_factory.mktemp("shared") / "w.duckdb"
    shutil.copyfile(real.warehouse, copy)
    with duckdb.connect(str(copy)) as connection:
        ((busiest,),) = connection.execute(f"{BUSIEST} limit 1").fetchall()
        for name, provider, interactions, operations in (
            (busiest, "second", 9_000, 9_000),
            ("retried", "first", 9_000, 0),
            *((f"m{n}", "first", 1, 1) for n in range(MORE)),
        ):
            connection.execute(
                "insert into marts.usage_by_day select * replace ("
                f"'{name}' as model_name, '{provider}' as model_provider, "
                f"{interactions} as interactions, {operations} as operations) "
                "from marts.usage_by_day limit 1"
            )
    return World(copy, real.out_dir)


def test_a_p95_of_several_providers_or_models_is_refused(shared: World) -> None:
    ((busiest,),) = rows(shared, f"{BUSIEST} limit 1")
    found = p95(page("providers", shared))
    ours = [row for name, row in found.items() if name.endswith(f" / {busiest}")]
    assert len(ours) == 2
    assert {row["why"] for row in ours} == {"several providers have this model"}
    (others,) = (row for name, row in found.items() if name.startswith("other ("))
    assert others["why"] == "not counted for several models together"
    known = [row for row in found.values() if "p95_latency_ms" in row]
    assert known
    assert not any("why" in row for row in known)


@pytest.mark.parametrize(
    ("name", "measures"), [("providers", providers.METRICS), ("cost", cost.UNITS)]
)
def test_a_cost_without_a_final_attempt_has_a_reason_of_its_own(
    name: str, measures: list[Any], shared: World
) -> None:
    test = page(name, shared)
    assert UNIT_COST_CAVEATS in [one.value for one in test.caption]
    found = panel(test, measures, "usd_per_1000_operations")
    assert found["first / retried"]["why"] == "no final attempt"
    assert sum("usd_per_1000_operations" in row for row in found.values()) > 1


@pytest.fixture(scope="module")
def unlabelled(real: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """The calls of the most frequent type of failure without their label.

    Every second of the others is in capitals, which the marts do not tell apart.
    """
    copy = tmp_path_factory.mktemp("unlabelled") / "w.duckdb"
    shutil.copyfile(real.warehouse, copy)
    most = "(select max_by(failure_type, interactions) from marts.failure_types)"
    with duckdb.connect(str(copy)) as connection:
        connection.execute(
            "create table calls as select * replace ("
            f"case when is_failure and failure_type = {most} then null "
            "when hash(interaction_id) % 2 = 0 then upper(failure_type) "
            "else failure_type end as failure_type) from marts.interactions;"
            "drop view marts.interactions;"
            "create table marts.interactions as select * from calls;"
            "update marts.failure_types set failure_type = 'unlabelled' "
            f"where failure_type = {most}"
        )
    return World(copy, real.out_dir)


def test_every_type_of_failure_leads_to_its_calls(
    unlabelled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    links: list[dict[str, Any]] = []
    monkeypatch.setattr(
        show, "link", lambda target, label, **query: links.append(query)
    )
    page("reliability", unlabelled)
    types = rows(
        unlabelled, "select failure_type, interactions from marts.failure_types"
    )
    found = {tuple(one["failure_type"]): one for one in links if "failure_type" in one}
    assert len(found) == len(types) > 1
    for name, calls in types:
        assert found[name,]["status"] == "failed"
        test = page("explore", unlabelled, **found[name,])
        assert f"{calls:,} calls are selected" in texts(test)
        (shown,) = (one.value for one in test.dataframe)
        assert set(shown["failure_type"]) == {name}
