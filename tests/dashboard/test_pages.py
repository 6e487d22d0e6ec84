"""Every page on real marts: whole, filtered one by one, and of an empty warehouse."""

import subprocess
import sys

import pytest
from conftest import ENVIRONMENT, ROOT, World, page, texts

from llm_telemetry.dashboard import filters, frame
from llm_telemetry.dashboard.pages import PAGES

NAMES = [name for named in PAGES.values() for name in named]
FILTERS = (*filters.SPAN, *filters.NAMED)
every_page = pytest.mark.parametrize("name", NAMES)


@every_page
@pytest.mark.parametrize("world", ["real", "incident"])
def test_a_page_shows_something_of_each_world(
    name: str, world: str, request: pytest.FixtureRequest
) -> None:
    test = page(name, request.getfixturevalue(world))
    assert not test.exception
    assert not test.error
    assert test.title[0].value == frame.module(name).TITLE
    assert test.title[0].value.endswith("?")


@every_page
def test_a_page_of_an_empty_warehouse_says_what_would_fill_it(
    name: str, empty: World
) -> None:
    test = page(name, empty)
    assert not test.exception
    assert not test.error
    assert "llm-telemetry " in texts(test)


@every_page
def test_a_page_is_drawn_with_each_filter(name: str, real: World) -> None:
    test = page(name, real)
    for field in FILTERS:
        is_day = field in ("since", "until")
        widget = (test.date_input if is_day else test.multiselect)(key=field)
        days = {"since": "min", "until": "max"}
        value = getattr(widget, days[field]) if is_day else [widget.options[0]]
        widget.set_value(value).run()
        assert not test.exception, field
        assert not test.error, field
        assert test.session_state[field] == value
        widget = (test.date_input if is_day else test.multiselect)(key=field)
        widget.set_value(None if is_day else [])


def test_without_bills_or_draws_a_page_says_how_to_have_some(real: World) -> None:
    test = page("cost", real)
    assert "llm_provider_invoices.csv" in texts(test)
    assert not [
        one for one in test.get("vega_lite_chart") if "no bill" in one.proto.spec
    ]
    said = texts(page("reviews", World(real.warehouse, real.out_dir / "nowhere")))
    assert "QUALITY_AUDITS_PER_DAY=20 llm-telemetry run" in said
    assert "last 28 days" in texts(page("latency", real))


def test_pages_import_nothing_that_fits() -> None:
    script = (
        "import sys; from importlib import import_module as load\n"
        f"for name in {NAMES}: load('llm_telemetry.dashboard.pages.' + name)\n"
        "print(*{'scipy', 'sklearn'} & set(sys.modules))"
    )
    words = [sys.executable, "-c", script]
    said = subprocess.run(
        words, env=ENVIRONMENT, cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert said.stdout == "\n"
