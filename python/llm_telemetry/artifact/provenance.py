"""Which code decided: version, commit, locked requirements, libraries."""

import hashlib
import importlib.metadata
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from llm_telemetry.config.project import PROJECT

LIBRARIES = (
    "dbt-core",
    "dbt-duckdb",
    "duckdb",
    "numpy",
    "pandas",
    "scikit-learn",
    "scipy",
)
# what a decision depends on; a changed test or document makes none another one
DECIDING = ("dbt_project.yml", "macros", "models", "python", "seeds")


def code(project: Path = PROJECT) -> dict[str, Any]:
    """Return what the artifact says of the code; nulls outside a checkout."""
    commit, is_dirty = _checkout(project)
    return {
        "version": importlib.metadata.version("llm-production-telemetry"),
        "git_commit": commit,
        "is_dirty": is_dirty,
        "lock_sha256": _digest(project / "requirements.lock"),
        "libraries": {name: importlib.metadata.version(name) for name in LIBRARIES},
    }


@cache
def _checkout(project: Path) -> tuple[str | None, bool | None]:
    """Return the commit that is checked out, and whether the code was changed since."""
    top = _git(project, "rev-parse", "--show-toplevel")
    # an installed package may be inside another checkout
    if top is None or Path(top).resolve() != project.resolve():
        return None, None
    commit = _git(project, "rev-parse", "--verify", "HEAD")
    changes = _git(project, "status", "--porcelain", "--", *DECIDING)
    return commit, None if changes is None else changes != ""


def _git(project: Path, *arguments: str) -> str | None:
    """Return what git says, or None where it cannot; it touches nothing."""
    # a hook exports the repository it runs in
    environment = {
        name: value for name, value in os.environ.items() if name[:4] != "GIT_"
    } | {"GIT_OPTIONAL_LOCKS": "0"}
    try:
        answer = subprocess.run(
            ["git", *arguments],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return answer.stdout.strip()


def _digest(file: Path) -> str | None:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None
