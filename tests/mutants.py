"""Break the package in one line at a time; the tests that are named must notice."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from mutations import MUTANTS, Mutant

ROOT = Path(__file__).parents[1]
COPIED = ("python", "models", "macros", "seeds", "tests", "bench", "data", "docs")
FILES = ("dbt_project.yml", "profiles.yml", "pyproject.toml", "README.md")
FAILED = 1  # pytest: tests ran and some failed
NOT_FOUND, FAILS_WITHOUT = -1, -2
WORDS = {
    FAILED: "killed",
    0: "SURVIVED",
    NOT_FOUND: "NOT RUN (the text is not in the file exactly once)",
    FAILS_WITHOUT: "NOT RUN (the tests fail without it)",
}


def main() -> int:
    """Try every mutant; exit with 1 where one survives."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help="mutants whose name contains this")
    options = parser.parse_args()
    chosen = [one for one in MUTANTS if not options.only or options.only in one.name]
    survived = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = _copied(Path(folder))
        for mutant in chosen:
            code = _tried(mutant, copy)
            survived += code != FAILED
            word = WORDS.get(code, f"NOT RUN ({code})")
            print(f"{word:<10} {mutant.name}: {mutant.tests}", flush=True)
    return int(survived > 0)


def _copied(folder: Path) -> Path:
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name)
    for name in FILES:
        shutil.copyfile(ROOT / name, folder / name)
    return folder


def _tried(mutant: Mutant, copy: Path) -> int:
    """Return pytest's exit code on the mutant, or why the mutant was not tried."""
    file = copy / mutant.file
    sound = file.read_text(encoding="utf-8")
    if sound.count(mutant.text) != 1:
        return NOT_FOUND
    if _tested(mutant, copy):
        return FAILS_WITHOUT
    file.write_text(sound.replace(mutant.text, mutant.replacement), encoding="utf-8")
    try:
        return _tested(mutant, copy)
    finally:
        file.write_text(sound, encoding="utf-8")


def _tested(mutant: Mutant, copy: Path) -> int:
    tests = [f"tests/python/{name}" for name in mutant.tests.split()]
    # bytecode is checked by the second a file was written, and a mutant is faster
    environment = os.environ | {"PYTHONPATH": "python", "PYTHONDONTWRITEBYTECODE": "1"}
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests],
        cwd=copy,
        env=environment,
        capture_output=True,
        check=False,
    )
    return ran.returncode


if __name__ == "__main__":
    sys.exit(main())
