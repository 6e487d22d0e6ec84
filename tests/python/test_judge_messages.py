"""The question and the answer are found in every shape in which they are logged."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_telemetry.judge.messages import answer, question

ASKED, SAID = "capital of France?", "It is Paris."
SYSTEM = {"role": "system", "content": "be brief"}


def otlp(value: Any) -> Any:
    """Return a value as OTLP's JSON wraps it."""
    if isinstance(value, dict):
        pairs = [{"key": key, "value": otlp(one)} for key, one in value.items()]
        return {"kvlistValue": {"values": pairs}}
    if isinstance(value, list):
        return {"arrayValue": {"values": [otlp(one) for one in value]}}
    return {"stringValue": value}


def parts(role: str, text: str) -> dict[str, Any]:
    """Return a message of OpenTelemetry's conventions."""
    return {"role": role, "parts": [{"type": "text", "content": text}]}


PROMPTS: dict[str, Any] = {
    "messages": [SYSTEM, {"role": "user", "content": ASKED}],
    "request": {"model": "m", "messages": [{"role": "user", "content": ASKED}]},
    "parts": [parts("system", "be brief"), parts("user", ASKED)],
    "otlp": otlp([parts("system", "be brief"), parts("user", ASKED)]),
    "blocks": {
        "anthropic_version": "v",
        "system": "be brief",
        "messages": [{"role": "user", "content": [{"type": "text", "text": ASKED}]}],
    },
    "gemini": {"contents": [{"role": "user", "parts": [{"text": ASKED}]}]},
    "titan": {"inputText": ASKED},
    "after tools": [
        {"role": "user", "content": ASKED},
        {"role": "assistant", "content": None},
        {"role": "tool", "content": "Paris, Lyon"},
        {"role": "user", "parts": [{"type": "tool_call_response", "result": "x"}]},
    ],
    "of several turns": [
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": "hi"},
        {"role": "user", "content": ASKED},
    ],
    "one field": {"question": ASKED},
}
ANSWERS: dict[str, Any] = {
    "choices": {"id": "x", "choices": [{"index": 0, "message": {"content": SAID}}]},
    "message": {"role": "assistant", "content": SAID},
    "parts": [parts("assistant", SAID)],
    "otlp": otlp([parts("assistant", SAID)]),
    "with a tool": [
        {
            "role": "assistant",
            "parts": [
                {"type": "reasoning", "content": "the user asks"},
                {"type": "text", "content": SAID},
                {"type": "tool_call", "name": "f", "arguments": {"content": "no"}},
            ],
        }
    ],
    "blocks": {"role": "assistant", "content": [{"type": "text", "text": SAID}]},
    "gemini": {
        "candidates": [{"content": {"role": "model", "parts": [{"text": SAID}]}}]
    },
    "titan": {"results": [{"tokenCount": 3, "outputText": SAID}]},
    "responses": {
        "object": "response",
        "output": [
            {
                "type": "message",
                "role": "assistant",
                "content": [{"type": "output_text", "text": SAID}],
            }
        ],
    },
}


@pytest.mark.parametrize("shape", PROMPTS)
def test_the_question_is_what_the_user_asked_last(shape: str) -> None:
    assert question(json.dumps(PROMPTS[shape])) == ASKED


@pytest.mark.parametrize("shape", ANSWERS)
def test_the_answer_is_what_was_said(shape: str) -> None:
    assert answer(json.dumps(ANSWERS[shape])) == SAID


@pytest.mark.parametrize(
    "nothing",
    [
        None,
        "",
        "__REDACTED__",
        json.dumps([{"role": "assistant", "content": "__REDACTED__"}]),
        json.dumps({"choices": [{"message": {"content": None, "tool_calls": []}}]}),
        json.dumps([{"role": "assistant", "parts": [{"type": "tool_call"}]}]),
    ],
)
def test_where_nothing_was_said_there_is_no_answer(nothing: str | None) -> None:
    assert answer(nothing) is None


def test_lines_of_one_message_are_one_answer() -> None:
    blocks = [json.dumps([{"type": "text", "text": text}]) for text in ("One.", "Two.")]
    assert answer(" ".join(blocks)) == "One.\nTwo."


@pytest.mark.parametrize("text", ["{not JSON", "[1] see the list", "plain", '"open'])
def test_a_text_that_is_no_json_is_the_text(text: str) -> None:
    assert answer(text) == text
    assert question(text) == text


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["role", "content", "parts", "type", "messages", "kvlistValue"]
                )
                | st.text(max_size=3),
                inner,
                max_size=3,
            )
        ),
        max_leaves=8,
    )
)
def test_any_json_is_a_text_or_nothing(value: Any) -> None:
    for read in (question, answer):
        found = read(json.dumps(value))
        assert found is None or found.strip()
