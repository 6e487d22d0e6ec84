"""How fast the dashboard's pages are in a real Chromium, and what they take.

Runs in the environment of `make browser`. Prints one JSON object.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

TESTS = Path(__file__).parents[1] / "tests" / "dashboard"
sys.path.insert(0, str(TESTS))

import conftest  # noqa: E402
from chromium import CHARTS, Browser, opened  # noqa: E402
from replacing import read_while_replaced  # noqa: E402

from llm_telemetry.dashboard.pages import PAGES  # noqa: E402

NAMES = [name for named in PAGES.values() for name in named]
# pages whose charts follow the filter of models
FILTERED = (
    *("overview", "slices", "latency", "cost", "tokens"),
    *("reliability", "quality", "providers", "live", "explore"),
)
SESSIONS, REPLACEMENTS, TURNS = 6, 100, 3
MODELS = '[data-testid="stSidebar"] [data-testid="stMultiSelect"]'


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--warehouse", type=Path, required=True)
    parser.add_argument("--out-dir", type=Path, required=True)
    options = parser.parse_args()
    world = conftest.World(options.warehouse, options.out_dir)
    with tempfile.TemporaryDirectory() as name:
        met = read_while_replaced(Path(name), REPLACEMENTS)
        with serving(world) as (address, server), opened(Path(name)) as browser:
            found = {
                "pages": {page: drawn(browser, address, page) for page in NAMES},
                "filters": {
                    page: filtered(browser, address, page) for page in FILTERED
                },
                "sessions_mb": sessions(browser, address, server),
            }
    replaced = {"pages_read": met.pages, "errors": len(met.errors)}
    print(json.dumps({**found, **replaced, "mixed": len(met.mixed)}))


@contextmanager
def serving(world: conftest.World) -> Iterator[tuple[str, int]]:
    """Serve a warehouse; yield the address and the process."""
    with conftest.served(world) as address:
        port = address.rpartition(":")[2]
        words = f"--port\0{port}\0".encode()
        for place in Path("/proc").glob("[0-9]*/cmdline"):
            if words in place.read_bytes():
                yield address, int(place.parent.name)
                return
    raise RuntimeError("no server found")


def drawn(browser: Browser, address: str, page: str) -> dict[str, float]:
    """Return the seconds to the first chart, and to the whole page, cold and warm."""
    url = f"{address}/{'' if page == 'decisions' else page}"
    cold, *warm = (opening(browser, url) for _ in range(1 + TURNS))
    first, whole = (median(times) for times in zip(*warm, strict=True))
    return {"cold_s": cold[0], "warm_s": first, "warm_whole_s": whole}


def opening(browser: Browser, url: str) -> tuple[float, float]:
    """Return the seconds to the first chart, or table, and to the whole page."""
    browser.driver.get("about:blank")
    began = time.perf_counter()
    browser.driver.get(url)
    others = "[data-testid='stAlert'], [data-testid='stDataFrame']"
    seen = f"{CHARTS} > svg, {CHARTS} > canvas, {others}"
    browser.until(lambda: browser.all(seen), "first chart")
    first = time.perf_counter() - began
    browser.settle()
    return first, time.perf_counter() - began


def filtered(browser: Browser, address: str, page: str) -> float:
    """Return the seconds from a choice of a model until the page is drawn again."""
    browser.open(f"{address}/{page}")
    taken = []
    for _ in range(TURNS):
        field = browser.all(f"{MODELS} input")[1]
        field.click()
        browser.until(lambda: browser.all('[role="option"]'), "options")
        # the first one chooses all
        option = browser.all('[role="option"]')[1]
        before = shown(browser)
        began = time.perf_counter()
        option.click()
        browser.until(lambda: shown(browser) != before, "filtered")  # noqa: B023
        browser.settle()
        taken.append(time.perf_counter() - began)
    return median(taken)


def shown(browser: Browser) -> str:
    """Return the charts as they are drawn, or the text of a page without any."""
    drawn = "return [...document.querySelectorAll(arguments[0])].map(e => e.innerHTML)"
    charts = browser.driver.execute_script(drawn, CHARTS)
    return "".join(charts) or browser.text()


def sessions(browser: Browser, address: str, server: int) -> float:
    """Return the MB that a server takes with six pages open at once."""
    for page in NAMES[1 : SESSIONS + 1]:
        browser.driver.switch_to.new_window("tab")
        browser.open(f"{address}/{page}")
    pages = int(Path(f"/proc/{server}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
