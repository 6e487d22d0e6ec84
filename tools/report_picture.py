"""Write docs/images/report.png: the first screen of the sample's report.

Needs a chromium in PATH. The sample is decided anew, into a folder that is deleted.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from llm_telemetry.cli import main as llm_telemetry

PICTURE = Path(__file__).parents[1] / "docs" / "images" / "report.png"
NAMES = ("chromium", "chromium-headless-shell", "google-chrome")
SCREEN = "1280,800"


def main() -> int:
    """Decide the sample and take the picture; return the exit code."""
    chromium = next(filter(None, map(shutil.which, NAMES)), None)
    if chromium is None:
        print(f"no browser in PATH: install one of {', '.join(NAMES)}")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder, "bundle")
        places = ["--warehouse", f"{folder}/sample.duckdb", "--out-dir", str(bundle)]
        if code := llm_telemetry(["run", "--sample", "--quiet", *places]):
            return code
        PICTURE.parent.mkdir(exist_ok=True)
        flags = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars")
        target = (f"--window-size={SCREEN}", f"--screenshot={PICTURE}")
        page = (bundle / "report.html").as_uri()
        subprocess.run([chromium, *flags, *target, page], check=True)
    print(f"{PICTURE}: {PICTURE.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
