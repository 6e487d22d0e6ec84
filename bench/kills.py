"""Kill runs and publishes at random moments: the last good files stay, every time.

Two small data sets take turns. After each kill the warehouse and the bundle must be
those of one of them, whole, and the next run must succeed without help.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from llm_telemetry.artifact import bundle
from llm_telemetry.warehouse.reader import connect

ROOT = Path(__file__).parents[1]
CLI = [sys.executable, "-m", "llm_telemetry.cli"]
SEEDS = (1, 2)
INTERACTIONS = 400
# what one state of the marts is told from another by
STATE = """
    select
        (select string_agg(content_sha256, ' ' order by table_name) from marts.inputs),
        (select interactions from marts.health),
        (select count(*) from marts.interactions),
        (select count(*) from marts.triage_scores),
        (select as_of from marts.build_info)
"""
State = tuple[object, ...]


@dataclass(frozen=True)
class Site:
    """Where the runs of one trial write."""

    folder: Path

    @property
    def warehouse(self) -> Path:
        return self.folder / "w.duckdb"

    @property
    def out_dir(self) -> Path:
        return self.folder / "artifacts"

    def run(self, seed: int) -> list[str]:
        """Return the command that runs on one of the data sets."""
        places = ["--data-dir", str(self.data(seed)), "--out-dir", str(self.out_dir)]
        return [*CLI, "run", "--quiet", *places, "--warehouse", str(self.warehouse)]

    def data(self, seed: int) -> Path:
        """Return the folder of a data set, simulated once."""
        folder = self.folder / f"data-{seed}"
        if not folder.exists():
            command = [*CLI, "simulate", "--world", "low_volume", "--seed", str(seed)]
            command += ["--interactions", str(INTERACTIONS), "--out-dir", str(folder)]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return folder

    def kept(self, seed: int) -> Path:
        """Return the place of a copy of the warehouse of a data set."""
        return self.folder / f"{seed}.duckdb"

    def marks(self) -> list[Path]:
        """Return the files whose appearance is a moment worth a kill."""
        return [
            self.folder / ".building.w.duckdb",
            self.folder / ".published.w.duckdb",
            self.out_dir / ".bundle.new",
            self.out_dir / ".bundle.ready",
        ]

    def state(self) -> State:
        """Return what the warehouse holds, once every mart of it was read."""
        with connect(self.warehouse) as marts:
            names = "select table_name from duckdb_tables() where schema_name = 'marts'"
            for (name,) in marts.execute(names).fetchall():
                marts.execute(f'select * from marts."{name}"').fetchall()
            return marts.execute(STATE).fetchall()[0]

    def decided(self) -> set[str]:
        """Return the digests of the inputs of the bundle, which must be whole."""
        faults = bundle.verify(self.out_dir / bundle.ARTIFACT)
        assert not faults, faults
        content = bundle.load(self.out_dir / bundle.ARTIFACT)
        return {entry["sha256"] for entry in content["inputs"]}


def kill(
    command: Sequence[str], is_due: Callable[[float], bool], *, group: bool
) -> bool:
    """Start a command and kill it once that is due; return whether it came to that.

    With ``group`` its children are killed too; without, they are orphans.
    """
    process = subprocess.Popen(
        command, cwd=ROOT, start_new_session=True, stderr=subprocess.DEVNULL
    )
    began = time.monotonic()
    while process.poll() is None and not is_due(time.monotonic() - began):
        time.sleep(0.001)
    if process.poll() is None:
        (os.killpg if group else os.kill)(process.pid, signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def moment(
    rng: random.Random, seconds: float, marks: Sequence[Path]
) -> tuple[str, Callable[[float], bool]]:
    """Return a random moment: of the clock, or soon after a file has appeared."""
    if rng.random() < 0.5:
        at = rng.uniform(0, seconds)
        return "any time", lambda elapsed: elapsed >= at
    mark, delay = rng.choice(list(marks)), rng.choice([0, rng.uniform(0, 0.2)])
    seen: list[float] = []

    def is_due(elapsed: float) -> bool:
        if not seen and mark.exists():
            seen.append(elapsed)
        return bool(seen) and elapsed >= seen[0] + delay

    return mark.name, is_due


def kill_runs(
    site: Site, kills: int, rng: random.Random, *, every: int
) -> Counter[str]:
    """Kill runs at random moments; assert that nothing is lost; count the moments.

    A run that nobody kills follows every so many, and the last. A warehouse of each
    data set is kept.
    """
    states, moments, seconds, turn = [], Counter[str](), 0.0, 0
    for seed in SEEDS:
        seconds = good_run(site, seed)
        states.append((site.state(), site.decided()))
        shutil.copyfile(site.warehouse, site.kept(seed))
    while moments.total() < kills:
        name, is_due = moment(rng, seconds, site.marks())
        turn += 1
        group = rng.random() < 0.5
        if not kill(site.run(SEEDS[turn % 2]), is_due, group=group):
            continue
        moments[name] += 1
        assert site.state() in [state for state, _ in states], name
        assert site.decided() in [digests for _, digests in states], name
        tell(f"{moments.total()} of {kills} runs: {name}")
        if moments.total() % every == 0 or moments.total() == kills:
            turn += 1
            good_run(site, SEEDS[turn % 2])
            assert (site.state(), site.decided()) == states[turn % 2], name
            assert_clean(site)
    return moments


def good_run(site: Site, seed: int) -> float:
    """Run to the end; return the seconds that took."""
    began = time.monotonic()
    done = subprocess.run(
        site.run(seed), cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert done.returncode in (0, 1), done.stderr
    return time.monotonic() - began


def assert_clean(site: Site) -> None:
    """Nothing of the killed may lie about after a run that succeeded."""
    landed = site.folder / ".landed.w.duckdb"
    kept = {"w.duckdb", "artifacts", landed.name}
    for seed in SEEDS:
        kept |= {site.data(seed).name, site.kept(seed).name}
    left = {file.name for file in site.folder.iterdir()} - kept
    assert not left, left
    torn = [file.name for file in landed.glob("tmp_*")]
    assert not torn, torn
    hidden = [file.name for file in site.out_dir.iterdir() if file.name[0] == "."]
    assert not hidden, hidden


def kill_publishes(
    site: Site, address: str, kills: int, rng: random.Random
) -> Counter[str]:
    """Kill publishes of what was kept; assert that the marts there stay whole."""
    import psycopg

    def published() -> State:
        with psycopg.connect(address) as connection:
            state = connection.execute(STATE.strip()).fetchone()
            assert state is not None
            return state

    warehouses = [site.kept(seed) for seed in SEEDS]
    states, seconds = [], 0.0
    for warehouse in warehouses:
        began = time.monotonic()
        subprocess.run(publishing(warehouse, address), cwd=ROOT, check=True)
        seconds = time.monotonic() - began
        states.append(published())
    moments, turn = Counter[str](), 0
    while moments.total() < kills:
        at = rng.uniform(0, seconds)
        turn += 1
        command = publishing(warehouses[turn % 2], address)
        if kill(command, lambda elapsed, at=at: elapsed >= at, group=False):  # type: ignore[misc]
            moments["publish --to"] += 1
            assert published() in states
            subprocess.run(command, cwd=ROOT, check=True)
            assert published() == states[turn % 2]
            tell(f"{moments.total()} of {kills} publishes")
    return moments


def publishing(warehouse: Path, address: str) -> list[str]:
    """Return the command that publishes a warehouse."""
    places = ["--warehouse", str(warehouse), "--to", address]
    return [*CLI, "publish", "--quiet", *places]


def tell(progress: str) -> None:
    """Say how far it has come."""
    print(progress, file=sys.stderr, flush=True)


def main() -> None:
    """Kill and print how often, and when."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=40, help="runs to kill")
    parser.add_argument("--publishes", type=int, default=10, help="publishes to kill")
    parser.add_argument(
        "--every", type=int, default=1, help="kills after which a run is left alone"
    )
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    # the server that the tests start
    sys.path.append(str(ROOT / "tests" / "python"))
    from postgres_server import started

    rng = random.Random(options.seed)
    with TemporaryDirectory() as name:
        site = Site(Path(name))
        moments = kill_runs(site, options.runs, rng, every=options.every)
        with started() as address:
            moments += kill_publishes(site, address, options.publishes, rng)
    if options.json:
        print(json.dumps(dict(moments.most_common())))
        return
    for what, count in moments.most_common():
        print(f"{count:>3} killed: {what}")
    print(f"{moments.total()} kills, nothing lost, every next run succeeded")


if __name__ == "__main__":
    main()
