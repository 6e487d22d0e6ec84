"""The command `review`: what waits for a reviewer, and what reviewers said."""

import csv
import io
import json
from collections.abc import Iterable
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

ACTIONS = ("list", "mark", "export", "import")
# a reviewer fills in the last four
COLUMNS = (
    *("interaction_id", "timestamp_utc", "review_reason", "review_probability"),
    *("label", "dimension", "reviewer", "note"),
)
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
    return actions[options.action](file, options), 0


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
    rows = list(_read(exported, unnamed))
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


def _list(file: Path, options: Options) -> list[str]:
    draws, reviews = review_ledger.load(file)
    waiting = review_ledger.awaited(draws, reviews)
    if options.json:
        return [json.dumps([asdict(draw) for draw in waiting], indent=2)]
    audits = sum(draw.review_reason == "audit" for draw in draws)
    if not draws:
        return [f"{file}: nothing was drawn yet: `llm-telemetry run` draws the queue"]
    head = f"{len(waiting):,} of {len(draws):,} drawn answers wait for a review"
    lines = [f"{head} ({audits:,} were drawn by random audits)"]
    lines += [_shown(draw) for draw in waiting[:SHOWN]]
    if len(waiting) > SHOWN:
        lines.append(f"and {len(waiting) - SHOWN:,} more: `review export queue.csv`")
    return lines


def _shown(draw: Draw) -> str:
    day = draw.timestamp_utc[:10]
    return f"{draw.interaction_id}  {day}  {draw.review_reason}"


def _mark(file: Path, options: Options) -> list[str]:
    if not options.target or not options.label:
        raise InputError(
            "review mark: name a call, and --as with ok, failure or unsure"
        )
    draws, _ = review_ledger.load(file)
    given = Review(
        interaction_id=options.target,
        dimension=options.dimension or DIMENSION,
        label=options.label,
        reviewer=options.by or places.user(),
        reviewed_at=_now(),
        note=options.note or "",
    )
    review_ledger.record_reviews(file, [given])
    lines = [f"{given.interaction_id}: {given.label} in {given.dimension}"]
    if options.target not in {draw.interaction_id for draw in draws}:
        lines.append("it was not drawn: the label is kept, and counts in no rate")
    return lines


def _export(file: Path, options: Options) -> list[str]:
    target = _file(options, "export")
    draws, reviews = review_ledger.load(file)
    waiting = review_ledger.awaited(draws, reviews)
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(asdict(draw) for draw in waiting)
    bundle.write({target.name: text.getvalue().encode()}, target.parent)
    return [f"{target}: {len(waiting):,} answers to review: fill in label"]


def _import(file: Path, options: Options) -> list[str]:
    target = _file(options, "import")
    reviews = list(_read(target, options))
    fresh = review_ledger.record_reviews(file, reviews)
    return [f"{target}: {len(reviews):,} labels, of which {fresh:,} are new"]


def _read(target: Path, options: Options) -> Iterable[Review]:
    """Yield the labelled rows of a CSV file; raise InputError with every wrong one."""
    try:
        content = target.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise InputError(f"{target}: {reason}") from error
    rows = csv.DictReader(io.StringIO(content))
    missing = {"interaction_id", "label"} - set(rows.fieldnames or ())
    if missing:
        raise InputError(f"{target}: column {' and '.join(sorted(missing))} is missing")
    reviewed_at = _written_at(target)
    found, wrong = [], []
    for row in rows:
        values = {name: (value or "").strip() for name, value in row.items() if name}
        label = values["label"].lower()
        if not label:
            continue
        place = f"{target}: row {rows.line_num}"
        if not values["interaction_id"]:
            wrong.append(f"{place}: interaction_id is empty: name the call")
        elif label not in LABELS:
            words = "write ok, failure or unsure"
            wrong.append(f"{place}: label is {label[:40]!r}: {words}")
        found.append(
            Review(
                interaction_id=values["interaction_id"],
                dimension=values.get("dimension") or options.dimension or DIMENSION,
                label=label,
                reviewer=values.get("reviewer") or options.by or places.user(),
                reviewed_at=values.get("reviewed_at") or reviewed_at,
                note=values.get("note", ""),
            )
        )
    if wrong:
        raise InputError(*wrong)
    return found


def _file(options: Options, action: str) -> Path:
    if not options.target:
        raise InputError(f"review {action}: name a CSV file")
    return Path(options.target)


def _now() -> str:
    return datetime.now(UTC).strftime(TIME)
