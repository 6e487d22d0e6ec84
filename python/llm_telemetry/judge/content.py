"""Prompts and answers, read from raw telemetry into memory, and written nowhere."""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from llm_telemetry.config.knobs import CONTRACT
from llm_telemetry.errors import InputError
from llm_telemetry.judge import messages
from llm_telemetry.warehouse.build import Progress, read_contents

if TYPE_CHECKING:
    # slow to import
    import pandas as pd

COLUMNS = ("id", "prompt_id", "prompt", "answer")
# of a digest's first eight bytes
PLACES = 2**64


def is_sampled(interaction_id: str, share: float) -> bool:
    """Return whether a call is in a sample, the same on every machine and at any time.

    A smaller sample is part of each larger one. The digest is of no other draw, so that
    the sample does not depend on those.
    """
    return position(interaction_id) < share


def position(interaction_id: str) -> float:
    """Return the place of a call in [0, 1], below which are the samples without it."""
    digest = hashlib.sha256(f"judge sample|{interaction_id}".encode()).digest()
    # never 1: a float has fewer digits than the digest
    return (int.from_bytes(digest[:8]) >> 11) / (PLACES >> 11)


def read(
    data_dir: Path,
    sources: Sequence[str],
    *,
    is_wanted: Callable[[str], bool],
    is_redacted: bool,
    progress: Progress,
    needs: str = "answer",
) -> "pd.DataFrame":
    """Return id, prompt_id, prompt and answer of the wanted calls, one row per call.

    The models of each source read them, and `messages` takes out what the user asked
    last and what was answered: null where the telemetry has no text. With
    ``is_redacted``, keys, addresses and numbers of cards and phones are replaced, for
    what leaves this machine. Raises InputError where no source has texts, or no call
    has the one that is needed, prompt or answer.
    """
    import pandas as pd

    named = _with_texts(sources)
    found: dict[str, tuple[str | None, ...]] = {}

    def take(content: Mapping[str, str | None]) -> None:
        name = content["interaction_id"]
        if name is not None and is_wanted(name):
            prompt = messages.question(content["prompt_text"])
            answer = messages.answer(content["response_text"])
            # the same call of two sources is one call
            if name not in found or answer is not None:
                found[name] = (name, content["prompt_id"], prompt, answer)

    read_contents(data_dir, named, take, is_redacted=is_redacted, progress=progress)
    calls = pd.DataFrame(sorted(found.values()), columns=list(COLUMNS), dtype="object")
    if calls[needs].isna().all():
        raise InputError(
            f"{data_dir}: no {needs} of {len(calls):,} calls is in the telemetry: "
            "record the content of messages where it is emitted "
            "(docs/guides/capture.md)"
        )
    return calls


def _with_texts(sources: Sequence[str]) -> list[str]:
    """Return the sources that may have prompts and answers; raise if there is none."""
    named = [source for source in sources if source != CONTRACT]
    if not named:
        raise InputError(
            f"sources: {CONTRACT} has no prompts and answers: name the format of the "
            "raw telemetry with --sources"
        )
    return named


def audited(interactions: Collection[str], share: float) -> Callable[[str], bool]:
    """Return what says whether a call is wanted: in the sample, or in an audit.

    The rate needs the scores of every call that people label.
    """
    return lambda name: name in interactions or is_sampled(name, share)
