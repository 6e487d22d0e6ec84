"""A real Chromium, and what a page did in it."""

import json
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

BROWSERS = ("chromium", "google-chrome")
FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic"),
    *("--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
)
PATIENCE = 30.0
# what Streamlit shows while a script runs, and what one that failed leaves
RUNNING = '[data-testid="stStatusWidget"], [data-testid*="Skeleton"]'
CHARTS = '[data-testid="stVegaLiteChart"]'
FAILED = '[data-testid="stException"]'
SOUGHT = re.compile(r"\S+/\w+/_stcore/(health|host-config) - Failed to load .* 404 ")
PAGE = '[data-testid="stMain"] h1'


def found() -> str | None:
    """Return the browser, if there is one."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def missing() -> str | None:
    """Return why there is no browser, if so."""
    if not found():
        return f"none of {', '.join(BROWSERS)} in PATH"
    return None if shutil.which("chromedriver") else "no chromedriver in PATH"


class Browser:
    """One window."""

    def __init__(self, driver: Chrome) -> None:
        """Remember the window."""
        self.driver = driver

    def open(self, url: str, *, width: int = 1280, height: int = 900) -> None:
        """Open a page in a window of a size, and wait until it is drawn."""
        self._measure(width, height)
        self.driver.get(url)
        self.settle()

    def resize(self, width: int, height: int = 900) -> None:
        """Make the window wider or narrower, and wait until the page has followed."""
        self._measure(width, height)
        drawn = f"{CHARTS} > svg, {CHARTS} > canvas"
        self.until(
            lambda: all(one.rect["width"] <= width for one in self.all(drawn)),
            f"as narrow as {width}",
        )

    def _measure(self, width: int, height: int) -> None:
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1}
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", {**metrics, "mobile": False}
        )

    def set_dark(self, is_dark: bool) -> None:
        """Let pages be asked for in the dark or the light theme."""
        value = "dark" if is_dark else "light"
        features = [{"name": "prefers-color-scheme", "value": value}]
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": features}
        )

    def settle(self) -> None:
        """Wait until the page has a title and nothing is being drawn any more."""
        self.until(lambda: self.all(PAGE) and not self.all(RUNNING), "drawn")
        # charts come after the elements that hold them
        charts = '[data-testid="stVegaLiteChart"]'
        self.until(
            lambda: (
                len(self.all(f"{charts} svg, {charts} canvas")) >= len(self.all(charts))
            ),
            "charts",
        )

    def all(self, css: str) -> list[Any]:
        """Return the elements of a selector."""
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def text(self, css: str = '[data-testid="stMain"]') -> str:
        """Return the text of the first element of a selector."""
        return str(
            self.driver.execute_script(
                "return document.querySelector(arguments[0])?.innerText ?? ''", css
            )
        )

    def until(self, is_so: Callable[[], Any], what: str) -> None:
        """Wait until something is so; fail with what the page shows."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                if is_so():
                    return
            except Exception:
                # an element that was replaced meanwhile
                pass
            time.sleep(0.05)
        raise AssertionError(f"not {what} in {PATIENCE} s:\n{self.text('body')}")

    def console_errors(self) -> list[str]:
        """Return what the console said since it was asked last.

        Streamlit looks for its server below the path of a page first, and finds none.
        """
        return [
            one["message"]
            for one in self.driver.get_log("browser")
            if one["level"] == "SEVERE" and not SOUGHT.match(one["message"])
        ]

    def requested_hosts(self) -> set[str]:
        """Return the hosts that were asked for something since the last time."""
        messages = [
            json.loads(one["message"])["message"]
            for one in self.driver.get_log("performance")
        ]
        urls = [
            message["params"].get("request", message["params"]).get("url", "")
            for message in messages
            if message["method"]
            in ("Network.requestWillBeSent", "Network.webSocketCreated")
        ]
        # a browser's own pages are no requests
        parts = [urlsplit(url) for url in urls]
        return {part.netloc for part in parts if part.scheme in ("http", "https", "ws")}

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than its window."""
        return int(
            self.driver.execute_script(
                """const main = document.querySelectorAll('[data-testid="stMain"]');
                const all = [document.documentElement, ...main];
                return Math.max(...all.map(e => e.scrollWidth - e.clientWidth))"""
            )
        )

    def cut(self) -> list[str]:
        """Return the texts of charts that go beyond the right end of the chart."""
        found: list[str] = self.driver.execute_script(
            """const right = e => Math.floor(e.getBoundingClientRect().right);
            const charts = [...document.querySelectorAll(arguments[0] + ' > svg')];
            return charts.flatMap(chart => [...chart.querySelectorAll('text')]
                .filter(text => right(text) > right(chart))
                .map(text => text.textContent))""",
            CHARTS,
        )
        return found

    def alt(self, css: str = CHARTS) -> str:
        """Return what the charts, or others, say to those who do not see them."""
        return "\n".join(str(one.get_attribute("aria-label")) for one in self.all(css))

    def background(self) -> str:
        """Return whether the page is light or dark."""
        colour = self.driver.execute_script(
            "return getComputedStyle(document.querySelector('.stApp')).backgroundColor"
        )
        return "dark" if int(re.findall(r"\d+", colour)[0]) < 128 else "light"

    def press(self, label: str) -> None:
        """Press the first button of a label."""
        buttons = [one for one in self.all("button") if one.text == label]
        # it need not be in sight
        self.driver.execute_script("arguments[0].click()", buttons[0])

    def go(self, section: str, page: str) -> None:
        """Go to another page by the navigation."""
        top = '[data-testid="stTopNavSection"]'
        self.until(lambda: self.all(top), "navigation")
        for one in self.all(top):
            if one.text.startswith(section):
                one.click()
        links = '[data-testid="stTopNavDropdownLink"]'
        self.until(lambda: [one for one in self.all(links) if one.text == page], page)
        next(one for one in self.all(links) if one.text == page).click()

    def errors(self) -> list[str]:
        """Return what a script that failed left on the page."""
        return [one.text for one in self.all(FAILED)]


@contextmanager
def opened(downloads: Path) -> Iterator[Browser]:
    """Start a browser of its own."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = ChromeOptions()
        options.binary_location = str(found())
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability(
            "goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"}
        )
        options.add_experimental_option(
            "prefs", {"download.default_directory": str(downloads)}
        )
        driver = Chrome(options, Service(str(shutil.which("chromedriver"))))
        try:
            yield Browser(driver)
        finally:
            driver.quit()
