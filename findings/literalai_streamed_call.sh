#!/usr/bin/env bash
# literalai 0.1.300, OpenAI's SDK instrumented: of a streamed call that asked for usage and
# got it (100 in, 20 out) the token counts are null, and "tokenThroughputInSeconds" counts
# chunks instead: 4 chunks of an answer of 20 tokens. "ttFirstToken" is in milliseconds,
# beside a "duration" in seconds: read alike, the first token comes after the last.
# Seen: inputTokenCount None, outputTokenCount None; ttFirstToken > 100 > duration;
# throughput x duration = 4 or 5.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
# pip needs minutes to choose the versions of what literalai needs
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check uv==0.13.8
"$folder/venv/bin/uv" pip install --quiet --python "$folder/venv/bin/python" \
    literalai==0.1.300 openai==3.57.0
"$folder/venv/bin/python" - <<'PYTHON'
import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from literalai import LiteralClient

SENT = []
FRAME = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
USAGE = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}


class Server(BaseHTTPRequestHandler):
    def log_message(self, *words):
        pass

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        if "graphql" in self.path:
            SENT.append(body)
            created = {"createGeneration": {"id": "1", "type": "CHAT"}}
            data = json.dumps({"data": created}).encode()
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
            return
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        time.sleep(0.15)
        pieces = [({"role": "assistant", "content": "a "}, None), ({"content": "b "}, None)]
        pieces += [({"content": "c "}, None), ({"content": "d"}, None), ({}, "stop")]
        for delta, finish in pieces:
            choice = {"index": 0, "delta": delta, "finish_reason": finish}
            self.piece(FRAME | {"choices": [choice]})
        self.piece(FRAME | {"choices": [], "usage": USAGE})
        self.wfile.write(b"data: [DONE]\n\n")

    def piece(self, content):
        self.wfile.write(f"data: {json.dumps(content)}\n\n".encode())


server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
LiteralClient(api_key="none", url=url).instrument_openai()
from openai import OpenAI

usage = None
for chunk in OpenAI(api_key="none", base_url=f"{url}/v1").chat.completions.create(
    model="m",
    messages=[{"role": "user", "content": "hello"}],
    stream=True,
    stream_options={"include_usage": True},
):
    usage = chunk.usage or usage
(sent,) = (body["variables"]["generation"] for body in SENT if "variables" in body)
names = ("inputTokenCount", "outputTokenCount", "ttFirstToken", "duration")
print("the client got", usage.prompt_tokens, usage.completion_tokens)
print({name: sent[name] for name in (*names, "tokenThroughputInSeconds")})
assert (usage.prompt_tokens, usage.completion_tokens) == (100, 20)
assert sent["inputTokenCount"] is None
assert sent["outputTokenCount"] is None
assert sent["ttFirstToken"] > 100 > sent["duration"]
counted = sent["tokenThroughputInSeconds"] * sent["duration"]
print("counted:", counted)
assert 3 < counted < 7
os._exit(0)
PYTHON
