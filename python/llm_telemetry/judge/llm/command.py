"""`llm-telemetry judge --endpoint`: let a model judge a sample of the answers."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from llm_telemetry.errors import InputError
from llm_telemetry.judge import content, scores
from llm_telemetry.judge.llm import canaries, checks, journal, probe, request, rubric
from llm_telemetry.judge.llm.client import Client, Refused, Settings, Version, most_usd
from llm_telemetry.judge.llm.journal import INTERRUPTED, BudgetSpent, Journal, Judgement
from llm_telemetry.judge.llm.result import Result
from llm_telemetry.warehouse.session import JUDGE_REQUESTS

if TYPE_CHECKING:
    # slow to import
    import pandas as pd

Options = SimpleNamespace
# of the calls, unless the options say otherwise
SHARE = 0.1
# a version that has no score more often than this is refused, from so many calls on
MOST_ERRORS, LEAST_CALLS = 0.05, 20


@dataclass(frozen=True)
class Wanted:
    """The calls to judge, audited ones first, then in the order of the sample's hash.

    In this order a run that the budget stops has judged a smaller sample of the same
    kind, and not whichever calls came first.
    """

    calls: "pd.DataFrame"
    audited: Collection[str]

    def texts(self) -> list[dict[str, str]]:
        """Return the texts of each call."""
        names = [name for name in rubric.TEXTS if name in self.calls]
        rows = self.calls[names].itertuples(index=False)
        return [dict(zip(names, map(_joined, row), strict=True)) for row in rows]

    def is_in(self, interaction_id: str, share: float) -> bool:
        """Return whether a call is audited, or in a sample of that share."""
        is_audited = interaction_id in self.audited
        return is_audited or content.position(interaction_id) < share


def _joined(text: object) -> str:
    """Return a text; several expected answers are one."""
    return " | ".join(text) if isinstance(text, tuple) else str(text)


def judge(
    options: Options,
    read_calls: Callable[[], "pd.DataFrame"],
    audited: Collection[str],
) -> Result:
    """Judge a sample of the calls, and land the scores.

    ``read_calls`` reads the redacted texts of the calls that are wanted, and
    ``audited`` are the ids of those that were drawn for an audit.
    """
    of = checks.checked(options)
    settings = checks.settings(options, of)
    wanted = _ordered(read_calls(), of, audited)
    file = _folder(options) / JUDGE_REQUESTS
    if options.dry_run:
        book = Journal(None, journal.read(file), options.budget_usd)
        return _dry(options, settings, wanted, book)
    with journal.opened(file, options.budget_usd) as book:
        book.start()
        try:
            result = _run(options, settings, wanted, book)
        except Refused:
            book.end(status="refused")
            raise
        book.end(status="stopped" if result.is_stopped else "done")
    return result


def _ordered(
    calls: "pd.DataFrame", of: rubric.Rubric, audited: Collection[str]
) -> Wanted:
    """Return the calls that have all texts of the rubric, in the order to judge."""
    complete = calls.dropna(subset=list(of.needs))
    if complete.empty:
        raise InputError(
            f"--rubric: {of.name}: none of {len(calls):,} calls of the sample has "
            f"{' and '.join(of.needs)}"
        )
    places = complete["id"].map(content.position)
    order = places.where(~complete["id"].isin(audited), -1.0).sort_values(kind="stable")
    return Wanted(complete.loc[order.index], audited)


def _dry(options: Options, settings: Settings, wanted: Wanted, book: Journal) -> Result:
    version = probe.known(settings, book)
    tried = version or Version(settings, request.Shape(), None)
    keys = [tried.key(texts) for texts in wanted.texts()]
    asked = dict(zip(keys, wanted.texts(), strict=True))
    fresh = [texts for key, texts in asked.items() if key not in book.known]
    if options.canaries:
        fresh += [dict(one.texts) for one in canaries.known(settings.rubric)]
    return _result(
        options,
        settings,
        evaluator_version=version.digest if version else None,
        calls=len(keys),
        cached=sum(key in book.known for key in keys),
        most_usd=sum(most_usd(tried, texts) for texts in fresh),
    )


def _run(options: Options, settings: Settings, wanted: Wanted, book: Journal) -> Result:
    """Find out what the endpoint takes, ask the canaries, judge, and land."""
    try:
        version = probe.version(settings, book)
        right = _ask_canaries(version, book) if options.canaries else None
    except BudgetSpent:
        calls, cost = len(wanted.calls), book.spent
        return _result(options, settings, calls=calls, cost_usd=cost, is_stopped=True)
    keys = [version.key(texts) for texts in wanted.texts()]
    cached = sum(key in book.known for key in keys)
    found, is_enough = _ask(
        options, version, dict(zip(keys, wanted.texts(), strict=True)), book
    )
    judgements = [found.get(key) for key in keys]
    known = [one for one in judgements if one is not None]
    errors = Counter(one.error_type for one in known if one.error_type)
    _check_errors(errors, len(known))
    share = options.share
    if not is_enough:
        share = _share_judged(wanted, judgements, share)
    rows = _rows(version, wanted, judgements, share)
    book.add("cached", judge_version=version.digest, calls=cached, **_who(settings))
    return _result(
        options,
        settings,
        evaluator_version=version.digest,
        calls=len(keys),
        sample_share=share,
        cached=cached,
        judged=len(known) - cached,
        scored=len(known) - sum(errors.values()),
        landed=scores.append(_folder(options), rows),
        errors=dict(sorted(errors.items())),
        cost_usd=book.spent,
        canaries_right=right,
        is_stopped=not is_enough,
    )


def _ask(
    options: Options,
    version: Version,
    asked: Mapping[str, Mapping[str, str]],
    book: Journal,
) -> tuple[dict[str, Judgement], bool]:
    """Return the judgement of each key, and whether the budget was enough for all."""
    fresh = [(key, texts) for key, texts in asked.items() if key not in book.known]
    client = Client(version, book, "call")

    def report(done: int) -> None:
        options.progress(f"judging {done:,} of {len(fresh):,}")

    is_enough = client.ask(fresh, report)
    failed = {
        key: Judgement(error_type=error) for key, error in client.unanswered.items()
    }
    return {**failed, **book.known}, is_enough


def _result(options: Options, settings: Settings, **about: Any) -> Result:
    fields = {
        "folder": str(_folder(options)),
        "evaluator": settings.rubric.evaluator,
        "model": settings.model,
        "sample_share": options.share,
        "budget_usd": options.budget_usd,
    }
    return Result(**{**fields, **about})


def _folder(options: Options) -> Path:
    return Path(options.out_dir, scores.FOLDER).resolve()


def _who(settings: Settings) -> dict[str, str]:
    return {"evaluator": settings.rubric.evaluator, "model_name": settings.model}


def _ask_canaries(version: Version, book: Journal) -> int:
    """Return how many known answers are judged rightly; raise Refused for too few."""
    known = canaries.known(version.settings.rubric)
    keys = [version.key(one.texts, book.run_id) for one in known]
    fresh = [
        (key, one.texts)
        for key, one in zip(keys, known, strict=True)
        # unlike a call, one that a killed process waited for is asked again
        if book.known.get(key, INTERRUPTED) == INTERRUPTED
    ]
    if not Client(version, book, "canary").ask(fresh):
        raise BudgetSpent
    right = sum(
        one.is_right(book.known.get(key)) for key, one in zip(keys, known, strict=True)
    )
    if right < canaries.LEAST_RIGHT:
        raise Refused(
            f"--canaries: {right} of {len(known)} known answers are judged rightly, "
            f"{canaries.LEAST_RIGHT} are needed: no scores were landed; choose another "
            "model or rubric"
        )
    return right


def _share_judged(
    wanted: Wanted, found: Sequence[Judgement | None], share: float
) -> float:
    """Return the share of the sample that was judged in full: up to the first gap."""
    gaps = (
        content.position(name)
        for name, one in zip(wanted.calls["id"], found, strict=True)
        if one is None
    )
    return min([share, *(gap for gap in gaps if gap > 0)])


def _check_errors(errors: Mapping[str, int], calls: int) -> None:
    """Raise Refused where a version has no score too often: errors are never passes."""
    of_judge = {
        name: count for name, count in errors.items() if name != INTERRUPTED.error_type
    }
    number = sum(of_judge.values())
    if calls >= LEAST_CALLS and number > MOST_ERRORS * calls:
        counts = sorted(of_judge.items())
        kinds = ", ".join(f"{name} {count:,}" for name, count in counts)
        raise Refused(
            f"--endpoint: {number:,} of {calls:,} calls have no score ({kinds}), more "
            f"than {MOST_ERRORS:.0%}: no scores were landed; try another model, or "
            "more --max-tokens where replies are cut"
        )


def _rows(
    version: Version,
    wanted: Wanted,
    found: Sequence[Judgement | None],
    share: float,
) -> list[dict[str, Any]]:
    """Return the rows to land: of the sample that was judged, and of audits."""
    now = datetime.now(UTC).replace(tzinfo=None)
    return [
        {
            "interaction_id": name,
            "evaluator": version.settings.rubric.evaluator,
            "evaluator_version": version.digest,
            "evaluator_kind": "model",
            "score": None if one.score is None else rubric.risk(one.score),
            "sample_share": share,
            "error_type": one.error_type,
            "scored_at": now,
        }
        for name, one in zip(wanted.calls["id"], found, strict=True)
        if one is not None and wanted.is_in(name, share)
    ]
