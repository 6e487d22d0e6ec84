"""Install the wheel with plain pip into an environment of its own, and use it.

`make install-check`: the wheel decides on CSV files in another folder, without network,
with every file of the environment left as it was, and another dbt project builds the
marts as its package. Only the installation reads the index.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).parents[1]
# of the checkout's own folder only: there are models in a folder `build`
NOT_COPIED = {".git", "target", "logs", "artifacts", "build", ".venv"} | {
    f".venv-{name}" for name in ("spark", "dashboard")
}
# what no proxy answers; a kernel that permits it takes the network away altogether
NOWHERE = {
    name: "http://127.0.0.1:9"
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
}
SHOP = {
    "dbt_project.yml": "name: shop\nversion: '1.0'\nprofile: shop\n",
    "packages.yml": "packages:\n  - local: {package}\n",
    "profiles.yml": (
        "shop:\n  target: dev\n  outputs:\n    dev:\n      type: duckdb\n"
        "      path: shop.duckdb\n      settings: {{TimeZone: UTC}}\n"
        "      plugins: [{{module: llm_telemetry.warehouse.dbt_plugin}}]\n"
    ),
    "models/shop_health.sql": "select * from {{{{ ref('health_by_day') }}}}\n",
}


def main() -> int:
    """Do all of it in a temporary folder; an exception says what does not hold."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        (folder / "home").mkdir()
        python = installed(folder)
        before = state(folder / "venv")
        decided(folder, python)
        packaged(folder, python)
        assert state(folder / "venv") == before, "a file of the environment changed"
    print("the wheel works without network, and leaves its environment as it was")
    return 0


def installed(folder: Path) -> Path:
    """Build the wheel and install it with plain pip; return its Python."""
    source, venv = folder / "source", folder / "venv"
    shutil.copytree(
        ROOT, source, ignore=lambda place, _: NOT_COPIED if Path(place) == ROOT else ()
    )
    python = venv / "bin" / "python"
    pip = [python, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    call(folder, sys.executable, "-m", "venv", venv)
    call(folder, *pip, "wheel", "--no-deps", "--wheel-dir", folder / "wheels", source)
    (wheel,) = (folder / "wheels").glob("*.whl")
    call(folder, *pip, "install", wheel)
    shutil.rmtree(source)
    return python


def decided(folder: Path, python: Path) -> None:
    """Decide on three CSV files in another folder, twice."""
    work, telemetry = folder / "work", folder / "telemetry"
    (package,) = (folder / "venv").glob("lib/*/site-packages/llm_telemetry/project")
    shutil.copytree(package / "data" / "sample", telemetry)
    work.mkdir()
    program = python.with_name("llm-telemetry")
    call(work, program, "--version", is_offline=True)
    for _ in range(2):
        call(work, program, "run", "--data-dir", telemetry, is_offline=True)
    call(work, program, "verify", "artifacts/decision_artifact.json", is_offline=True)
    assert (work / "target" / "llm_telemetry.duckdb").is_file()


def packaged(folder: Path, python: Path) -> None:
    """Build the marts in the warehouse of another dbt project."""
    shop, dbt = folder / "shop", python.with_name("dbt")
    (package,) = (folder / "venv").glob("lib/*/site-packages/llm_telemetry/project")
    for name, text in SHOP.items():
        (shop / name).parent.mkdir(exist_ok=True, parents=True)
        (shop / name).write_text(text.format(package=package))
    data = {"LLMOPS_DATA_DIR": str(folder / "telemetry")}
    call(shop, dbt, "--quiet", "deps", is_offline=True)
    call(shop, dbt, "--quiet", "build", is_offline=True, **data)
    calls = folder / "telemetry" / "llm_system_interactions.csv"
    rows = len(calls.read_text().splitlines()) - 1
    count = (
        "import duckdb; shop = duckdb.connect('shop.duckdb'); "
        "assert shop.table('main.shop_health').fetchall(); "
        f"assert shop.table('marts.interactions').count('*').fetchall()[0][0] == {rows}"
    )
    call(shop, python, "-c", count, is_offline=True)


def call(
    folder: Path, *command: str | Path, is_offline: bool = False, **variables: str
) -> None:
    """Run a command with a home of its own; say how long it took."""
    left_out = ("PYTHON", "LLM", "DBT_", "XDG_", "VIRTUAL_ENV")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(left_out)}
    (home,) = {place for place in (folder, folder.parent) if (place / "home").is_dir()}
    own = {
        "HOME": str(home / "home"),
        "DO_NOT_TRACK": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        **(NOWHERE if is_offline else {}),
        **variables,
    }
    began = perf_counter()
    alone = without_network() if is_offline else ()
    subprocess.run([*alone, *command], cwd=folder, env=kept | own, check=True)
    words = " ".join(map(str, command)).replace(str(home), "")
    print(f"{perf_counter() - began:6.1f} s  {words[:90]}", flush=True)


def without_network() -> Sequence[str]:
    """Return what takes the network away from a command, where that is permitted."""
    unshare = ["unshare", "--net", "--map-root-user"]
    try:
        is_permitted = subprocess.run(
            [*unshare, "true"], capture_output=True, check=False
        ).returncode
    except OSError:
        return ()
    return () if is_permitted else unshare


def state(folder: Path) -> dict[Path, int]:
    """Return every file below a folder with the time of its last change."""
    return {file: file.stat().st_mtime_ns for file in folder.rglob("*")}


if __name__ == "__main__":
    sys.exit(main())
