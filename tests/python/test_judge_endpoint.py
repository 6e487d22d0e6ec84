"""`llm-telemetry judge --endpoint` from raw telemetry to the marts, by the command."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from conftest import Run
from conftest import run as run_all
from fake_judge import KEY, PRICE, REASON, endpoint, says, text
from judge_runs import SECRET, booked, prepare
from staged_otlp import call, request
from staged_otlp import landed as land

from llm_telemetry.cli import main
from llm_telemetry.config.project import CACHE
from llm_telemetry.judge import scores
from llm_telemetry.warehouse.connection import read

ADDRESS = "frobnic@example.com"
TEXTS = ("zyxomat asked", f"quorblix answered {ADDRESS}", "wuzzlefenn answered")
WORDS = ("zyxomat", "quorblix", "wuzzlefenn", "frobnic", REASON.split(":")[0], KEY)


def message(role: str, said: str) -> str:
    """Return a list of one message, as the conventions of OpenTelemetry have it."""
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": said}]}])


def reply(asked: dict[str, Any]) -> dict[str, Any]:
    """Call the answers that are not the first bad, in the words of the rubric qa."""
    is_good = "quorblix" in asked["messages"][-1]["content"]
    return says(text("good", 5) if is_good else text("bad", 2))


@pytest.fixture(scope="module")
def judged(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[SimpleNamespace, Run, Path]]:
    """Judge two calls, then run; yield the endpoint, the run, and a folder."""
    folder, telemetry = (tmp_path_factory.mktemp(name) for name in ("out", "data"))
    asked, *said = TEXTS
    spans = [
        call(
            str(n),
            at=(n * 1_000, n * 1_000 + 500),
            input__messages=message("user", asked),
            output__messages=message("assistant", one),
            **{"gen_ai.usage.cost": 0.01},
        )
        for n, one in enumerate(said, start=1)
    ]
    land(telemetry / "otlp", request(*spans))
    with pytest.MonkeyPatch.context() as patch, endpoint(reply) as state:
        prepare(patch)
        state.codes = [
            main(
                [
                    *("judge", "--data-dir", str(telemetry), "--sources", "otlp"),
                    *("--out-dir", str(folder / "artifacts"), "--endpoint", state.url),
                    *("--rubric", "qa", "--price", PRICE, "--sample", "1"),
                    *("--budget-usd", budget, "--json"),
                ]
            )
            for budget in ("0.001", "1")
        ]
        yield state, run_all(telemetry, folder, "--sources", "otlp"), folder


def test_scores_and_spend_reach_the_marts(
    judged: tuple[SimpleNamespace, Run, Path],
) -> None:
    state, made, folder = judged
    # the first budget is below the most of one request
    assert state.codes == [3, 0]
    rows = read("evaluations", made.warehouse, where="source = 'judge'")
    found = {row.interaction_id[-1]: row.score for row in rows.itertuples()}
    assert found == {"1": 0, "2": 0.75}
    assert rows["evaluation_name"].unique().tolist() == ["judged_bad_answer"]
    spend = read("judge_spend_by_day", made.warehouse)
    assert spend["requests"].sum() == 3
    assert spend["scored_calls"].sum() == 2
    # the probe is of no version yet
    assert len(spend) == 2
    cost = booked(folder / "artifacts")
    assert cost == pytest.approx(3 * 160e-6)
    assert spend["cost_usd"].sum() == pytest.approx(cost)
    assert spend["reserved_usd"].sum() == 0
    # and is no cost of the calls
    assert read("interactions", made.warehouse)["cost_usd"].sum() == pytest.approx(0.02)


def test_what_leaves_this_machine_is_redacted(
    judged: tuple[SimpleNamespace, Run, Path],
) -> None:
    state, *_ = judged
    sent = json.dumps(state.requests)
    assert "quorblix answered" in sent
    assert ADDRESS not in sent


def test_no_text_and_no_key_is_in_any_file(
    judged: tuple[SimpleNamespace, Run, Path],
) -> None:
    _, _, folder = judged
    names = (*WORDS, SECRET)
    files = [f for one in (folder, CACHE) for f in one.rglob("*") if f.is_file()]
    assert any(file.suffix == ".jsonl" for file in files)
    for file in files:
        written = file.read_bytes().decode("latin-1").lower()
        assert not [name for name in names if name.lower() in written], file
    for file in (folder / "artifacts" / scores.FOLDER).glob("*.parquet"):
        rows = str(duckdb.sql(f"from '{file}'").fetchall()).lower()
        assert not [name for name in names if name.lower() in rows]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--rubric", "qa"], "--endpoint: no URL"),
        (["--endpoint", "http://127.0.0.1:9/v1"], "--rubric: name one of accuracy"),
        (
            ["--endpoint", "http://127.0.0.1:9/v1", "--dimensions", "words"],
            "--endpoint: leave out --dimensions and --custom",
        ),
    ],
)
def test_a_wrong_call_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    given = ["judge", "--out-dir", str(tmp_path), "--budget-usd", "1", *options]
    assert main(given) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert not list(tmp_path.iterdir())
