"""Scores land whole or not at all, and only what is a score."""

from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from llm_telemetry.errors import InputError
from llm_telemetry.judge import scores

SCORE: dict[str, Any] = {
    "interaction_id": "a",
    "evaluator": "off_topic",
    "evaluator_version": "v",
    "evaluator_kind": "code",
    "score": 0.5,
    "sample_share": 1,
    "error_type": None,
    "scored_at": datetime(2025, 1, 2, 3, 4, 5),
}


def landed(folder: Path) -> list[tuple[Any, ...]]:
    """Return what is landed, in order."""
    return duckdb.sql(f"from '{folder}/*.parquet' order by all").fetchall()


def test_batches_are_added_and_keep_types_and_nulls(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "scores"
    failed = {**SCORE, "interaction_id": "b", "score": None, "error_type": "timeout"}
    assert scores.append(folder, [SCORE, failed]) == 2
    assert scores.append(folder, pd.DataFrame([{**SCORE, "score": 0.25}])) == 1
    at = datetime(2025, 1, 2, 3, 4, 5)
    assert landed(folder) == [
        ("a", "off_topic", "v", "code", 0.25, 1.0, None, at),
        ("a", "off_topic", "v", "code", 0.5, 1.0, None, at),
        ("b", "off_topic", "v", "code", None, 1.0, "timeout", at),
    ]
    assert len(list(folder.iterdir())) == 2


def test_no_rows_are_no_file(tmp_path: Path) -> None:
    assert scores.append(tmp_path / "scores", []) == 0
    assert not (tmp_path / "scores").exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"score": 1.01}, r"score is not in \[0, 1\]"),
        ({"score": -0.01}, r"score is not in \[0, 1\]"),
        ({"score": float("inf")}, "score is not a finite number"),
        ({"score": None}, "not exactly one of score and error_type"),
        ({"error_type": "timeout"}, "not exactly one of score and error_type"),
        ({"sample_share": 0}, r"sample_share is not in \(0, 1\]"),
        ({"sample_share": 1.5}, r"sample_share is not in \(0, 1\]"),
        ({"evaluator_kind": "person"}, "evaluator_kind is not code"),
        ({"evaluator_version": None}, "evaluator_version is missing"),
        ({"interaction_id": None}, "interaction_id is missing"),
        ({"scored_at": None}, "scored_at is missing"),
    ],
)
def test_what_is_no_score_lands_nothing(
    tmp_path: Path, wrong: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        scores.append(tmp_path, [SCORE, {**SCORE, **wrong}])
    assert not list(tmp_path.iterdir())


def test_a_descriptor_may_be_any_number(tmp_path: Path) -> None:
    words = {**SCORE, "evaluator": "words", "evaluator_kind": "descriptor"}
    assert scores.append(tmp_path, [{**words, "score": 77}]) == 1


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="scores: cannot write: Not a directory"):
        scores.append(tmp_path / "file" / "scores", [SCORE])


def test_a_file_without_a_name_yet_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*files: object) -> None:
        raise KeyboardInterrupt

    scores.append(tmp_path, [SCORE])
    monkeypatch.setattr("os.rename", killed)
    with pytest.raises(KeyboardInterrupt):
        scores.append(tmp_path, [SCORE])
    assert len(landed(tmp_path)) == 1
