"""What a model said: label and score, or why there are none. Its reason is dropped."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from llm_telemetry.judge.llm.rubric import BEST, WORST, Rubric

FENCE = re.compile(r"```[a-zA-Z]*\s*\n(.*?)```", re.S)
MODEL_NAME = re.compile(r"[A-Za-z0-9_.:/@+-]{1,200}")
THOUGHTS = re.compile(r"^.*</think>", re.S)
KEYS = ("reason", "label", "score")
MOST_TOKENS = 10**9
# why there is no score, of an answer that came
CUT, REFUSAL, FILTERED = "cut", "refusal", "content_filter"
MALFORMED, OFF_SCHEMA = "malformed", "off_schema"
# another try may bring another answer
ASKED_AGAIN = (MALFORMED, OFF_SCHEMA)


@dataclass(frozen=True)
class Reply:
    """One answer of the endpoint; a score of the scale, or an error_type."""

    label: str | None = None
    score: int | None = None
    error_type: str | None = None
    response_model: str | None = None
    # input and output; None where the endpoint does not say
    tokens: tuple[int, int] | None = None


def read(body: bytes, rubric: Rubric) -> Reply:
    """Return what an answer with status 200 says."""
    document = parsed(body)
    if document is None:
        return Reply(error_type=MALFORMED)
    about: dict[str, Any] = {
        "response_model": model_name(document.get("model")),
        "tokens": _tokens(document.get("usage")),
    }
    text, error = _said(document)
    if error is None:
        label, score, error = _judgement(text, rubric)
        if error is None:
            return Reply(label=label, score=score, **about)
    return Reply(error_type=error, **about)


def parsed(body: bytes) -> dict[str, Any] | None:
    """Return an object of JSON, or None where it is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def model_name(value: object) -> str | None:
    """Return a model's name, or None for a text that may be anything else.

    It is kept and printed, and an endpoint could repeat there what it was asked.
    """
    is_name = isinstance(value, str) and MODEL_NAME.fullmatch(value)
    return str(value) if is_name else None


def _tokens(usage: object) -> tuple[int, int] | None:
    """Return the tokens that the endpoint counted; None where it counted none."""
    if not isinstance(usage, dict):
        return None
    given = _count(usage.get("prompt_tokens"))
    said = _count(usage.get("completion_tokens"))
    # what was sent is not empty
    return (given, said) if given and said is not None else None


def _count(value: object) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value <= MOST_TOKENS else None


def _said(parsed: Mapping[str, Any]) -> tuple[str, str | None]:
    """Return the text of the answer, or why there is none."""
    choices = parsed.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        return "", MALFORMED
    finish = choice.get("finish_reason")
    if finish == "length":
        return "", CUT
    if finish == "content_filter":
        return "", FILTERED
    if message.get("refusal"):
        return "", REFUSAL
    text = _text(message.get("content")) or _arguments(message.get("tool_calls"))
    return (text, None) if text else ("", REFUSAL)


def _text(content: object) -> str:
    if isinstance(content, str):
        return content.strip()
    if not isinstance(content, list):
        return ""
    parts = (part.get("text") for part in content if isinstance(part, dict))
    return "".join(part for part in parts if isinstance(part, str)).strip()


def _arguments(calls: object) -> str:
    """Return the arguments of a call of a tool, where there is exactly one."""
    if not isinstance(calls, list) or len(calls) != 1 or not isinstance(calls[0], dict):
        return ""
    function = calls[0].get("function")
    arguments = function.get("arguments") if isinstance(function, dict) else None
    return arguments.strip() if isinstance(arguments, str) else ""


def _judgement(text: str, rubric: Rubric) -> tuple[str | None, int | None, str | None]:
    """Return label, score and None, or why the text is no judgement."""
    text = THOUGHTS.sub("", text)
    fenced = FENCE.findall(text)
    if len(fenced) == 1:
        text = fenced[0]
    start = text.find("{")
    if start < 0:
        return None, None, MALFORMED
    try:
        found, end = _decoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return None, None, MALFORMED
    if "{" in text[end:]:
        return None, None, MALFORMED
    if set(found) != set(KEYS):
        return None, None, OFF_SCHEMA
    label, score = found["label"], found["score"]
    is_whole = (isinstance(score, int) and not isinstance(score, bool)) or (
        isinstance(score, float) and score.is_integer()
    )
    if (
        not isinstance(found["reason"], str)
        or not isinstance(label, str)
        or label not in rubric.labels
        or not is_whole
        or not WORST <= score <= BEST
    ):
        return None, None, OFF_SCHEMA
    return label, int(score), None


def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(parse_constant=_refuse, object_pairs_hook=_once)


def _refuse(text: str) -> None:
    raise ValueError(text)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; raise ValueError where a key is there twice."""
    if len(dict(pairs)) < len(pairs):
        raise ValueError
    return dict(pairs)
