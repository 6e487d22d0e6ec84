"""Evaluators that are code against public answers that people labelled."""

import csv
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from time import process_time
from unittest import mock

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from calibration.store import Numbers
from llm_telemetry.judge import evaluators, minilm

SHARED = Path(__file__).parents[3] / "shared" / "data" / "judge"
OF_MINILM = "EVOUNA-TQ, 1,000 own and other answers"
SYSTEMS = ("fid", "gpt35", "chatgpt", "gpt4", "newbing")


@cache
def scored(data: str) -> pd.DataFrame:
    """Return score, is_bad and cluster of each labelled answer, and how fast it was."""
    name, read = DATA[data]
    labelled, aliases = read()
    is_by_minilm = data == OF_MINILM
    started = process_time()
    with mock.patch.object(minilm, "is_installed", return_value=is_by_minilm):
        found = evaluators.score([name], labelled[list(evaluators.CALLS)], aliases)
    seconds = process_time() - started
    rows = labelled.merge(found, on="id").dropna(subset="score")
    rows = rows[["score", "is_bad", "cluster"]].astype({"score": float})
    return rows.assign(rows_per_s=len(labelled) / seconds)


def measure(seed: int, *, data: str) -> Numbers:
    """Return the AUC; of a seed above 0, that of a resample of whole clusters.

    All answers to a question, or about a source, are drawn together.
    """
    rows = scored(data)
    if seed:
        groups = [group for _, group in rows.groupby("cluster")]
        drawn = np.random.default_rng(seed).integers(len(groups), size=len(groups))
        rows = pd.concat([groups[place] for place in drawn])
    return {
        "auc": float(roc_auc_score(rows["is_bad"], rows["score"])),
        "rows_per_s": float(rows["rows_per_s"].iloc[0]),
    }


def _evouna() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the answers of five systems to questions of TriviaQA."""
    calls, aliases = [], []
    questions = json.loads((SHARED / "evouna_tq" / "TQ.json").read_text())
    for number, one in enumerate(questions):
        for system in SYSTEMS:
            verdict, key = one.get(f"judge_{system}"), f"{number} {system}"
            if one["improper"] or verdict is None:
                continue
            answer = one[f"answer_{system}"]
            calls.append((key, one["question"], answer, None, not verdict, number))
            gold = one["golden_answer"].split("/")
            aliases += [(key, place, text) for place, text in enumerate(gold)]
    return _frames(calls, aliases)


def _other_answers() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return each answer of one system beside its question and beside another's."""
    calls, _ = _evouna()
    own = calls[calls["id"].str.endswith(" gpt4")].reset_index(drop=True)
    order = np.random.default_rng(0).permutation(len(own))
    other = own.assign(
        id=own["id"] + " other",
        # a permutation that leaves none in its place
        answer=own["answer"].to_numpy()[order[np.argsort(np.roll(order, 1))]],
        is_bad=True,
    )
    both = pd.concat([own.assign(is_bad=False), other], ignore_index=True)
    return both, pd.DataFrame(columns=list(evaluators.ALIASES))


def _some_other_answers() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return 500 of them each: embeddings take a hundred times as long as words."""
    both, aliases = _other_answers()
    kept = np.random.default_rng(1).permutation(len(both) // 2)[:500]
    return both.iloc[np.r_[kept, kept + len(both) // 2]], aliases


def _begin() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return answers that can be attributed to a passage, and others."""
    rows: list[dict[str, str]] = []
    for file in sorted((SHARED / "begin_wow").glob("*.tsv")):
        with file.open(encoding="utf-8", newline="") as lines:
            rows += csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    calls = [
        (
            *(str(number), row["message"], row["response"], row["knowledge"]),
            row["begin_label"] != "Fully attributable",
            row["knowledge"],
        )
        for number, row in enumerate(rows)
    ]
    return _frames(calls, [])


def _summedits() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return summaries in which one fact may have been changed."""
    file = SHARED / "summedits_scitldr" / "summedits_scitldr.json"
    calls = [
        (str(number), None, one["summary"], one["doc"], not one["label"], one["doc"])
        for number, one in enumerate(json.loads(file.read_text()))
    ]
    return _frames(calls, [])


def _frames(calls: list, aliases: list) -> tuple[pd.DataFrame, pd.DataFrame]:
    columns = [*evaluators.CALLS, "is_bad", "cluster"]
    # a column without any text has no other type
    texts = pd.DataFrame(calls, columns=columns).astype({"prompt": object})
    return texts.astype({"source": object}), pd.DataFrame(
        aliases, columns=list(evaluators.ALIASES)
    )


Read = Callable[[], tuple[pd.DataFrame, pd.DataFrame]]
DATA: dict[str, tuple[str, Read]] = {
    "EVOUNA-TQ": ("answer_mismatch", _evouna),
    "EVOUNA-TQ, answers of other questions": ("off_topic", _other_answers),
    OF_MINILM: ("off_topic", _some_other_answers),
    "BEGIN-wow": ("unsupported_share", _begin),
    "SummEdits-scitldr": ("unsupported_share", _summedits),
}
