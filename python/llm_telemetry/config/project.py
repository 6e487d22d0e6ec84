"""Where the dbt project is, what dbt_project.yml says, and where it may be cached."""

import os
import sys
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

PACKAGE = Path(__file__).parents[1]
# a wheel contains the dbt project; a checkout and an editable install are beside it
BUNDLED = PACKAGE / "project"
DEFAULT_PROJECT = BUNDLED if BUNDLED.is_dir() else PACKAGE.parents[1]
NAME = "name: llm_production_telemetry\n"

# libyaml reads all of them in a fifth of a second; not every platform has it
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def find(named: str | None) -> Path:
    """Return the folder that DBT_PROJECT_DIR names, if it holds this project.

    The variable is dbt's, and may name a project of its user.
    """
    file = Path(named or DEFAULT_PROJECT, "dbt_project.yml")
    is_this = file.is_file() and NAME in file.read_text(encoding="utf-8")
    return (file.parent if is_this else DEFAULT_PROJECT).resolve()


def cache_folder(project: Path) -> Path:
    """Return where a run keeps what dbt parsed and sent, for the next one.

    That is the target folder of a checkout; an installed package may be read only, and
    has a folder in the user's cache.
    """
    if project != BUNDLED.resolve():
        return project / "target" / "run"
    installed = sha256(str(project).encode()).hexdigest()[:16]
    return _user_cache() / "llm-telemetry" / installed


def _user_cache() -> Path:
    """Return the folder of the platform for what can be made again."""
    home = os.path.expanduser("~")
    if not os.path.isabs(home):
        # nobody's: nothing can be kept
        return Path(os.devnull)
    folders = {
        "darwin": ("", "Library/Caches"),
        "win32": ("LOCALAPPDATA", "AppData/Local"),
    }
    variable, below_home = folders.get(sys.platform, ("XDG_CACHE_HOME", ".cache"))
    named = os.environ.get(variable, "")
    # a relative path is invalid, and is to be ignored
    return Path(named if os.path.isabs(named) else Path(home, below_home))


PROJECT = find(os.environ.get("DBT_PROJECT_DIR"))
SAMPLE = PROJECT / "data" / "sample"
CACHE = cache_folder(PROJECT)


@cache
def load(project: Path = PROJECT) -> dict[str, Any]:
    """Return the content of dbt_project.yml; do not change it."""
    text = (project / "dbt_project.yml").read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.load(text, Loader=LOADER)
    return content
