"""What `make bench` measures, keeps and says of it."""

import importlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from llm_telemetry.simulate import simulate, write

BENCH = Path(__file__).parents[2] / "bench"
Module = Callable[[str], ModuleType]
# a process and its child hold 60 MB each
MEASURED = """
import json, sys
from measuring import measure

hold = "held = b'x' * 60_000_000; "
child = hold + "import time; time.sleep(0.5)"
parent = hold + "import subprocess, sys; print(7, flush=True); "
parent += f"subprocess.run([sys.executable, '-c', {child!r}])"
usage, said = measure([sys.executable, "-c", parent])
print(json.dumps([usage.peak_mb, usage.tree_mb, said]))
"""


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Module:
    monkeypatch.syspath_prepend(BENCH)
    return importlib.import_module


def test_memory_is_that_of_the_largest_process_and_of_all() -> None:
    # a child starts with the peak of its parent, so not from this process
    said = subprocess.run(
        [sys.executable, "-c", MEASURED], cwd=BENCH, capture_output=True, check=True
    )
    peak_mb, tree_mb, printed = json.loads(said.stdout)
    assert 60 < peak_mb < 120
    assert printed == "7\n"
    if sys.platform == "linux":
        assert tree_mb > peak_mb + 55


def test_a_command_that_does_not_end_well_is_told(module: Module) -> None:
    measuring = module("measuring")
    with pytest.raises(measuring.Failed, match="exit 3"):
        measuring.measure([sys.executable, "-c", "raise SystemExit(3)"])


def test_what_takes_long_runs_less_often(module: Module) -> None:
    measuring = module("measuring")
    taken = {"quick": [3.0, 1.0, 2.0], "slow": [200.0, 200.0, 200.0], "torn": []}

    def job(name: str) -> Callable[[], object]:
        def once() -> object:
            if not taken[name]:
                raise measuring.Failed("exit -9")
            return measuring.Usage(taken[name].pop(0), 1.0, 10.0, 20.0)

        return once

    plan = measuring.Plan(runs=3, patience_s=300)
    quick, slow, torn = measuring.in_turn({name: job(name) for name in taken}, plan)
    assert (quick["wall_s"], quick["runs"]) == (2.0, 3)
    assert (slow["wall_s"], slow["runs"]) == (200.0, 2)
    assert torn == {"job": "torn", "failed": "exit -9"}


def test_a_bar_is_met_on_its_side_of_the_limit(module: Module) -> None:
    words = module("words")
    assert words.Bar("time", 1.3, 1.3).cells() == [
        "time",
        "at most 1.30x",
        "1.30x",
        "reached",
    ]
    floor = words.Bar("time", 8, 7.96, is_floor=True, why="more is done")
    found = ["time", "at least 8x", "7.96x", "not reached: more is done"]
    assert floor.cells() == found
    assert words.Bar("time", 8, None).cells()[-1] == "not measured"


@pytest.mark.parametrize(("measured", "is_shown"), [(1.2, False), (1.4, True)])
def test_a_miss_shows_its_profile(
    module: Module, measured: float, is_shown: bool
) -> None:
    words = module("words")
    profile = words.profile_table("where", {"model.project.slow": [2.0]})
    bars = [words.Bar("ratio", 1.3, measured)]
    lines = words.Section("Title", "Said.", [], bars, [profile]).lines()
    assert ("| model `slow` | 2 |" in lines) == is_shown


def test_the_page_is_made_of_all_results(
    module: Module, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, comparisons = module("page"), module("comparisons").COMPARISONS
    monkeypatch.setattr(page, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(page, "PAGE", tmp_path / "benchmarks.md")
    usage = {"cpu_s": 1.0, "peak_mb": 5.0, "tree_mb": 5.0, "runs": 3}
    for case, wall_s in (("10000000", 13.0), ("1000000", 9.0)):
        rows = [
            {"job": "dbt build", "wall_s": wall_s, **usage},
            {"job": "the same SQL", "wall_s": 10.0, **usage},
        ]
        page.keep("dbt_overhead", case, rows)
    page.write(comparisons)
    text = (tmp_path / "benchmarks.md").read_text()
    met = "| dbt / the same SQL, 10,000,000 | at most 1.30x | 1.30x | reached |"
    # in the summary and in its section
    assert text.count(met) == 2
    assert "1 of 1 are reached." in text
    assert text.index("## dbt, and the same SQL") < text.index("## Targets")
    assert text.index("| 1,000,000 |") < text.index("| 10,000,000 |")
    assert "## Landing" not in text


def test_every_comparison_names_its_cases(module: Module) -> None:
    plan = module("measuring").Plan(is_full=True)
    comparisons = module("comparisons").COMPARISONS
    named = {name: list(one.cases(plan)) for name, one in comparisons.items()}
    assert named["dbt_overhead"] == ["sample", "1000000", "10000000"]
    assert named["one_more_day"][-1] == "24 months of many rows"
    assert all(named.values())


def test_only_work_is_sent_again(module: Module) -> None:
    is_work = module("recorded_dbt").is_work
    comment = "/* by hand */\n"
    assert is_work("test.p.unique", f"{comment}select count(*) as failures")
    assert is_work("", "\n  COPY seeds.prices FROM 'prices.csv'")
    assert not is_work("model.p.knobs", "select column_name from columns()")
    assert not is_work("model.p.knobs", "describe (select 1)")


def test_batches_hold_whole_days_and_what_users_add_up_to(
    module: Module, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches = module("daily_batches")
    world, folder = tmp_path / "world", tmp_path / "days"
    write(simulate("real", interactions=900, seed=4), world)
    # the world starts again on day 90
    words = ["--first", "88", "--last", "92", "--next", "1", "--copies", "2"]
    monkeypatch.setattr("sys.argv", ["", str(world), str(folder), *words])
    batches.main()
    data = {table: joined(folder / "data", table) for table in batches.TABLES}
    calls = data["interactions"]
    assert len(list((folder / "data/llm_system_interactions").iterdir())) == 4
    assert [day.name for day in (folder / "next").iterdir()] == ["0092"]
    assert calls["interaction_id"].is_unique
    assert set(calls["session_id"]) == set(data["sessions_summary"]["session_id"])
    sums = calls.groupby("session_id")["total_tokens"].sum()
    told = data["sessions_summary"].set_index("session_id")["session_total_tokens"]
    pd.testing.assert_series_equal(
        sums, told.sort_index(), check_names=False, check_dtype=False
    )
    # the batch that sorts last has the word
    newest = data["users_summary"].groupby("user_id").last()
    totals = calls.groupby("user_id")["total_tokens"].sum()
    pd.testing.assert_series_equal(
        totals, newest["user_total_tokens"], check_names=False, check_dtype=False
    )


def joined(folder: Path, table: str) -> pd.DataFrame:
    """Return the rows of all batches of a table, in the order of their days."""
    files = sorted((folder / f"llm_system_{table}").glob("*.csv"))
    return pd.concat([pd.read_csv(file) for file in files], ignore_index=True)
