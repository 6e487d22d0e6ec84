"""`llm-telemetry judge`: score the answers of raw telemetry, and land the scores."""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

from llm_telemetry import places
from llm_telemetry.errors import InputError, check_all
from llm_telemetry.files.atomic import refusal
from llm_telemetry.judge import (
    categories,
    content,
    custom,
    evaluators,
    expected,
    review_ledger,
    scores,
)
from llm_telemetry.judge.llm import command as llm
from llm_telemetry.judge.llm.result import Result as ByModel
from llm_telemetry.ledger.store import REVIEWS
from llm_telemetry.warehouse.connection import read

if TYPE_CHECKING:
    # slow to import
    import pandas as pd

Options = SimpleNamespace
AUDITS = "review_draws"
# of a model that is interrupted
KEPT = (
    "what the model has judged is kept: the same command goes on from there, and then "
    "writes the scores"
)
# what a dimension needs that only the file has
OF_FILE = {"expected": "expected answers", "source": "the source of each answer"}


@dataclass(frozen=True)
class Scored:
    """The scores of one evaluator: id, score and error_type of each call."""

    evaluator: str
    evaluator_version: str
    evaluator_kind: str
    note: str
    rows: "pd.DataFrame"

    def landed(self) -> dict[str, object]:
        """Return how many calls have a score, and how many an error."""
        errors = int(self.rows["error_type"].notna().sum())
        return {
            "evaluator": self.evaluator,
            "evaluator_version": self.evaluator_version,
            "evaluator_kind": self.evaluator_kind,
            "scored": len(self.rows) - errors,
            "errors": errors,
            "note": self.note,
        }


@dataclass(frozen=True)
class Result:
    """What was read and landed; ``unmatched`` counts rows of the file for no call."""

    place: str
    folder: str
    calls: int
    answers: int
    sample_share: float
    unmatched: int
    scored: tuple[Scored, ...]
    exit_code = 0

    def document(self) -> dict[str, object]:
        """Return it as an object of JSON."""
        names = ("place", "folder", "calls", "answers", "sample_share", "unmatched")
        fields = {name: getattr(self, name) for name in names}
        return {**fields, "evaluators": [one.landed() for one in self.scored]}

    def lines(self) -> list[str]:
        """Return it as lines for people. There is no mean: a mean score is no rate."""
        share = f", {self.sample_share:.0%} by a hash" if self.sample_share < 1 else ""
        answers = f"{self.answers:,} answers of {self.calls:,} calls"
        lines = [f"read {self.place}: {answers}{share}"]
        if self.unmatched:
            lines.append(f"--expected: {self.unmatched:,} rows match no call")
        width = max(len(one.evaluator) for one in self.scored)
        for one in self.scored:
            landed = one.landed()
            counts = f"{landed['scored']:,} scored"
            if landed["errors"]:
                counts += f", {landed['errors']:,} without a score"
            note = f" ({one.note})" if one.note else ""
            version = one.evaluator_version[:12]
            lines.append(f"{one.evaluator:{width}}  {version}  {counts}{note}")
        return [*lines, f"landed in {self.folder}; next: llm-telemetry run"]


def judge(options: Options) -> tuple[list[str], int]:
    """Score the answers of raw telemetry, whose texts are read in memory only.

    Return the lines to print and the exit code.
    """
    # which elsewhere means the simulated sample, and has no texts
    options.sample = False
    is_of_model = options.endpoint is not None or options.rubric is not None
    result: Result | ByModel | categories.Result
    if options.categories:
        result = categories.suggest(options)
    else:
        result = by_model(options) if is_of_model else scored(options)
    if options.json:
        return [json.dumps(result.document(), indent=2)], result.exit_code
    return [] if options.quiet else list(result.lines()), result.exit_code


def by_model(options: Options) -> ByModel:
    """Let a model judge a sample of the calls, whose texts are redacted."""
    if options.dimensions or options.custom:
        raise InputError("--endpoint: leave out --dimensions and --custom")
    options.share = llm.SHARE if options.share is None else options.share
    options.left = KEPT
    _check_folder(Path(options.out_dir, scores.FOLDER).resolve())

    def read_calls() -> "pd.DataFrame":
        return _read(options, is_redacted=True)[0]

    return llm.judge(options, read_calls, _drawn(options))


def scored(options: Options) -> Result:
    """Score what the options name; land all scores or, where anything fails, none."""
    options.share = 1.0 if options.share is None else options.share
    dimensions = _names(options.dimensions)
    own = custom.parse(options.custom)
    folder = Path(options.out_dir, scores.FOLDER).resolve()
    check_all(
        lambda: evaluators.check(dimensions),
        lambda: _check(options, [*dimensions, *own]),
        lambda: _check_needs(dimensions, options.expected),
        lambda: _check_folder(folder),
    )
    calls, unmatched = _read(options, is_redacted=False)
    options.progress("scoring")
    found = (*_of_code(dimensions, calls), *_of_commands(own, calls, options))
    _append(folder, found, options.share)
    return Result(
        place=places.data_read(options),
        folder=str(folder),
        calls=len(calls),
        answers=int(calls["answer"].notna().sum()),
        sample_share=options.share,
        unmatched=unmatched,
        scored=found,
    )


def _read(options: Options, *, is_redacted: bool) -> tuple["pd.DataFrame", int]:
    """Return the wanted calls with what is expected, and rows that match no call."""
    table = expected.load(options.expected) if options.expected else None
    named = places.sources(options)
    calls = content.read(
        places.data_dir(options, named),
        named,
        is_wanted=content.audited(_drawn(options), options.share),
        is_redacted=is_redacted,
        progress=options.progress,
    )
    return _with_expected(calls, table, options.expected)


def _names(text: str | None) -> list[str]:
    names = [name.strip() for name in (text or "").split(",")]
    return list(dict.fromkeys(name for name in names if name))


def _check(options: Options, asked: Sequence[object]) -> None:
    if not asked:
        raise InputError(
            f"judge: name what to score: --dimensions {','.join(evaluators.EVALUATORS)}"
            " or --custom NAME=COMMAND"
        )
    if not 0 < options.share <= 1:
        raise InputError(f"--sample: {options.share:g}: a share is above 0, at most 1")


def _check_needs(dimensions: Sequence[str], file: Path | None) -> None:
    """Raise InputError where a dimension needs a file that was not given."""
    lines = [
        f"--dimensions: {name}: needs {OF_FILE[need]}: pass --expected FILE.csv with "
        f"the columns interaction_id or prompt_id, and {need}"
        for name in dimensions
        if name in evaluators.EVALUATORS and file is None
        for need in evaluators.EVALUATORS[name].needs
        if need in OF_FILE
    ]
    if lines:
        raise InputError(*lines)


def _check_folder(folder: Path) -> None:
    if why := refusal(folder):
        raise InputError(f"{folder}: cannot write: {why}")


def _drawn(options: Options) -> set[str]:
    """Return the calls that were drawn for an audit; none where all are scored."""
    if options.share >= 1:
        return set()
    # of the last run, which built its warehouse before it drew; that of earlier runs
    # may have had another ledger
    recorded, _ = review_ledger.load(Path(options.out_dir, REVIEWS))
    drawn = {draw.interaction_id for draw in recorded}
    if options.warehouse.exists():
        # a warehouse may have been built before there were draws
        with suppress(InputError):
            draws = read(AUDITS, options.warehouse, columns=["interaction_id"])
            drawn.update(draws["interaction_id"])
    return drawn


def _with_expected(
    calls: "pd.DataFrame", table: expected.Table | None, file: Path | None
) -> tuple["pd.DataFrame", int]:
    """Return the calls with what is expected, and how many rows match no call."""
    if table is None:
        return calls.assign(expected=None, source=None), 0
    matched = table.of(calls)
    used = set(calls.loc[matched.notna(), _column(table)])
    if not used:
        raise InputError(
            f"{file}: none of its {len(table.rows):,} values of {table.key} is one of "
            "the calls that were read: compare with marts.interactions"
        )
    sources = matched.map(lambda one: one.source, na_action="ignore")
    answers = matched.map(lambda one: one.answers or None, na_action="ignore")
    with_expected = calls.assign(expected=answers, source=sources)
    return with_expected, len(table.rows) - len(used)


def _column(table: expected.Table) -> str:
    return "id" if table.key == "interaction_id" else table.key


def _of_code(names: Sequence[str], calls: "pd.DataFrame") -> Iterator[Scored]:
    """Yield the scores of each evaluator that is code."""
    import pandas as pd

    given = calls.loc[calls["expected"].notna(), ["id", "expected"]]
    aliases = pd.DataFrame(
        [
            (name, number, text)
            for name, texts in given.itertuples(index=False)
            for number, text in enumerate(texts)
        ],
        columns=list(evaluators.ALIASES),
    )
    scored = evaluators.score(names, calls, aliases)
    for name in names:
        one = evaluators.EVALUATORS[name]
        means = "by MiniLM" if evaluators.is_by_minilm(name) else ""
        note = "; ".join(filter(None, (one.status, means, one.measured)))
        rows = scored[scored["evaluator"] == name]
        yield Scored(name, evaluators.version(name), one.kind, note, rows)


def _of_commands(
    own: Sequence[custom.Custom], calls: "pd.DataFrame", options: Options
) -> Iterator[Scored]:
    """Yield the scores of each evaluator that is a command of the user's."""
    import pandas as pd

    answered = calls[calls["answer"].notna()]
    # null, not a number that is none
    texts = answered.astype(object).where(answered.notna(), None)
    names = [str(name) for name in texts.columns]
    records = [dict(zip(names, row, strict=True)) for row in texts.to_numpy()]
    for one in own:
        options.progress(f"scoring with {one.name}")
        found = custom.score(one, records, timeout_s=options.timeout)
        rows = [(name, score, error) for name, (score, error) in found.items()]
        frame = pd.DataFrame(rows, columns=["id", "score", "error_type"])
        yield Scored(one.name, one.version, "code", "your own", frame)


def _append(folder: Path, scored: Sequence[Scored], share: float) -> None:
    """Land all scores in one file."""
    import pandas as pd

    frames = [
        one.rows.assign(
            evaluator=one.evaluator,
            evaluator_version=one.evaluator_version,
            evaluator_kind=one.evaluator_kind,
        )
        for one in scored
    ]
    rows = pd.concat(frames, ignore_index=True).rename(columns={"id": "interaction_id"})
    now = datetime.now(UTC).replace(tzinfo=None)
    scores.append(folder, rows.assign(sample_share=share, scored_at=now))
