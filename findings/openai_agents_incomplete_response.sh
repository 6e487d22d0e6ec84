#!/usr/bin/env bash
# openai-agents 0.24.0: an answer of the Responses API that ends incomplete (here: cut by
# max_output_tokens; a content filter alike) is an error in tracing, and what it used is
# nowhere: the response span has neither usage nor response id, though the API answered 200
# with 100 tokens in, 16 out, which are billed.
# Seen: ModelBehaviorError naming response.incomplete; span usage None, response_id None.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check uv==0.13.8
"$folder/venv/bin/uv" pip install --quiet --python "$folder/venv/bin/python" \
    openai-agents==0.24.0 openai==3.57.0
"$folder/venv/bin/python" - <<'PYTHON'
import asyncio
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from agents import Agent, OpenAIResponsesModel, Runner, set_trace_processors
from agents.exceptions import ModelBehaviorError
from agents.tracing import TracingProcessor
from openai import AsyncOpenAI

TEXT = {"type": "output_text", "text": "It was a", "annotations": []}
ANSWER = {
    "id": "resp_1", "object": "response", "created_at": 1, "model": "m",
    "status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"},
    "output": [{"type": "message", "id": "msg_1", "role": "assistant",
                "status": "incomplete", "content": [TEXT]}],
    "parallel_tool_calls": True, "tool_choice": "auto", "tools": [],
    "usage": {"input_tokens": 100, "output_tokens": 16, "total_tokens": 116,
              "input_tokens_details": {"cached_tokens": 0},
              "output_tokens_details": {"reasoning_tokens": 0}},
}


class Provider(BaseHTTPRequestHandler):
    def log_message(self, *words):
        pass

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        data = json.dumps(ANSWER).encode()
        kind = "application/json"
        if body.get("stream"):
            event = {"type": "response.incomplete", "sequence_number": 0}
            text = json.dumps(event | {"response": ANSWER})
            data = f"event: response.incomplete\ndata: {text}\n\n".encode()
            kind = "text/event-stream"
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class Kept(TracingProcessor):
    spans = []

    def on_span_end(self, span):
        if span.span_data.type == "response":
            self.spans.append(span.export())

    def on_trace_start(self, trace): ...
    def on_trace_end(self, trace): ...
    def on_span_start(self, span): ...
    def shutdown(self): ...
    def force_flush(self): ...


server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/v1"
set_trace_processors([Kept()])
client = AsyncOpenAI(api_key="none", base_url=url)
model = OpenAIResponsesModel(model="m", openai_client=client)
try:
    asyncio.run(Runner.run(Agent(name="a", model=model), "Tell a story"))
except ModelBehaviorError as error:
    print("error:", error)
    assert "response.incomplete" in str(error)
else:
    raise SystemExit("changed: an incomplete answer is an answer")
(span,) = Kept.spans
print("span:", span["error"], span["span_data"])
assert span["span_data"].get("usage") is None
assert span["span_data"].get("response_id") is None
PYTHON
