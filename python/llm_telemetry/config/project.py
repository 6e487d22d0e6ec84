"""Where the dbt project is, and what dbt_project.yml says."""

import os
from functools import cache
from pathlib import Path
from typing import Any

import yaml

PACKAGE = Path(__file__).parents[1]
# a wheel contains the dbt project; a checkout and an editable install are beside it
BUNDLED = PACKAGE / "project"
DEFAULT_PROJECT = BUNDLED if BUNDLED.is_dir() else PACKAGE.parents[1]
PROJECT = Path(os.environ.get("DBT_PROJECT_DIR", DEFAULT_PROJECT)).resolve()
SAMPLE = PROJECT / "data" / "sample"

# libyaml reads all of them in a fifth of a second; not every platform has it
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def load(project: Path = PROJECT) -> dict[str, Any]:
    """Return the content of dbt_project.yml; do not change it."""
    text = (project / "dbt_project.yml").read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.load(text, Loader=LOADER)
    return content
