"""Commands of a checkout, run in a folder of their own, and what they print."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT")
WAREHOUSE, OUT = "warehouse.duckdb", "artifacts"


class Skipped(Exception):
    """What a case needs is not on this machine."""


class Commands:
    """Run commands of a checkout in one folder, and record what they print."""

    def __init__(self, project: Path, folder: Path) -> None:
        self.project, self.folder = project, folder
        self.sample = project / "data" / "sample"
        self.data = folder / "data"
        self.recorded: list[dict[str, Any]] = []
        scripts = tomllib.loads((project / "pyproject.toml").read_text())["project"]
        module, function = scripts["scripts"]["llm-telemetry"].split(":")
        self._entry = f"import sys, {module}; sys.exit({module}.{function}())"

    def __call__(self, *words: str, **knobs: str) -> None:
        """Run a command below the folder, with knobs of the environment."""
        ran = subprocess.run(
            [sys.executable, "-c", self._entry, *words],
            cwd=self.folder,
            env={
                **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
                "PYTHONPATH": str(self.project / "python"),
                "DBT_PROJECT_DIR": str(self.project),
                "DO_NOT_TRACK": "1",
                **knobs,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        self.recorded.append(
            {
                "command": " ".join(words),
                "exit code": ran.returncode,
                "stdout": self._without_places(ran.stdout),
                "stderr": self._without_places(ran.stderr),
            }
        )

    def run(self, *words: str, sources: str = "telemetry_csv", **knobs: str) -> None:
        """Run the main job on the data of the folder."""
        places = ("--data-dir", "data", "--warehouse", WAREHOUSE, "--out-dir", OUT)
        self("run", "--sources", sources, *places, *words, **knobs)

    def _without_places(self, text: str) -> str:
        for place, name in ((self.folder, "FOLDER"), (self.project, "PROJECT")):
            text = text.replace(str(place.resolve()), name).replace(str(place), name)
        return text
