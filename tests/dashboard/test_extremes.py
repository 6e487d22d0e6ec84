"""Every page of warehouses at the limits says something useful."""

import json
import re
from typing import Any

import extremes
import pytest
import vl_convert
from conftest import World, call, page, texts
from streamlit.testing.v1 import AppTest
from test_explore import collect, rows
from test_pages import every_page

CHANGES = {
    "null": extremes.to_null,
    "one_row": extremes.to_one_row,
    "counts": extremes.to_counts,
}
# what is shown of a value that nobody has
UNSAID = re.compile(
    r"\b(nan|NaN|NaT|null|unknown (USD|ms)|never UTC)\b|\bNone\b(?!\.| of | is )"
)
# a plural of one
PLURAL = re.compile(r"(?<![\w,.:-])1 (?!is |ms |minus )[a-z]+s\b")
FIELDS = ("button", "download_button", "expander")
LABEL = re.compile(r"<text[^>]*>([^<]+)</text>")
# a page is 820 pixels wide at 1280; a wider chart is drawn smaller
WIDEST = 900


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A thousand models, and names of 200 characters, through the build."""
    folder = tmp_path_factory.mktemp("many")
    made = World(folder / "w.duckdb", folder / "artifacts")
    extremes.write(folder / "data")
    where = ("--data-dir", folder / "data", "--warehouse", made.warehouse)
    call("run", "--quiet", *where, "--out-dir", made.out_dir)
    return made


@pytest.fixture(scope="module", params=CHANGES)
def changed(
    request: pytest.FixtureRequest,
    agents: World,
    tmp_path_factory: pytest.TempPathFactory,
) -> World:
    """The traces of agents, all of whose tables were changed."""
    file = tmp_path_factory.mktemp(request.param) / "w.duckdb"
    extremes.changed(agents.warehouse, file, CHANGES[request.param])
    return World(file, agents.out_dir)


def check(test: AppTest) -> None:
    """Check that a page shows or says something, wherever something is to be seen."""
    assert not test.exception
    assert not test.error
    fields = [one.label for kind in FIELDS for one in test.get(kind)]
    said = "\n".join([texts(test), *fields])
    assert not UNSAID.search(said)
    assert not PLURAL.search(said)
    charts, tables = test.get("vega_lite_chart"), test.dataframe
    assert charts or tables or test.info
    assert all(len(one.value) for one in tables)
    for one in charts:
        found: list[dict[str, Any]] = []
        collect(json.loads(one.proto.spec), found)
        assert not UNSAID.search(one.proto.alt)
        assert not PLURAL.search(one.proto.alt)
        assert not PLURAL.search(one.proto.spec)
        # a chart of no rows says why
        assert any(found) or one.proto.alt in one.proto.spec


@every_page
def test_a_page_of_hardly_anything_says_what_is_missing(
    name: str, changed: World
) -> None:
    check(page(name, changed))


@every_page
def test_long_names_of_many_models_leave_room_for_what_they_name(
    name: str, many: World
) -> None:
    test = page(name, many)
    check(test)
    for one in test.get("vega_lite_chart"):
        drawn = vl_convert.vegalite_to_svg(one.proto.spec)
        (width,) = re.findall(r'^<svg [^>]*?width="([\d.]+)"', drawn)
        assert float(width) < WIDEST, one.proto.alt
        names = [text for text in LABEL.findall(drawn) if "\u2026" in text]
        # the end of a name tells it from others, on each axis and in each legend
        assert all(re.search(r"\d{5}\)?(, 2026-03)?$", text) for text in names)


def test_a_name_in_a_link_is_found_among_a_thousand(many: World) -> None:
    ((name,),) = rows(
        many, "select max(model_name) from marts.usage_by_day where model_name > 'm'"
    )
    assert len(name) == extremes.LENGTH
    assert f"{extremes.CALLS // extremes.MODELS} calls are selected" in texts(
        page("explore", many, model_name=[name])
    )


def test_a_link_opens_a_slice_that_is_in_no_list(many: World) -> None:
    ((name, failures, total),) = rows(
        many,
        "select slice, interactions, count(*) over () from marts.risk_slices "
        "order by risk_rank desc limit 1",
    )
    (plain,) = (one for one in page("slices", many).selectbox if one.key == "slice")
    assert len(plain.options) == 1000 < total
    assert name not in plain.options
    test = page("slices", many, slice=name)
    (found,) = (one for one in test.selectbox if one.key == "slice")
    assert found.value == name
    assert test.metric[0].value == f"{failures:,}"
