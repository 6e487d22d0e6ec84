"""`llm-telemetry explain`: a reason in words, and what to do about it."""

from difflib import get_close_matches
from types import SimpleNamespace

from llm_telemetry import reasons
from llm_telemetry.errors import InputError


def explain(options: SimpleNamespace) -> int:
    """Say what a reason means, which decisions give it, and what to do."""
    print("\n".join(lines(options.reason)))
    return 0


def lines(written: str) -> list[str]:
    """Return a paragraph per meaning; raise InputError where there is none."""
    known = reasons.found(written) or reasons.found(written.lower())
    if not known:
        raise InputError(f"explain {written}: no such reason: {_hint(written)}")
    paragraphs = [
        [
            one.reason,
            f"  given by: {', '.join(one.decisions)}",
            f"  meaning:  {one.words}",
            f"  to do:    {one.advice}",
        ]
        for one in known
    ]
    first, *others = paragraphs
    return [*first, *(line for other in others for line in ("", *other))]


def _hint(written: str) -> str:
    codes = [code for one in reasons.listed() for code in one.codes()]
    similar = get_close_matches(written.lower(), codes, n=1)
    if similar:
        return f"did you mean {similar[0]}?"
    return "docs/reference/reasons.md lists them"
