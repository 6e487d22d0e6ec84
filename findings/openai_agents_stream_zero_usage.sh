#!/usr/bin/env bash
# openai-agents 0.24.0: where a streamed chat completion states no usage (a gateway or a
# client that does not ask for it), the run's usage and its generation span say 0 tokens in,
# 0 out, for 1 request: not "unknown". Averages and costs take it for a free answer.
# Seen: Usage requests 1, input_tokens 0, output_tokens 0; the span's usage the same.
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

from agents import Agent, OpenAIChatCompletionsModel, Runner, set_trace_processors
from agents.tracing import TracingProcessor
from openai import AsyncOpenAI


class Provider(BaseHTTPRequestHandler):
    def log_message(self, *words):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        frame = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        deltas = [({"role": "assistant", "content": "hello"}, None), ({}, "stop")]
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for delta, finish in deltas:
            choice = {"index": 0, "delta": delta, "finish_reason": finish}
            piece = json.dumps(frame | {"choices": [choice]})
            self.wfile.write(f"data: {piece}\n\n".encode())
        self.wfile.write(b"data: [DONE]\n\n")


class Kept(TracingProcessor):
    usages = []

    def on_span_end(self, span):
        if span.span_data.type == "generation":
            self.usages.append(span.span_data.usage)

    def on_trace_start(self, trace): ...
    def on_trace_end(self, trace): ...
    def on_span_start(self, span): ...
    def shutdown(self): ...
    def force_flush(self): ...


server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/v1"
set_trace_processors([Kept()])


async def main():
    client = AsyncOpenAI(api_key="none", base_url=url)
    model = OpenAIChatCompletionsModel(model="m", openai_client=client)
    run = Runner.run_streamed(Agent(name="a", model=model), "hello")
    async for _ in run.stream_events():
        pass
    return run.final_output, run.context_wrapper.usage


output, usage = asyncio.run(main())
print(output, usage)
(told,) = Kept.usages
print("span:", told)
assert output == "hello"
assert (usage.requests, usage.input_tokens, usage.output_tokens) == (1, 0, 0)
assert (told["input_tokens"], told["output_tokens"]) == (0, 0)
PYTHON
