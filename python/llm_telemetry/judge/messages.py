"""The text of a prompt or an answer, out of the shapes in which it is logged."""

import json
from collections.abc import Iterator
from typing import Any

# a value of OTLP's JSON is an object of one of these
LEAVES = ("stringValue", "intValue", "doubleValue", "boolValue")
MESSAGES = ("messages", "contents", "input", "inputs", "prompt", "request")
ANSWERS = ("choices", "message", "candidates", "output", "outputs", "results")
TEXTS = (
    *("content", "parts", "text", "inputText", "outputText", "output_text"),
    *("completion", "generation", "response", "answer", "value"),
)
ASKS = ("user", "human")
ANSWERS_AS = ("assistant", "model", "ai")
# parts of a message that nobody said
NOT_SAID = ("tool", "function", "reasoning", "thinking", "image", "audio", "refusal_")
# what stands for a text that was not logged
PLACEHOLDERS = ("__REDACTED__", "[REDACTED]", "<REDACTED>", "redacted-by-litellm")
DECODER = json.JSONDecoder()


def question(prompt: str | None) -> str | None:
    """Return what the user asked last; as it is where it is no list of messages."""
    parsed = _parsed(prompt)
    messages = _messages(parsed)
    if not messages:
        return _text(parsed) or None
    asked = (_text(one) for one in reversed(messages) if _role(one) in ASKS)
    return next(filter(None, asked), None)


def answer(response: str | None) -> str | None:
    """Return what was answered, without calls of tools; None where nothing was said."""
    parsed = _parsed(response)
    messages = _messages(parsed)
    said = [one for one in messages if _role(one) in ANSWERS_AS]
    return _text(said or messages or parsed) or None


def _parsed(text: str | None) -> Any:
    """Return the values of a text of JSON, or the text if it is none.

    A log in lines may have several values of one message after each other.
    """
    if text is None or not text.lstrip().startswith(("{", "[", '"')):
        return text
    values, place = [], 0
    try:
        while place < len(text):
            value, place = DECODER.raw_decode(text, place)
            values.append(value)
            while text[place : place + 1].isspace():
                place += 1
    except (ValueError, RecursionError):
        return text
    return _plain(values[0] if len(values) == 1 else values)


def _plain(value: Any) -> Any:
    """Return a value without the types that OTLP wraps it in."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("kvlistValue"), dict):
        pairs = value["kvlistValue"].get("values") or []
        return {pair.get("key"): _plain(pair.get("value")) for pair in pairs}
    if isinstance(value.get("arrayValue"), dict):
        return [_plain(one) for one in value["arrayValue"].get("values") or []]
    for leaf in LEAVES:
        if leaf in value and len(value) == 1:
            return value[leaf]
    return {key: _plain(one) for key, one in value.items()}


def _messages(value: Any, depth: int = 0) -> list[dict[str, Any]]:
    """Return the first list of messages within a value."""
    if isinstance(value, dict) and _role(value):
        return [value]
    if isinstance(value, list):
        found = [one for one in value if isinstance(one, dict) and _role(one)]
        return found or next(filter(None, (_messages(o, depth) for o in value)), [])
    if not isinstance(value, dict) or depth > 4:
        return []
    inner = (value[key] for key in (*MESSAGES, *ANSWERS, *TEXTS) if key in value)
    return next(filter(None, (_messages(one, depth + 1) for one in inner)), [])


def _role(message: dict[str, Any]) -> str:
    role = message.get("role", message.get("type"))
    known = ("system", "developer", "tool", *ASKS, *ANSWERS_AS)
    return role.lower() if isinstance(role, str) and role.lower() in known else ""


def _text(value: Any) -> str:
    """Return the texts of a value, a line each, without those that were not logged."""
    texts = (text.strip() for text in _texts(value))
    return "\n".join(text for text in texts if text and text not in PLACEHOLDERS)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict) and not _is_not_said(value):
        keys = [key for key in (*TEXTS, *MESSAGES, *ANSWERS) if value.get(key)]
        if keys:
            yield from _texts(value[keys[0]])
        elif all(isinstance(one, str) for one in value.values()):
            yield from value.values()


def _is_not_said(value: dict[str, Any]) -> bool:
    kind = value.get("type")
    return isinstance(kind, str) and kind.lower().startswith(NOT_SAID)
