"""Every page in a real browser: drawn, at peace, and nobody else is asked."""

from collections.abc import Callable
from csv import DictReader
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from chromium import CHARTS, Browser
from conftest import World
from selenium.webdriver.common.keys import Keys
from test_explore import rows

from llm_telemetry.dashboard import frame
from llm_telemetry.dashboard.pages import PAGES
from llm_telemetry.dashboard.show import MOST_ROWS

NAMES = [name for named in PAGES.values() for name in named]
DEFAULT = "decisions"
# pages of which simulated worlds leave something empty
OF_AGENTS = ("workflows", "reviews", "quality", "tokens", "cost")
WIDTHS = (1280, 1920, 390)
Serve = Callable[[World], str]
every_page = pytest.mark.parametrize("name", NAMES)
every_theme = pytest.mark.parametrize("theme", ["light", "dark"])


def url(address: str, name: str) -> str:
    """Return the address of a page; that of the first one has no path."""
    return f"{address}/{'' if name == DEFAULT else name}"


@every_page
@every_theme
def test_a_page_is_drawn_in_every_width_and_theme(
    name: str, theme: str, incident: World, serve: Serve, browser: Browser
) -> None:
    check(browser, serve(incident), name, theme)


@pytest.mark.parametrize("name", OF_AGENTS)
@every_theme
def test_what_only_traces_fill_is_drawn_in_every_width_and_theme(
    name: str, theme: str, agents: World, serve: Serve, browser: Browser
) -> None:
    check(browser, serve(agents), name, theme)
    assert browser.all(CHARTS) or name == "reviews"


def test_why_nothing_is_drawn_is_read_whole_in_a_narrow_window(
    agents: World, serve: Serve, browser: Browser
) -> None:
    browser.set_dark(False)
    browser.open(url(serve(agents), "providers"), width=WIDTHS[-1])
    assert "Nothing to draw" in browser.alt()
    assert not browser.cut()


def check(browser: Browser, address: str, name: str, theme: str) -> None:
    """Open a page in every width; nothing is wider, fails or asks anyone else."""
    browser.set_dark(theme == "dark")
    # not those of the page before
    browser.requested_hosts()
    browser.open(url(address, name), width=WIDTHS[0])
    assert browser.text("h1") == frame.module(name).TITLE
    for width in WIDTHS:
        browser.resize(width)
        browser.until(lambda: browser.overflow() <= 0, f"within {width} pixels")
        browser.until(lambda: not browser.cut(), f"whole in {width} pixels")
    assert browser.background() == theme
    assert not browser.errors()
    assert not browser.console_errors()
    assert browser.requested_hosts() == {urlsplit(address).netloc}


def test_filters_in_a_link_are_applied_and_stay_on_the_next_page(
    incident: World, serve: Serve, browser: Browser
) -> None:
    address = serve(incident)
    browser.set_dark(False)
    browser.open(f"{address}/reliability?model_name=gpt-4.1&since=2025-03-01")
    assert "openai / gpt-4.1" in browser.alt()
    assert "llama" not in browser.alt()
    browser.go("Decide", "Overview")
    browser.until(lambda: "How is the product doing" in browser.text("h1"), "there")
    assert "model_name=gpt-4.1" in browser.driver.current_url
    assert "since=2025-03-01" in browser.driver.current_url
    browser.until(lambda: "2025-03-01 to" in browser.text(), "filtered")


def test_a_failing_slice_leads_to_its_calls(
    incident: World, serve: Serve, browser: Browser
) -> None:
    browser.open(url(serve(incident), "reliability"))
    link = next(
        one
        for one in browser.all('[data-testid="stPageLink-NavLink"]')
        if one.text.startswith("Failed calls of")
    )
    # what was clicked is above the fold only after a scroll
    browser.driver.execute_script("arguments[0].click()", link)
    browser.until(lambda: "/explore?" in browser.driver.current_url, "followed")
    title = frame.module("explore").TITLE
    browser.until(lambda: browser.text("h1") == title, "Explore")
    browser.settle()
    assert "status=failed" in browser.driver.current_url
    assert not browser.errors()


def test_an_alert_is_acknowledged_and_resolved(
    own_incident: World, serve: Serve, browser: Browser
) -> None:
    browser.open(url(serve(own_incident), "alerts"))
    ledger = own_incident.out_dir / "alert_ledger.jsonl"
    (name,) = browser.all(".st-key-actor input")
    # a click of a mouse leaves the field too
    name.send_keys("ana", Keys.TAB)
    browser.press("Acknowledge")
    browser.until(lambda: ": acknowledged" in browser.text(), "acknowledged")
    assert '"event": "acknowledged"' in ledger.read_text()
    assert '"actor": "ana"' in ledger.read_text()
    browser.press("Resolve")
    browser.until(lambda: ": resolved" in browser.text(), "resolved")
    assert '"reason": "fixed"' in ledger.read_text()
    assert not browser.errors()
    assert not browser.console_errors()


def test_a_table_is_downloaded_whole(
    incident: World, serve: Serve, browser: Browser, downloads: Path
) -> None:
    mart = rows(incident, "select slice, interactions from marts.risk_slices")
    browser.open(url(serve(incident), "slices"))
    browser.press(f"Download {len(mart):,} rows as CSV")
    file = downloads / "risk_slices.csv"
    browser.until(file.exists, "downloaded")
    with file.open(newline="") as lines:
        found = [(row["slice"], int(row["interactions"])) for row in DictReader(lines)]
    assert len(found) > MOST_ROWS
    assert sorted(found) == sorted(mart)
