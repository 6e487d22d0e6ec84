"""The evaluators that are code: SQL on texts in memory, and what each is good for."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from llm_telemetry.errors import InputError
from llm_telemetry.judge import minilm

if TYPE_CHECKING:
    # slow to import
    import pandas as pd

SQL = Path(__file__).parent / "sql"
# calls at a time: their words are tables in memory
BATCH = 20_000
# the evaluator that compares embeddings, where the extra `judge` is installed
OF_MINILM = "off_topic"
# what `calls` and `aliases` hold, in the SQL of every evaluator
CALLS = ("id", "prompt", "answer", "source")
ALIASES = ("id", "number", "body")


@dataclass(frozen=True)
class Evaluator:
    """One evaluator: the texts that it needs, and how well it was measured to do.

    ``kind`` is code, whose score is from 0, good, to 1, bad, or descriptor, whose score
    has no better and worse. ``measured`` is the area under the ROC curve on a named
    public data set with human labels.
    """

    name: str
    kind: str
    needs: tuple[str, ...]
    measured: str = ""
    is_experimental: bool = False

    @property
    def status(self) -> str:
        """Return what is printed beside its scores."""
        if self.kind == "descriptor":
            return "descriptor, in no rate"
        return "experimental" if self.is_experimental else ""


EVALUATORS = {
    one.name: one
    for one in (
        Evaluator(
            "answer_mismatch", "code", ("answer", "expected"), "AUC .972 on EVOUNA-TQ"
        ),
        Evaluator(
            "off_topic",
            "code",
            ("prompt", "answer"),
            "finds the answer to another prompt, not a bad answer",
        ),
        Evaluator(
            "unsupported_share",
            "code",
            ("answer", "source"),
            "AUC .924 on BEGIN-wow, .43 on SummEdits: blind to one changed fact",
            is_experimental=True,
        ),
        Evaluator("words", "descriptor", ("answer",)),
        Evaluator("compression", "descriptor", ("answer", "source")),
        Evaluator("coverage", "descriptor", ("answer", "source")),
        Evaluator("repetition", "descriptor", ("answer",)),
        Evaluator("refusal_phrase", "descriptor", ("answer",)),
    )
}
LABELS = "label the random audits of the review queue: the rate of those holds"
REFUSED = {
    "toxicity": "lists of words measure profanity, at chance on hateful language "
    f"(AUC .47 on HateCheck): use a model as judge, or {LABELS}",
    "profanity": "the package that scores it allows one version of scikit-learn only: "
    f"call it with --custom, which has its own environment; or {LABELS}",
    "bias": "one answer does not show it (pair accuracy .54 on CrowS-Pairs): compare "
    "the rates of segments, as quality_rates does",
    "quality": "people agree too little on it for code to be measured against "
    f"(alpha .12 to .29): {LABELS}",
    "coherence": f"people do not agree on it (alpha .07): {LABELS}",
    "fluency": f"people do not agree on it (alpha -.02): {LABELS}",
    "creativity": "there are no labelled data that an evaluator could be measured "
    f"on: {LABELS}",
    "relevance": "overlap of words is worse than a coin on which answer is better "
    "(.33 on LLMBar): off_topic finds the answer to another prompt",
    "hallucination": "without a source no feature of the text tells it (AUC .47 to .59 "
    "on HaluEval): unsupported_share compares with a source",
}


def check(names: Sequence[str]) -> None:
    """Raise InputError with a line per name that is no evaluator, or a refused one."""
    lines = []
    for name in names:
        if name in REFUSED:
            lines.append(f"--dimensions: {name}: not scored by code: {REFUSED[name]}")
        elif name not in EVALUATORS:
            lines.append(
                f"--dimensions: {name}: unknown: name some of {', '.join(EVALUATORS)}"
            )
    if lines:
        raise InputError(*lines)


def is_by_minilm(name: str) -> bool:
    """Return whether an evaluator reads embeddings, not words."""
    return name == OF_MINILM and minilm.is_installed()


def version(name: str) -> str:
    """Return the digest of an evaluator: of its SQL, and of what makes the words.

    That of MiniLM's embeddings is another one: their scores are of another evaluator.
    """
    if is_by_minilm(name):
        return minilm.version()
    return hashlib.sha256("\0".join(_statements(name)).encode()).hexdigest()


def score(
    names: Sequence[str], calls: "pd.DataFrame", aliases: "pd.DataFrame"
) -> "pd.DataFrame":
    """Return evaluator, id, score and error_type of the calls that have the texts.

    ``calls`` has the columns CALLS, one row per call, and ``aliases`` the columns
    ALIASES, one per expected answer of a call. What they hold stays in memory.
    """
    import pandas as pd

    empty = pd.DataFrame(columns=["evaluator", "id", "score", "error_type"])
    return pd.concat([empty, *_batches(names, calls, aliases)], ignore_index=True)


def _batches(
    names: Sequence[str], calls: "pd.DataFrame", aliases: "pd.DataFrame"
) -> Iterator["pd.DataFrame"]:
    for start in range(0, len(calls), BATCH):
        batch = calls.iloc[start : start + BATCH]
        # nothing is spilled to a disk
        with duckdb.connect(":memory:", config={"temp_directory": ""}) as connection:
            connection.register("given_calls", batch)
            connection.register("given_aliases", aliases)
            connection.execute(
                "create table calls as select cast(id as varchar) as id, "
                "cast(prompt as varchar) as prompt, cast(answer as varchar) as answer, "
                "cast(source as varchar) as source from given_calls"
            )
            connection.execute(
                "create table aliases as select cast(id as varchar) as id, "
                "cast(number as integer) as number, cast(body as varchar) as body "
                "from given_aliases semi join calls using (id)"
            )
            connection.execute((SQL / "texts.sql").read_text())
            for name in names:
                if is_by_minilm(name):
                    yield _off_topic_by_minilm(batch)
                    continue
                scores = connection.execute((SQL / f"{name}.sql").read_text()).df()
                yield scores.assign(evaluator=name)


def _off_topic_by_minilm(calls: "pd.DataFrame") -> "pd.DataFrame":
    import pandas as pd

    both = calls.dropna(subset=["prompt", "answer"])
    found = minilm.distances(both["prompt"].tolist(), both["answer"].tolist())
    rows = [
        (OF_MINILM, name, score, "no_content_words" if score is None else None)
        for name, score in zip(both["id"], found, strict=True)
    ]
    return pd.DataFrame(rows, columns=["evaluator", "id", "score", "error_type"])


def _statements(name: str) -> tuple[str, str]:
    return (SQL / "texts.sql").read_text(), (SQL / f"{name}.sql").read_text()
