"""What every page has: the navigation, the filters, and which build is shown."""

from importlib import import_module
from pathlib import Path
from types import ModuleType

import streamlit as st

from llm_telemetry.dashboard import filters, marts, reading, show
from llm_telemetry.dashboard.pages import PAGES

ICON = Path(__file__).with_name("icon.png")


def run() -> None:
    """Draw the page that the URL names."""
    st.set_page_config("LLM telemetry", page_icon=str(ICON), layout="wide")
    st.html(show.STYLE)
    pages = {
        name: _page(name, label)
        for named in PAGES.values()
        for name, label in named.items()
    }
    st.session_state[show.NAVIGATION] = pages
    sections = {
        section: [pages[name] for name in named] for section, named in PAGES.items()
    }
    page = st.navigation(sections, position="top")
    with show.problems(), marts.one_build():
        # what is drawn here, and not by a page, stays on the next one
        _draw_sidebar(page.url_path)
        page.run()


def draw(name: str) -> None:
    """Draw one page with its sidebar, without the others."""
    with show.problems(), marts.one_build():
        _draw_sidebar(name)
        _draw_page(name)


def module(name: str) -> ModuleType:
    """Return the module of a page."""
    return import_module(f"llm_telemetry.dashboard.pages.{name}")


def _page(name: str, label: str) -> st.Page:
    def drawn() -> None:
        _draw_page(name)

    return st.Page(drawn, title=label, url_path=name, default=name == "decisions")


def _draw_page(name: str) -> None:
    page = module(name)
    st.title(page.TITLE)
    page.draw()


def _draw_sidebar(page: str) -> None:
    """Draw the filters of a page, and say which calls are shown."""
    with st.sidebar:
        filters.draw(page)
        for row in marts.rows("select as_of from marts.build_info"):
            until = "No call has a time"
            if row["as_of"]:
                until = f"Calls until {show.moment(row['as_of'])} UTC"
            st.caption(f"{until}; days in {show.escaped(reading.zone())}")
