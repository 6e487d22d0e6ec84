"""No page breaks a rule of axe, where npm can bring it."""

import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from chromium import Browser
from conftest import World
from test_browser import OF_AGENTS, every_page, every_theme, url

AXE = "axe-core@4"
# what Streamlit draws around a page is not ours, nor are the colours of its switches
WITHIN = {
    "include": [['[data-testid="stMain"]']],
    "exclude": [['[data-testid="stButtonGroup"]']],
}
RUN = """
const done = arguments[arguments.length - 1];
axe.run(arguments[0], {runOnly: ['wcag2a', 'wcag2aa']}).then(
    found => done(found.violations.map(one => [one.id, one.nodes.map(n => n.html)])),
    error => done([[String(error), []]]));
"""


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("axe")
    npm = shutil.which("npm")
    if not npm:
        pytest.skip("no npm in PATH")
    done = subprocess.run([npm, "pack", AXE], cwd=folder, capture_output=True)
    if done.returncode:
        pytest.skip(f"npm could not bring {AXE}")
    (packed,) = Path(folder).glob("*.tgz")
    with tarfile.open(packed) as archive:
        file = archive.extractfile("package/axe.min.js")
        assert file is not None
        return file.read().decode()


@every_page
@every_theme
def test_a_page_breaks_no_rule_of_axe(
    name: str,
    theme: str,
    axe: str,
    incident: World,
    serve: Callable[[World], str],
    browser: Browser,
) -> None:
    assert violations(browser, url(serve(incident), name), theme, axe) == []


@pytest.mark.parametrize("name", OF_AGENTS)
@every_theme
def test_what_only_traces_fill_breaks_no_rule_of_axe(
    name: str,
    theme: str,
    axe: str,
    agents: World,
    serve: Callable[[World], str],
    browser: Browser,
) -> None:
    assert violations(browser, url(serve(agents), name), theme, axe) == []


def violations(browser: Browser, address: str, theme: str, axe: str) -> object:
    """Return the rules that a page breaks, with the elements."""
    browser.set_dark(theme == "dark")
    browser.open(address)
    assert browser.background() == theme
    browser.driver.execute_script(axe)
    return browser.driver.execute_async_script(RUN, WITHIN)
