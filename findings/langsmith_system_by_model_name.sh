#!/usr/bin/env bash
# langsmith 0.15.1 in OpenTelemetry mode: gen_ai.system is guessed from the first letters of
# the model's name, though the run itself knows the provider (ls_provider). One client, one
# endpoint: gpt-4o-mini is of "openai", o4-mini of "langchain"; a spend per provider splits.
# Seen: gpt-4o-mini openai, o4-mini langchain; langsmith.metadata.ls_provider openai twice.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check uv==0.13.8
"$folder/venv/bin/uv" pip install --quiet --python "$folder/venv/bin/python" \
    "langsmith[otel]==0.15.1" langchain-openai==1.7.4 langchain-core==1.8.3 openai==3.57.0
cd "$folder"
LANGSMITH_TRACING=true LANGSMITH_OTEL_ENABLED=true LANGSMITH_OTEL_ONLY=true \
    LANGSMITH_API_KEY=none "$folder/venv/bin/python" - <<'PYTHON'
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from langchain_core.tracers.langchain import wait_for_all_tracers
from langchain_openai import ChatOpenAI
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter


class Provider(BaseHTTPRequestHandler):
    def log_message(self, *words):
        pass

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        message = {"role": "assistant", "content": "hello"}
        answer = {
            "id": "1", "object": "chat.completion", "created": 1, "model": body["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11},
        }
        data = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/v1"
kept = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(kept))
trace.set_tracer_provider(provider)
for model in ("gpt-4o-mini", "o4-mini"):
    ChatOpenAI(model=model, api_key="none", base_url=url, use_responses_api=False).invoke("hello")
wait_for_all_tracers()
provider.force_flush()
names = ("gen_ai.request.model", "gen_ai.system", "langsmith.metadata.ls_provider")
seen = sorted(
    tuple(span.attributes.get(name) for name in names)
    for span in kept.get_finished_spans()
    if span.attributes.get("gen_ai.request.model")
)
print(seen)
assert seen == [("gpt-4o-mini", "openai", "openai"), ("o4-mini", "langchain", "openai")]
PYTHON
