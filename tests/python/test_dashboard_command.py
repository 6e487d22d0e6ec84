"""The dashboard's command without its extra, which the other environment has."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from llm_telemetry.cli import main


@pytest.mark.skipif(find_spec("streamlit") is not None, reason="streamlit is there")
def test_it_says_how_to_install_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["dashboard", "--warehouse", str(tmp_path / "w.duckdb")]) == 2
    said = capsys.readouterr().err
    assert said.splitlines() == [
        "dashboard: streamlit is not installed: "
        "pip install 'llm-production-telemetry[dashboard]'"
    ]
