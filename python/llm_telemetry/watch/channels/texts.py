"""Texts of a message, cut and freed of what a receiver would take for a command."""

import re

from llm_telemetry.watch.message import Message

CUT = "… (cut)"
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
# of a title, which a mail shows as its subject
MAX_TITLE = 200


def one_line(text: str, limit: int = MAX_TITLE) -> str:
    """Return a text without line breaks and control characters, cut to a length."""
    line = " ".join(CONTROLS.sub(" ", text).split())
    return line if len(line) <= limit else line[: limit - len(CUT)] + CUT


def plain(message: Message) -> str:
    """Return title, text and link of a message, a paragraph each."""
    text = CONTROLS.sub(" ", message.text.replace("\r\n", "\n")).strip()
    parts = (one_line(message.title), text, link(message))
    return "\n\n".join(part for part in parts if part)


def link(message: Message) -> str:
    """Return the URL of a message where it is one of the web."""
    url = message.url or ""
    return url if re.fullmatch(r"https?://[!-~]+", url) else ""


def cut(text: str, units: int) -> str:
    """Return a text of at most so many UTF-16 units, as chat services count them."""
    if len(text.encode("utf-16-le", "replace")) <= 2 * units:
        return text
    kept = text.encode("utf-16-le", "replace")[: 2 * (units - len(CUT))]
    return kept.decode("utf-16-le", "ignore") + CUT
