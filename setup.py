"""What pyproject.toml cannot express: the wheel contains the dbt project."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
PROJECT = (
    *("dbt_project.yml", "profiles.yml"),
    *("macros/**/*", "models/**/*", "seeds/**/*", "tests/*.sql", "tests/generic/*"),
    "data/sample/*",
)


class BuildWithProject(build_py):
    """Copy the dbt project into the package, as llm_telemetry/project."""

    def run(self) -> None:
        """Build the package; an editable install reads the project where it is."""
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib, "llm_telemetry", "project")
        for pattern in PROJECT:
            for file in filter(Path.is_file, ROOT.glob(pattern)):
                place = target / file.relative_to(ROOT)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(file, place)


setup(cmdclass={"build_py": BuildWithProject})
