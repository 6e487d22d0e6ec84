"""The report in a real browser, where there is one."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import Run

from llm_telemetry.artifact import page

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-headless-shell"))), None
)
needs_chromium = pytest.mark.skipif(not CHROMIUM, reason="no chromium in PATH")
FLAGS = ("--no-sandbox", "--headless", "--disable-gpu", "--hide-scrollbars")


def browse(*arguments: str) -> str:
    assert CHROMIUM
    command = [CHROMIUM, *FLAGS, *arguments]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=120
    )
    return done.stdout


@needs_chromium
def test_the_first_screen_fits_and_nothing_is_wider_than_a_telephone(
    sample_run: Run, tmp_path: Path
) -> None:
    text = (sample_run.out_dir / page.PAGE).read_text(encoding="utf-8")
    script = (
        "<script>const end = document.querySelector('.changed');document.title ="
        "[end.getBoundingClientRect().bottom, document.body.scrollWidth].join(' ')"
        "</script>"
    )
    measured = re.sub(r"<meta http-equiv[^>]*>", "", text).replace("</body>", script)
    file = tmp_path / "measured.html"
    file.write_text(measured)
    for width, height, least in ((1280, 800, 800), (1920, 1080, 1080), (500, 900, 0)):
        dom = browse(f"--window-size={width},{height}", "--dump-dom", file.as_uri())
        (found,) = re.findall(r"<title>([\d.]+) (\d+)</title>", dom)
        assert float(found[0]) <= least or not least
        assert int(found[1]) <= width


@needs_chromium
def test_it_prints_on_a4(sample_run: Run, tmp_path: Path) -> None:
    out = tmp_path / "report.pdf"
    browse(f"--print-to-pdf={out}", (sample_run.out_dir / page.PAGE).as_uri())
    sizes = set(re.findall(rb"/MediaBox ?\[([\d. ]+)\]", out.read_bytes()))
    (size,) = {tuple(round(float(one)) for one in found.split()) for found in sizes}
    assert size[:2] == (0, 0)
    assert abs(size[2] - 595) <= 1
    assert abs(size[3] - 842) <= 1
