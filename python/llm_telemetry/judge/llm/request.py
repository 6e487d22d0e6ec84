"""What is sent to the endpoint, in the words that it takes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from llm_telemetry.judge.llm.rubric import Rubric

FORMATS = ("json_schema", "json_object", "plain")
TOKENS = ("max_tokens", "max_completion_tokens")
# what a request counts beside the bytes of its texts: roles and separators
OVERHEAD_TOKENS = 256


@dataclass(frozen=True)
class Shape:
    """What the endpoint was found to take."""

    response_format: str = FORMATS[0]
    max_tokens: str = TOKENS[0]
    has_temperature: bool = True


def document(
    rubric: Rubric, model: str, texts: Mapping[str, str], shape: Shape, max_tokens: int
) -> dict[str, Any]:
    """Return the request that asks for one judgement."""
    given = {name: texts[name] for name in rubric.texts}
    made: dict[str, Any] = {
        "model": model,
        "messages": [
            {"role": "system", "content": rubric.instructions},
            {"role": "user", "content": json.dumps(given, ensure_ascii=False)},
        ],
        shape.max_tokens: max_tokens,
    }
    if shape.has_temperature:
        made["temperature"] = 0
    if shape.response_format == "json_schema":
        schema = {"name": "judgement", "strict": True, "schema": rubric.schema}
        made["response_format"] = {"type": "json_schema", "json_schema": schema}
    elif shape.response_format == "json_object":
        made["response_format"] = {"type": "json_object"}
    return made


def most_tokens(request: Mapping[str, Any]) -> int:
    """Return more tokens than the input can have: one for each byte, and some."""
    parts = (request["messages"], request.get("response_format"))
    content = json.dumps(parts, ensure_ascii=False)
    return len(content.encode("utf-8", "replace")) + OVERHEAD_TOKENS


def adapted(shape: Shape, body: bytes) -> Shape | None:
    """Return what to try after a request was refused, or None after the last.

    The answer may name what it does not take; otherwise one thing after the other is
    left out, the least important first.
    """
    text = body.decode("utf-8", "replace").lower()
    tokens = _without_max_tokens(shape)
    without_temperature = (
        replace(shape, has_temperature=False) if shape.has_temperature else None
    )
    looser = _with_looser_format(shape)
    named = (
        ("max_tokens", tokens),
        ("temperature", without_temperature),
        ("response_format", looser),
        ("json_schema", looser),
        ("schema", looser),
    )
    for word, changed in named:
        if word in text and changed is not None:
            return changed
    return next((one for one in (looser, tokens, without_temperature) if one), None)


def _without_max_tokens(shape: Shape) -> Shape | None:
    if shape.max_tokens == TOKENS[1]:
        return None
    return replace(shape, max_tokens=TOKENS[1])


def _with_looser_format(shape: Shape) -> Shape | None:
    place = FORMATS.index(shape.response_format) + 1
    if place == len(FORMATS):
        return None
    return replace(shape, response_format=FORMATS[place])
