"""`llm-telemetry judge` from raw telemetry to the marts: scores land, texts do not."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import ROOT, Run, run
from staged_otlp import call, landed, request

from llm_telemetry.cli import main
from llm_telemetry.config.project import CACHE
from llm_telemetry.judge import content, expected, minilm, scores
from llm_telemetry.warehouse.connection import read

# no file of this repository has these words
ASKED, SAID, TOLD = "zyxomat capital of France", "quorblix Paris", "wuzzlefenn Lyon"
WORDS = ("zyxomat", "quorblix", "wuzzlefenn")
SCORER = """
import json, sys
for line in sys.stdin:
    row = json.loads(line)
    print(json.dumps({"id": row["id"], "score": 0.25, "reason": row["answer"]}))
"""


def message(role: str, text: str) -> str:
    """Return a list of one message, as the conventions of OpenTelemetry have it."""
    part = {"type": "text", "content": text}
    return json.dumps([{"role": role, "parts": [part]}])


@pytest.fixture(scope="module")
def telemetry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Land four calls: two answered, one without an answer, one of another prompt."""
    folder = tmp_path_factory.mktemp("telemetry")
    said = {"1": SAID, "2": TOLD, "3": None, "4": "bananas 2024-01-15 10"}
    spans = [
        call(
            name,
            at=(int(name) * 1_000, int(name) * 1_000 + 500),
            input__messages=message("user", ASKED),
            **{"app.prompt_id": f"p{int(name) % 2}", "gen_ai.usage.cost": 0.01},
            **({"output__messages": message("assistant", text)} if text else {}),
        )
        for name, text in said.items()
    ]
    landed(folder / "otlp", request(*spans))
    return folder


def call_id(number: int) -> str:
    """Return the id of a call."""
    return f"{1:032d}-{number:016d}"


def judge(telemetry: Path, out_dir: Path, *options: str) -> int:
    """Run the command on the telemetry."""
    places = ["--data-dir", str(telemetry), "--sources", "otlp"]
    return main(["judge", *places, "--out-dir", str(out_dir), *options])


@pytest.fixture(scope="module")
def judged(
    telemetry: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Run, Path]]:
    """Judge, run, and leave all files that both wrote."""
    folder = tmp_path_factory.mktemp("judged")
    file = folder.with_name("expected.csv")
    file.write_text(
        f"interaction_id,expected,aliases,source,note\n"
        f'{call_id(1)},Paris,"Lutetia|City of Light","Paris, {SAID}",x\n'
        f'{call_id(4)},"2024-01-15 10",,,\n{call_id(9)},nobody,,,\n'
    )
    scorer = folder.with_name("scorer.py")
    scorer.write_text(SCORER)
    dimensions = "answer_mismatch,off_topic,unsupported_share,words"
    here = Path.cwd()
    os.chdir(folder)
    try:
        # words are compared, also where the extra `judge` is installed
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(minilm, "is_installed", lambda: False)
            code = judge(
                telemetry,
                folder / "artifacts",
                *("--dimensions", dimensions, "--expected", str(file)),
                *("--custom", f"mine={sys.executable} {scorer}"),
            )
        assert code == 0
        yield run(telemetry, folder, "--sources", "otlp"), folder
    finally:
        os.chdir(here)


def test_scores_of_raw_telemetry_are_evaluations(judged: tuple[Run, Path]) -> None:
    made, _ = judged
    rows = read("evaluations", made.warehouse, where="source = 'judge'")
    found = {
        (row.evaluation_name, int(row.interaction_id[-1])): row.score
        for row in rows.itertuples()
    }
    assert found == {
        # the expected answers: word by word, and a date that redaction would hide
        ("answer_mismatch", 1): 0,
        ("answer_mismatch", 4): 0,
        # nothing of three stems
        ("off_topic", 1): 1,
        ("off_topic", 2): 1,
        ("off_topic", 4): 1,
        ("unsupported_share", 1): 0,
        ("words", 1): 2,
        ("words", 2): 2,
        ("words", 4): 5,
        ("mine", 1): 0.25,
        ("mine", 2): 0.25,
        ("mine", 4): 0.25,
    }
    assert rows["evaluator"].value_counts().to_dict() == {"code": 9, "descriptor": 3}
    assert rows["error_type"].isna().all()
    assert rows["evaluator_version"].str.fullmatch("[0-9a-f]{64}").all()


def test_flags_of_calls_do_not_follow_from_scores(judged: tuple[Run, Path]) -> None:
    made, _ = judged
    calls = read("interactions", made.warehouse)
    assert len(calls) == 4
    assert calls["hallucination_flag"].isna().all()
    assert calls["response_quality_score"].isna().all()


def test_no_text_is_in_any_file_that_is_written(judged: tuple[Run, Path]) -> None:
    _, folder = judged
    folders = [folder, CACHE]
    files = [file for one in folders for file in one.rglob("*") if file.is_file()]
    assert any(file.suffix == ".parquet" for file in files)
    for file in files:
        written = file.read_bytes().lower()
        assert not [word for word in WORDS if word.encode() in written], file
    # what is compressed is read
    (landed_file,) = (folder / "artifacts" / scores.FOLDER).glob("*.parquet")
    rows = str(duckdb.sql(f"from '{landed_file}'").fetchall()).lower()
    assert not [word for word in WORDS if word in rows]


def test_judging_again_replaces_the_scores(
    telemetry: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        assert judge(telemetry, tmp_path, "--dimensions", "words", "--json") == 0
    printed: dict[str, Any] = json.loads(
        capsys.readouterr().out.split("\n}\n")[0] + "}"
    )
    assert (printed["calls"], printed["answers"]) == (4, 3)
    (one,) = printed["evaluators"]
    assert (one["evaluator"], one["scored"], one["errors"]) == ("words", 3, 0)
    assert len(list((tmp_path / scores.FOLDER).iterdir())) == 2
    code = main(
        [
            *("run", "--quiet", "--data-dir", str(telemetry), "--sources", "otlp"),
            *("--warehouse", str(tmp_path / "w.duckdb"), "--out-dir", str(tmp_path)),
        ]
    )
    assert code in (0, 1)
    assert len(read("evaluations", tmp_path / "w.duckdb")) == 3


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "judge: name what to score: --dimensions answer_mismatch,off_topic"),
        (["--dimensions", "quality"], "quality: not scored by code: people agree too"),
        (
            ["--dimensions", "answer_mismatch"],
            "answer_mismatch: needs expected answers",
        ),
        (["--dimensions", "coverage"], "coverage: needs the source of each answer"),
        (["--dimensions", "words", "--sample", "0"], "--sample: 0: a share is above 0"),
        (["--dimensions", "words", "--sample", "1.5"], "--sample: 1.5: a share is"),
        (["--custom", "mine"], "--custom: 'mine': write NAME=COMMAND"),
    ],
)
def test_a_wrong_call_is_one_line_and_nothing_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    assert judge(tmp_path / "none", tmp_path, *options) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert not (tmp_path / scores.FOLDER).exists()


def test_telemetry_without_texts_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sample = ROOT / "data" / "sample"
    given = ["judge", "--dimensions", "words", "--out-dir", str(tmp_path)]
    assert main([*given, "--data-dir", str(sample)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("sources: telemetry_csv has no prompts and answers: ")


def test_a_sample_is_the_same_everywhere_and_part_of_larger_ones() -> None:
    names = [f"call {number}" for number in range(20_000)]
    tenth, fifth = (
        {name for name in names if content.is_sampled(name, share)}
        for share in (0.1, 0.2)
    )
    assert tenth < fifth
    # three standard errors
    assert abs(len(tenth) - 2_000) < 3 * 43
    assert all(content.is_sampled(name, 1) for name in names)
    # of one digest
    assert [name for name in names[:30] if name in tenth] == ["call 18"]


def test_calls_of_an_audit_are_scored_besides_the_sample() -> None:
    names = [f"call {number}" for number in range(1_000)]
    outside = next(name for name in names if not content.is_sampled(name, 0.1))
    is_wanted = content.audited({outside}, 0.1)
    wanted = [name for name in names if is_wanted(name)]
    sampled = [name for name in names if content.is_sampled(name, 0.1)]
    assert set(wanted) == {*sampled, outside}


def test_what_the_last_run_drew_is_scored_besides_the_sample(
    telemetry: Path, tmp_path: Path
) -> None:
    """Its warehouse was built before it drew."""
    drawn = {
        "interaction_id": call_id(2),
        "timestamp_utc": "2025-12-01T00:00:02Z",
        "review_reason": "audit",
        "review_probability": 0.1,
        "drawn_at": "2025-12-02T00:00:00Z",
        "policy_id": "p",
    }
    (tmp_path / "review_ledger.jsonl").write_text(json.dumps(drawn) + "\n")
    assert judge(telemetry, tmp_path, "--dimensions", "words", "--sample", "1e-9") == 0
    rows = duckdb.sql(f"from '{tmp_path}/{scores.FOLDER}/*.parquet'").fetchall()
    assert [row[0] for row in rows] == [call_id(2)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,expected\na,b\n", "no column interaction_id or prompt_id"),
        ("prompt_id,answer\na,b\n", "no column expected, aliases or source"),
        ("prompt_id,expected\n ,b\n", "line 2: prompt_id is empty"),
        ("prompt_id,expected\na,b\na,c\n", "line 3: prompt_id 'a' is on line 2 too"),
        ("prompt_id,expected\na,\n", "line 2: prompt_id 'a' has neither an expected"),
        ('prompt_id,expected\na,"b\n', "not a CSV file in UTF-8"),
        ("", "no column interaction_id or prompt_id"),
    ],
)
def test_a_wrong_file_of_expected_answers_is_one_line(
    tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "expected.csv"
    file.write_text(text)
    with pytest.raises(expected.InputError, match=said) as error:
        expected.load(file)
    assert len(error.value.lines) == 1


def test_answers_of_a_prompt_and_long_sources_are_read(tmp_path: Path) -> None:
    file = tmp_path / "expected.csv"
    long = "word " * 50_000
    file.write_text(
        f"prompt_id,aliases,source\np,a| b ||a,{long}\n", encoding="utf-8-sig"
    )
    table = expected.load(file)
    assert table.key == "prompt_id"
    assert table.rows["p"] == expected.Expected(("a", "b"), long.strip())
