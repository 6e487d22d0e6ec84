#!/usr/bin/env bash
# openinference-instrumentation-smolagents 0.1.43 with smolagents 1.26.0: a stream that its
# reader leaves is written as a call that ended well: status OK and usage of 0 tokens in, 0
# out, though the provider bills what it has written. The span of a stream that is read to
# its end differs in nothing but the counts.
# Seen: StatusCode.OK, prompt 0, completion 0, total 0.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check uv==0.13.8
"$folder/venv/bin/uv" pip install --quiet --python "$folder/venv/bin/python" \
    openinference-instrumentation-smolagents==0.1.43 "smolagents[openai]==1.26.0" \
    openai==3.57.0 opentelemetry-sdk==1.45.2
"$folder/venv/bin/python" - <<'PYTHON'
import json
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from openinference.instrumentation.smolagents import SmolagentsInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from smolagents import OpenAIModel

USAGE = {"prompt_tokens": 12, "completion_tokens": 7, "total_tokens": 19}


class Provider(BaseHTTPRequestHandler):
    def log_message(self, *words):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        frame = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        choices = [
            {"index": 0, "delta": {"role": "assistant", "content": word}, "finish_reason": end}
            for word, end in [("one", None), ("two", None), ("three", "stop")]
        ]
        pieces = [{"choices": [choice]} for choice in choices]
        with suppress(ConnectionError):
            for piece in [*pieces, {"choices": [], "usage": USAGE}]:
                self.wfile.write(f"data: {json.dumps(frame | piece)}\n\n".encode())
            self.wfile.write(b"data: [DONE]\n\n")


server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
threading.Thread(target=server.serve_forever, daemon=True).start()
exporter = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
SmolagentsInstrumentor().instrument(tracer_provider=provider)
url = f"http://127.0.0.1:{server.server_port}/v1"
model = OpenAIModel(model_id="m", api_base=url, api_key="none")
question = [{"role": "user", "content": [{"type": "text", "text": "hello"}]}]

list(model.generate_stream(question))
left = model.generate_stream(question)
next(left)
left.close()

read, left = exporter.get_finished_spans()
kinds = ("prompt", "completion", "total")
counts = [
    [span.attributes[f"llm.token_count.{kind}"] for kind in kinds] for span in (read, left)
]
print(read.name, read.status.status_code, counts[0])
print(left.name, left.status.status_code, counts[1])
assert counts == [[12, 7, 19], [0, 0, 0]]
assert read.status.status_code is left.status.status_code is StatusCode.OK
assert not left.events
assert set(left.attributes) == set(read.attributes)
PYTHON
