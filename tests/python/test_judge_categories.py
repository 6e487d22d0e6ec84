"""Categories of prompt templates: suggested by rules, confirmed by a person."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from staged_otlp import call, landed, request

from llm_telemetry.cli import main
from llm_telemetry.judge.categories import COLUMNS, of_texts

# what the benchmarks call their prompts, in the words of the rules
NAMES = {
    "coding": "technical",
    **dict.fromkeys(("math", "reasoning", "fermi"), "reasoning"),
    **dict.fromkeys(("writing", "roleplay"), "creative"),
    "extraction": "extraction",
}


def suggested(*texts: str, prompt_id: str = "p") -> tuple[str, int, float]:
    frame = pd.DataFrame({"prompt_id": prompt_id, "body": texts})
    (found,) = of_texts(frame)
    assert found.prompt_id == prompt_id
    return found.category, found.texts, found.share


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Fix this Python function", "technical"),
        ("TRANSLATE the summary to French", "translation"),
        ("Summarise the python docs", "technical"),
        ("Give me the key points", "summarisation"),
        ("Classify the sentiment of it", "extraction"),
        ("Write a poem about rivers", "creative"),
        ("What is 3 + 4", "reasoning"),
        ("Who wrote Faust?", "question_answering"),
        ("Hello", "other"),
    ],
)
def test_the_first_rule_that_matches_counts(text: str, category: str) -> None:
    assert suggested(text) == (category, 1, 1.0)


def test_a_template_is_for_what_most_of_its_texts_ask() -> None:
    texts = ("Who is she?", "Who is he?", "Hello")
    assert suggested(*texts) == ("question_answering", 3, pytest.approx(2 / 3))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.text(max_size=20)), max_size=8))
def test_each_template_has_one_category(rows: list[tuple[str, str]]) -> None:
    frame = pd.DataFrame(rows, columns=["prompt_id", "body"], dtype=object)
    found = of_texts(frame)
    assert [one.prompt_id for one in found] == sorted({name for name, _ in rows})
    assert sum(one.texts for one in found) == len(rows)
    assert all(0 < one.share <= 1 for one in found)


@pytest.mark.parametrize(
    ("file", "accuracy"), [("mt_bench", 0.6), ("vicuna_bench", 0.75)]
)
def test_rules_find_the_categories_of_published_prompts(
    shared_data: Callable[[str], Path], file: str, accuracy: float
) -> None:
    lines = (shared_data("judge") / "mt_bench_prompts" / f"{file}.jsonl").read_text()
    rows = [json.loads(line) for line in lines.splitlines()]
    frame = pd.DataFrame(
        [(str(row["question_id"]), row["turns"][0]) for row in rows],
        columns=["prompt_id", "body"],
    )
    found = {one.prompt_id: one.category for one in of_texts(frame)}
    true = {
        str(row["question_id"]): NAMES.get(row["category"], "question_answering")
        for row in rows
    }
    right = [found[name] == category for name, category in true.items()]
    assert sum(right) / len(right) >= accuracy
    code = [found[name] for name, category in true.items() if category == "technical"]
    assert code.count("technical") / len(code) > 0.8


def test_suggestions_are_a_file_for_a_person(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = {"1": "Debug this python", "2": "Fix the regex", "3": "Who is it?"}
    spans = [
        call(
            name,
            at=(int(name) * 1_000, int(name) * 1_000 + 500),
            input__messages=_message("user", text),
            output__messages=_message("assistant", "Done"),
            **{"app.prompt_id": f"p{int(name) // 3}"},
        )
        for name, text in asked.items()
    ]
    landed(tmp_path / "otlp", request(*spans))
    found = _suggest(tmp_path, "--sources", "otlp")
    assert found == 0
    out = capsys.readouterr().out
    assert "p0  technical           100% of 2 texts" in out
    assert not any(text in out for text in asked.values())
    with (tmp_path / "categories.csv").open() as lines:
        rows = list(csv.reader(lines))
    assert rows == [
        list(COLUMNS),
        ["p0", "technical"],
        ["p1", "question_answering"],
    ]
    # what a person has corrected is not written over
    assert _suggest(tmp_path, "--sources", "otlp") == 2
    assert "may have been corrected" in capsys.readouterr().err


def test_a_table_of_templates_needs_no_calls(tmp_path: Path) -> None:
    for file in (ROOT / "data" / "sample").glob("*.csv"):
        (tmp_path / file.name).symlink_to(file)
    (tmp_path / "llm_system_prompts_lookup.csv").write_text(
        'prompt_id,instruction_template\na,"Translate {text}"\nb,\n'
    )
    assert _suggest(tmp_path) == 0
    written = (tmp_path / "categories.csv").read_text()
    assert written == "prompt_id,category\na,translation\n"


@pytest.mark.parametrize(
    ("lookup", "reason"),
    [(None, "names its template"), ("prompt_id\na\n", "instruction_template")],
)
def test_without_texts_of_templates_nothing_is_suggested(
    lookup: str | None,
    reason: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for file in (ROOT / "data" / "sample").glob("*.csv"):
        (tmp_path / file.name).symlink_to(file)
    if lookup:
        (tmp_path / "llm_system_prompts_lookup.csv").write_text(lookup)
    assert _suggest(tmp_path) == 2
    assert reason in capsys.readouterr().err
    assert not (tmp_path / "categories.csv").exists()


def test_prompts_are_enough(tmp_path: Path) -> None:
    asked = call(
        "1",
        input__messages=_message("user", "Fix the regex"),
        **{"app.prompt_id": "p"},
    )
    landed(tmp_path / "otlp", request(asked))
    assert _suggest(tmp_path, "--sources", "otlp") == 0
    written = (tmp_path / "categories.csv").read_text()
    assert written == "prompt_id,category\np,technical\n"


def test_without_prompts_the_message_is_about_prompts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answered = call("1", output__messages=_message("assistant", "Done"))
    landed(tmp_path / "otlp", request(answered))
    assert _suggest(tmp_path, "--sources", "otlp") == 2
    assert "no prompt of 1 calls is in the telemetry" in capsys.readouterr().err


@pytest.mark.parametrize("option", [("--expected", "a.csv"), ("--sample", "0.5")])
def test_options_of_scores_are_refused(
    option: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _suggest(tmp_path, *option) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "leave out --expected and --sample" in line


def _suggest(folder: Path, *more: str) -> int:
    file = folder / "categories.csv"
    data = ("--data-dir", str(folder), "--out-dir", str(folder / "artifacts"))
    return main(["judge", *data, "--categories", str(file), *more])


def _message(role: str, text: str) -> str:
    part: Any = {"type": "text", "content": text}
    return json.dumps([{"role": role, "parts": [part]}])
