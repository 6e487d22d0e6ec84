"""Explore: search, filters in the URL, one operation, and the export of everything."""

import json
import tempfile
import time
from pathlib import Path
from typing import Any

import agent_traces
import chromium
import duckdb
import pandas as pd
import pytest
from conftest import World, page, texts
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By

OPERATION = f"{agent_traces.TRACES:032x}"
FAILED_CALLS = agent_traces.TRACES // 8


def rows(world: World, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(world.warehouse), read_only=True) as connection:
        found: list[tuple[Any, ...]] = connection.execute(sql).fetchall()
    return found


def drawn(test: Any, title_part: str) -> list[dict[str, Any]]:
    """Return the rows of the chart whose alternative text has some words."""
    for one in test.get("vega_lite_chart"):
        if title_part in one.proto.alt:
            found: list[dict[str, Any]] = []
            collect(json.loads(one.proto.spec), found)
            return found
    raise AssertionError(f"no chart says {title_part}")


def collect(node: Any, found: list[dict[str, Any]]) -> None:
    if isinstance(node, dict):
        found += node.get("data", {}).get("values", [])
        for child in node.values():
            collect(child, found)
    elif isinstance(node, list):
        for child in node:
            collect(child, found)


def test_a_search_is_literal_and_ignores_case(agents: World) -> None:
    assert "4 calls are selected" in texts(page("explore", agents, search="100%_sure"))
    for nothing in ("100%xsure", "1__%", "' or true --"):
        assert "No call is selected" in texts(page("explore", agents, search=nothing))


def test_what_is_not_drawn_is_counted(agents: World) -> None:
    said = texts(page("explore", agents))
    assert f"{2 * agent_traces.TRACES} calls are selected. Shown are the 200" in said


def test_the_newest_calls_are_shown_as_the_mart_has_them(real: World) -> None:
    columns = ("interaction_id", "model_name", "latency_ms", "cost_usd", "total_tokens")
    (table,) = (one.value for one in page("explore", real).dataframe)
    mart = rows(
        real,
        f"select {', '.join(columns)} from marts.interactions "
        f"order by timestamp_utc desc nulls last, interaction_id limit {len(table)}",
    )
    assert len(mart) == 200
    for shown, expected in zip(
        table[list(columns)].itertuples(index=False), mart, strict=True
    ):
        for value, other in zip(shown, expected, strict=True):
            assert value == other or (pd.isna(value) and other is None)


def test_without_contents_the_page_says_so_and_searches_ids(real: World) -> None:
    test = page("explore", real)
    assert "off by default" in texts(test)
    assert test.selectbox(key="search_in").options == ["ids and attributes"]
    ((wanted, count),) = rows(
        real,
        "select user_id, count(*) from marts.interactions group by all "
        "order by 2 desc, 1 limit 1",
    )
    found = texts(page("explore", real, search=wanted.upper()))
    assert f"{count} calls are selected" in found


@pytest.mark.parametrize(
    ("query", "condition"),
    [
        ({"status": "failed"}, "is_failure"),
        ({"hallucination": "yes"}, "hallucination_flag"),
        ({"sla": "breached"}, "is_sla_breach"),
        ({"failure_type": ["hallucination"]}, "failure_type = 'hallucination'"),
        (
            {"status": "failed", "region": ["EU", "US"]},
            "is_failure and region in ('EU', 'US')",
        ),
        ({"use_case": ["rag"]}, "use_case = 'rag'"),
    ],
)
def test_filters_stand_in_the_url(
    query: dict[str, Any], condition: str, real: World
) -> None:
    ((count,),) = rows(
        real, f"select count(*) from marts.interactions where {condition}"
    )
    said = texts(page("explore", real, **query))
    assert f"{count:,} calls are selected" in said or (
        count == 0 and "No call is selected" in said
    )


def test_calls_are_chosen_by_environment(agents: World) -> None:
    test = page("explore", agents, environment=["staging"])
    assert f"{agent_traces.TRACES // 3} calls are selected" in texts(test)
    (choice,) = (one for one in test.multiselect if one.key == "environment")
    assert choice.options == ["production", "staging"]


def test_an_operation_is_drawn_with_what_is_in_its_trace(agents: World) -> None:
    ((call,),) = rows(
        agents,
        "select interaction_id from marts.interactions "
        f"where trace_id = '{OPERATION}' order by timestamp_utc limit 1",
    )
    test = page("explore", agents, interaction_id=call)
    steps = {
        (row["step"], row["starts_ms"], row["outcome"])
        for row in drawn(test, "steps by the time")
        if "starts_ms" in row
    }
    assert steps == {
        ("1. gpt-4o (attempt 1)", 0, "succeeded"),
        ("2. classify > look_up", 890, "branch taken"),
        ("3. find_parcel (tool)", 990, "succeeded"),
        ("4. look_up > answer", 1890, "branch taken"),
        ("5. gpt-4o (another operation)", 1990, "succeeded"),
    }
    said, recorded = (one.value for one in test.code[:2])
    assert f"Where is parcel {agent_traces.TRACES - 1}?" in said
    assert not said.startswith("[")
    (message,) = json.loads(recorded)
    assert message["parts"][0]["content"] == said


def test_an_unknown_id_is_said(agents: World) -> None:
    for name in ("operation_id", "interaction_id"):
        test = page("explore", agents, **{name: "nobody"})
        assert test.warning[0].value == "No call or operation has this id."
        assert not test.exception


@pytest.fixture
def address(serve: Any, agents: World) -> str:
    found: str = serve(agents)
    return found


def downloaded(folder: Path, name: str) -> Path:
    """Wait until a download is whole."""
    file = folder / name
    end = time.monotonic() + 30
    while not file.exists():
        assert time.monotonic() < end, f"{name} did not arrive"
        time.sleep(0.1)
    return file


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
def test_an_export_is_the_whole_selection(
    form: str,
    browser: chromium.Browser,
    address: str,
    agents: World,
    downloads: Path,
) -> None:
    browser.open(f"{address}/explore?status=succeeded")
    choose(browser, "export_form", form)
    click(browser, f"Download all 450 calls as {form.upper()}")
    file = downloaded(downloads, f"calls.{form}")
    with duckdb.connect(str(agents.warehouse), read_only=True) as connection:
        found = connection.execute(
            f"select interaction_id, latency_ms from '{file}' order by 1"
        ).fetchall()
        columns = connection.execute(f"describe from '{file}'").fetchall()
        kept = connection.execute("describe marts.interactions").fetchall()
    file.unlink()
    expected = rows(
        agents,
        "select interaction_id, latency_ms from marts.interactions "
        "where not is_failure order by 1",
    )
    assert len(expected) == 450
    assert found == expected
    # no prompt, unless it is asked for
    assert sorted(one[0] for one in columns) == sorted(one[0] for one in kept)
    assert not list(Path(tempfile.gettempdir()).glob("llm-telemetry-*/rows.*"))


def test_contents_are_exported_where_the_box_is_ticked(
    browser: chromium.Browser, address: str, downloads: Path
) -> None:
    browser.open(f"{address}/explore?search=100%25_SURE")
    (box,) = browser.all(".st-key-export_contents label")
    box.click()
    click(browser, "Download all 4 calls as CSV, with prompts and answers")
    file = downloaded(downloads, "calls.csv")
    text = file.read_text()
    file.unlink()
    assert text.count(agent_traces.PLANTED) == 4


def test_a_prompt_is_text_and_asks_for_nothing(
    browser: chromium.Browser, address: str, agents: World
) -> None:
    ((call,),) = rows(
        agents,
        "select max(interaction_id) from marts.contents "
        "where contains(prompt_text, 'example.com')",
    )
    browser.requested_hosts()
    browser.open(f"{address}/explore?interaction_id={call}")
    browser.until(lambda: agent_traces.MARKUP[:20] in browser.text(), "the prompt")
    browser.open(f"{address}/reviews")
    hosts = {host for host in browser.requested_hosts() if "." in host}
    assert hosts == {address.removeprefix("http://")}


def test_a_chosen_row_opens_its_operation_in_the_url(
    browser: chromium.Browser, address: str
) -> None:
    # offsets are from the middle of what is visible: let that be all of the table
    browser.open(f"{address}/explore?status=failed", height=1400)

    def is_opened() -> bool:
        (table,) = browser.all(".st-key-calls canvas[data-testid='data-grid-canvas']")
        width, height = table.size["width"], table.size["height"]
        # the box before the first row, below the header
        x, y = round(14 - width / 2), round(52 - height / 2)
        actions = ActionChains(browser.driver)
        actions.move_to_element_with_offset(table, x, y).click().perform()
        # the table moves while the filters above it unfold: then, once more
        time.sleep(3)
        return "step by step" in browser.text()

    browser.until(is_opened, "the operation")
    assert "operation_id=" in browser.driver.current_url
    assert "status=failed" in browser.driver.current_url


def choose(browser: chromium.Browser, key: str, option: str) -> None:
    """Choose an option of a select box by its key."""
    (box,) = browser.all(f".st-key-{key} [data-baseweb='select'], .st-key-{key} input")[
        :1
    ]
    box.click()
    browser.until(lambda: browser.all("[role='option']"), "options")
    for one in browser.all("[role='option']"):
        if one.text == option:
            one.click()
            break


def click(browser: chromium.Browser, label: str) -> None:
    """Click a button by the start of its label."""
    xpath = f"//button[starts-with(normalize-space(.), '{label}')]"
    browser.until(lambda: browser.driver.find_elements(By.XPATH, xpath), label)
    browser.driver.find_element(By.XPATH, xpath).click()
