"""The examples run as they are printed, and what they land is what they did."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import landed
import pytest
from conftest import ROOT

pytest.importorskip("opentelemetry.sdk", reason="needs the extra `capture`")
pytest.importorskip("openai", reason="needs the openai client")

SESSIONS = 60


def example(name: str, landing: Path) -> str:
    """Run an example; return what it printed."""
    command = [sys.executable, "-W", "error", f"examples/{name}.py", str(landing)]
    return subprocess.run(
        command, cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout


def test_the_basic_example_lands_each_question(tmp_path: Path) -> None:
    printed = example("basic", tmp_path)
    assert printed.splitlines()[0] == "captured: openai"
    spans = [landed.attributes(span) for span in landed.spans(tmp_path)]
    assert {span["session.id"] for span in spans} == {f"session-{n}" for n in range(3)}
    assert len(spans) == 3


def test_the_workflow_example_lands_every_step(tmp_path: Path) -> None:
    example("workflow", tmp_path)
    spans = landed.spans(tmp_path)
    kinds = Counter(landed.attributes(s)["gen_ai.operation.name"] for s in spans)
    # sessions 7, 27 and 47 meet a model that is busy, and ask another
    assert kinds == {
        "chat": 2 * SESSIONS + 3,
        "execute_tool": 20,
        "invoke_workflow": 60,
    }
    events = Counter(
        landed.attributes(e)["gen_ai.evaluation.name"] for e in landed.events(tmp_path)
    )
    assert events == {"hallucination": SESSIONS, "user_feedback": 15}
    assert len({span["traceId"] for span in spans}) == SESSIONS
    again = [s for s in spans if landed.attributes(s).get("app.retry_index") == "1"]
    assert len(again) == 3
