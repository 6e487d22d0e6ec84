"""The command `review`: what waits for a reviewer, and what reviewers said."""

import csv
import io
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from types import SimpleNamespace

from llm_telemetry import places
from llm_telemetry.artifact import bundle
from llm_telemetry.errors import InputError
from llm_telemetry.files import journal
from llm_telemetry.judge import review_ledger
from llm_telemetry.judge.review_ledger import DIMENSION, LABELS, TIME, Draw, Review

Options = SimpleNamespace
# what was done, as an object of JSON and as lines for people
Done = tuple[object, list[str]]

ACTIONS = ("list", "mark", "export", "import")
# a reviewer fills in the last four
COLUMNS = (
    *("interaction_id", "timestamp_utc", "review_reason", "review_probability"),
    *("label", "dimension", "reviewer", "note"),
)
NEEDED = ("interaction_id", "label")
SHOWN = 20
# in the data folder: labels that a tool of the team's own exports with the telemetry
EXPORTED = "reviews.csv"
BY_TIME = attrgetter("reviewed_at")


def review(options: Options) -> tuple[list[str], int]:
    """Do what the action says; return the lines to print and the exit code."""
    file: Path = options.reviews or places.reviews(options)
    if options.action != "list":
        journal.check(file)
    actions = {"list": _list, "mark": _mark, "export": _export, "import": _import}
    document, lines = actions[options.action](file, options)
    return [json.dumps(document, indent=2)] if options.json else lines, 0


def take_over(options: Options) -> list[str]:
    """Append the reviews that the data folder has, before a build reads the ledger.

    The file may be exported again each day: without a time of its own, a label that
    the ledger already has is not a new one. Return a line if one was changed since.
    """
    if options.sample:
        return []
    try:
        exported = places.data_dir(options, places.sources(options)) / EXPORTED
    except InputError:
        # the build says so, with all else that is wrong
        return []
    if not exported.exists():
        return []
    ledger = places.reviews(options)
    journal.check(ledger)
    unnamed = SimpleNamespace(dimension=None, by="unknown")
    _, known = review_ledger.load(ledger)
    recorded, untimed = {_identity(one) for one in known}, _written_at(exported)
    rows = _read(exported, unnamed)
    old = {
        one for one in rows if one.reviewed_at == untimed and _identity(one) in recorded
    }
    if fresh := [one for one in rows if one not in old]:
        review_ledger.record_reviews(ledger, fresh)
    newest = {_subject(one): one.label for one in sorted(known, key=BY_TIME)}
    # of several rows about one answer the last is what the reviewer says now
    last = {_subject(one): one for one in rows}
    set_back = [
        one
        for one in last.values()
        if one in old and newest[_subject(one)] != one.label
    ]
    if not set_back:
        return []
    return [
        f"{exported}: {len(set_back):,} labels were recorded before, and others since: "
        "give reviewed_at"
    ]


def _subject(review: Review) -> tuple[str, ...]:
    return review.interaction_id, review.dimension, review.reviewer


def _identity(review: Review) -> tuple[str, ...]:
    return *_subject(review), review.label, review.note


def _written_at(file: Path) -> str:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC).strftime(TIME)


def _list(file: Path, options: Options) -> Done:
    draws, reviews = review_ledger.load(file)
    waiting = review_ledger.awaited(draws, reviews)
    return [asdict(draw) for draw in waiting], _listed(file, draws, waiting)


def _listed(file: Path, draws: Sequence[Draw], waiting: Sequence[Draw]) -> list[str]:
    audits = sum(draw.review_reason == "audit" for draw in draws)
    if not draws:
        return [
            f"{file}: nothing was drawn yet: `llm-telemetry run` draws the queue; "
            "where it draws none, set quality_audits_per_day"
        ]
    head = f"{len(waiting):,} of {len(draws):,} drawn answers wait for a review"
    lines = [f"{head} ({audits:,} were drawn by random audits)"]
    lines += [_shown(draw) for draw in waiting[:SHOWN]]
    if len(waiting) > SHOWN:
        lines.append(f"and {len(waiting) - SHOWN:,} more: `review export queue.csv`")
    return lines


def _shown(draw: Draw) -> str:
    day = draw.timestamp_utc[:10]
    return f"{draw.interaction_id}  {day}  {draw.review_reason}"


def _mark(file: Path, options: Options) -> Done:
    if not options.target or not options.label:
        raise InputError(
            "review mark: name a call, and --as with ok, failure or unsure"
        )
    draws, _ = review_ledger.load(file)
    given = Review(
        interaction_id=options.target,
        dimension=_dimension(options.dimension),
        label=options.label,
        reviewer=options.by or places.user(),
        reviewed_at=_now(),
        note=options.note or "",
    )
    review_ledger.record_reviews(file, [given])
    lines = [f"{given.interaction_id}: {given.label} in {given.dimension}"]
    is_drawn = options.target in {draw.interaction_id for draw in draws}
    if not is_drawn:
        lines.append("it was not drawn: the label is kept, and counts in no rate")
    return {**asdict(given), "is_drawn": is_drawn}, lines


def _export(file: Path, options: Options) -> Done:
    target = _file(options, "export")
    draws, reviews = review_ledger.load(file)
    _check_imported(target, reviews, options)
    waiting = review_ledger.awaited(draws, reviews)
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(asdict(draw) for draw in waiting)
    bundle.write({target.name: text.getvalue().encode()}, target.parent)
    line = f"{target}: {len(waiting):,} answers to review: fill in label"
    return {"file": str(target), "answers": len(waiting)}, [line]


def _import(file: Path, options: Options) -> Done:
    target = _file(options, "import")
    reviews = _read(target, options)
    drawn = {draw.interaction_id for draw in review_ledger.load(file)[0]}
    fresh = review_ledger.record_reviews(file, reviews)
    lines = [f"{target}: {len(reviews):,} labels, of which {fresh:,} are new"]
    others = [one.interaction_id for one in reviews if one.interaction_id not in drawn]
    if others:
        lines.append(
            f"{len(others):,} of them are of answers that were not drawn, such as "
            f"{others[0]}: they are kept, and count in no rate"
        )
    counts = {"labels": len(reviews), "new": fresh, "not_drawn": len(others)}
    return {"file": str(target), **counts}, lines


def _check_imported(target: Path, known: Sequence[Review], options: Options) -> None:
    """Raise InputError where a file would be replaced that has labels to import."""
    if not target.is_file():
        return
    recorded = {(one.interaction_id, one.dimension, one.label) for one in known}
    try:
        filled = _read(target, options)
    except InputError as error:
        raise InputError(
            f"{target}: exists, and is no file of reviews: name another"
        ) from error
    lost = [
        one
        for one in filled
        if (one.interaction_id, one.dimension, one.label) not in recorded
    ]
    if lost:
        raise InputError(
            f"{target}: exists, and has {len(lost):,} labels that are not recorded: "
            "import it first, or name another file"
        )


def _read(target: Path, options: Options) -> list[Review]:
    """Return the labelled rows of a CSV file; raise InputError with every wrong one.

    Of several rows of one reviewer about one answer and time, the last counts.
    """
    rows = _rows(target)
    written_at = _written_at(target)
    found: dict[tuple[str, ...], Review] = {}
    wrong = []
    for line, values in rows:
        label = values["label"].lower()
        if not label:
            continue
        place = f"{target}: row {line}"
        reviewed_at = _time(values.get("reviewed_at", ""), written_at)
        if not values["interaction_id"]:
            wrong.append(f"{place}: interaction_id is empty: name the call")
        elif label not in LABELS:
            words = "write ok, failure or unsure"
            wrong.append(f"{place}: label is {label[:40]!r}: {words}")
        elif reviewed_at is None:
            words = "write a date and time such as 2025-12-31T10:00:00Z"
            given = values["reviewed_at"][:40]
            wrong.append(f"{place}: reviewed_at is {given!r}: {words}")
        else:
            one = Review(
                interaction_id=values["interaction_id"],
                dimension=_dimension(values.get("dimension") or options.dimension),
                label=label,
                reviewer=values.get("reviewer") or options.by or places.user(),
                reviewed_at=reviewed_at,
                note=values.get("note", ""),
            )
            found[(*_subject(one), reviewed_at)] = one
    if wrong:
        raise InputError(*wrong)
    return list(found.values())


def _rows(target: Path) -> list[tuple[int, dict[str, str]]]:
    """Return the number of each line and its values by column."""
    try:
        content = target.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise InputError(f"{target}: {reason}") from error
    # a note may be longer than the reader's usual limit
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    rows = csv.DictReader(io.StringIO(content), strict=True)
    try:
        header = rows.fieldnames or ()
        if missing := [name for name in NEEDED if name not in header]:
            names = " and ".join(missing)
            words = f"columns {names} are" if missing[1:] else f"column {names} is"
            raise InputError(
                f"{target}: {words} missing: its first row is "
                f"{','.join(header)[:80]!r}, with commas between the columns"
            )
        return [
            (rows.line_num, {name: (row[name] or "").strip() for name in row if name})
            for row in rows
        ]
    except csv.Error as error:
        place = f"{target}: row {rows.reader.line_num}"
        raise InputError(
            f"{place}: a quotation mark that is not closed, or not doubled ({error})"
        ) from error


def _time(text: str, otherwise: str) -> str | None:
    """Return a time of ISO 8601 in UTC; None for any other text."""
    if not text:
        return otherwise
    try:
        given = datetime.fromisoformat(text)
        in_utc = given.astimezone(UTC) if given.tzinfo else given
    except (ValueError, OverflowError):
        return None
    return in_utc.strftime(TIME)


def _dimension(text: str | None) -> str:
    """Return the name of a dimension as it is spelt everywhere: bad_answer."""
    return "_".join((text or "").lower().split()) or DIMENSION


def _file(options: Options, action: str) -> Path:
    if not options.target:
        raise InputError(f"review {action}: name a CSV file")
    return Path(options.target)


def _now() -> str:
    return datetime.now(UTC).strftime(TIME)
