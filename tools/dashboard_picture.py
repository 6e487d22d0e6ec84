"""Write docs/images/dashboard.png: the overview of the sample in the dashboard.

Needs a chromium with its driver in PATH, and the sample's warehouse in target.
"""

import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "dashboard"))

import chromium  # noqa: E402
from conftest import World, served  # noqa: E402

PICTURE = ROOT / "docs" / "images" / "dashboard.png"
SAMPLE = World(ROOT / "target" / "sample.duckdb", ROOT / "artifacts" / "sample")
WIDTH, HEIGHT = 1280, 800
# a repository keeps every picture it ever had
COLOURS = 64


def main() -> int:
    """Take the picture; return the exit code."""
    if reason := chromium.missing():
        print(reason)
        return 2
    with (
        tempfile.TemporaryDirectory() as folder,
        served(SAMPLE) as address,
        chromium.opened(Path(folder)) as browser,
    ):
        browser.set_dark(False)
        browser.open(f"{address}/overview", width=WIDTH, height=HEIGHT)
        browser.driver.save_screenshot(str(PICTURE))
    with Image.open(PICTURE) as taken:
        small = taken.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(PICTURE, optimize=True)
    print(f"{PICTURE}: {PICTURE.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
