"""What an app records reaches the landed files, and nothing else does."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import landed
import pytest
from conftest import ROOT

pytest.importorskip("opentelemetry.sdk", reason="needs the extra `capture`")
pytest.importorskip("openai", reason="needs the openai client")

APP = ROOT / "tests" / "python" / "capture_app.py"
MARKER = "xyzzy-4711"


@dataclass(frozen=True)
class Landed:
    """What the app landed, and what it said of itself."""

    folder: Path
    report: dict[str, Any]
    spans: list[landed.Json]
    events: list[landed.Json]

    def of(self, session: str) -> list[dict[str, Any]]:
        """Return the attributes of the calls of one session."""
        found = map(landed.attributes, self.spans)
        return [
            span
            for span in found
            if span.get("session.id") == session
            and span.get("gen_ai.operation.name") == "chat"
        ]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Landed:
    folder = tmp_path_factory.mktemp("landing")
    command = [sys.executable, "-W", "error", str(APP), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert not done.stderr, done.stderr
    report = json.loads(done.stdout)
    return Landed(folder, report, landed.spans(folder), landed.events(folder))


def test_an_app_that_captures_loads_nothing_else_of_the_package() -> None:
    heavy = "{'dbt', 'duckdb', 'numpy', 'pandas', 'sklearn'}"
    code = f"import sys, llm_telemetry.capture; assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_it_says_what_is_switched_on_and_a_second_call_changes_nothing(
    app: Landed,
) -> None:
    assert "openai" in app.report["switched_on"]
    assert app.report["again"] == app.report["switched_on"]
    ids = [(span["traceId"], span["spanId"]) for span in app.spans]
    assert len(ids) == len(set(ids))


def test_an_inner_block_adds_to_the_outer_and_ends(app: Landed) -> None:
    inner, outer = app.of("nested")
    assert (inner["app.use_case"], outer["app.use_case"]) == ("inner", "outer")
    assert inner["app.propensity"] == outer["app.propensity"] == 0.25
    assert inner["app.retry_index"] == "1"
    assert inner["app.prompt_id"] == "00000000-0000-0000-0000-000000000007"
    assert "app.retry_index" not in outer
    calls = [s for s in map(landed.attributes, app.spans) if "gen_ai.response.id" in s]
    assert sum("session.id" not in call for call in calls) == 1


@pytest.mark.parametrize("session", ["thread", "pool-1", "pool-2", "task-1", "task-2"])
def test_threads_and_tasks_keep_the_context_they_were_started_in(
    app: Landed, session: str
) -> None:
    assert len(app.of(session)) == 1


def test_no_context_travels_in_a_header(app: Landed) -> None:
    assert "traceparent" in app.report["injected"]
    assert "baggage" not in app.report["injected"]
    assert "user-of-the-header" not in json.dumps(app.report["injected"])
    assert app.report["headers"]
    for headers in app.report["headers"]:
        assert "baggage" not in {name.lower() for name in headers}
        assert "nested" not in headers.values()


def test_no_content_is_landed_though_the_app_records_it(app: Landed) -> None:
    assert MARKER in "".join(app.report["seen_by_the_app"])
    files = [file for file in app.folder.rglob("*") if file.is_file()]
    assert len(files) == 2
    assert not [file for file in files if MARKER.encode() in file.read_bytes()]


def test_a_refusal_keeps_its_kind_and_loses_its_text(app: Landed) -> None:
    assert f"policy: What is {MARKER}?" in "".join(app.report["seen_by_the_app"])
    status = {
        landed.attributes(span)["session.id"]: span["status"]
        for span in app.spans
        if span.get("status", {}).get("code") == 2
        and landed.attributes(span).get("gen_ai.operation.name") == "chat"
    }
    assert status == {
        "filtered": {"code": 2, "message": "content_filter"},
        "limited": {"code": 2, "message": "rate_limit"},
        "abandoned": {"code": 2, "message": "abandoned stream"},
    }
    (refused,) = app.of("filtered")
    assert refused["error.type"] == "openai.BadRequestError"


def test_tools_are_spans_and_their_exceptions_pass_through(app: Landed) -> None:
    tools = {
        landed.attributes(span)["gen_ai.tool.name"]: span
        for span in app.spans
        if landed.attributes(span).get("gen_ai.operation.name") == "execute_tool"
    }
    assert set(tools) == {"find_invoice", "send_mail"}
    failed = landed.attributes(tools["find_invoice"])
    assert failed["error.type"] == "LookupError"
    assert failed["session.id"] == "steps"
    assert tools["find_invoice"]["status"] == {"code": 2, "message": "error"}
    assert "error.type" not in landed.attributes(tools["send_mail"])


def test_branches_are_events_of_the_workflow_or_of_a_span_of_their_own(
    app: Landed,
) -> None:
    branches = {
        span["name"]: landed.attributes(event)
        for span in app.spans
        for event in span.get("events", ())
        if event["name"] == "app.branch.decision"
    }
    assert branches == {
        "invoke_workflow support": {
            "app.branch.from": "classify",
            "app.branch.to": "look_up",
            "app.branch.condition": "is_billing",
            "app.branch.result": True,
        },
        # it was recorded outside of any
        "span": {
            "app.branch.from": "look_up",
            "app.branch.to": "answer",
            "app.branch.condition": "is_found",
            "app.branch.result": False,
        },
    }


def test_evaluations_name_the_response_or_the_span(app: Landed) -> None:
    names = [event["eventName"] for event in app.events]
    assert sorted(names) == ["app.note", *["gen_ai.evaluation.result"] * 2]
    by_name = {
        landed.attributes(event).get("gen_ai.evaluation.name"): event
        for event in app.events
    }
    feedback = landed.attributes(by_name["user_feedback"])
    assert feedback["gen_ai.response.id"] == app.report["response_id"]
    assert feedback["gen_ai.evaluation.score.value"] == -1.0
    assert feedback["gen_ai.evaluation.score.label"] == "thumbs_down"
    judged = by_name["toxicity"]
    (workflow,) = (s for s in app.spans if s["name"] == "invoke_workflow support")
    assert (judged["traceId"], judged["spanId"]) == (
        workflow["traceId"],
        workflow["spanId"],
    )
    assert landed.attributes(judged)["app.evaluator"] == "judge-1"
