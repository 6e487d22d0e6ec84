#!/usr/bin/env bash
# posthog 7.91.1: one property, two meanings. For the same request (1,000 tokens in, 800
# of them from the cache) $ai_input_tokens contains the cached tokens if the wrapped client
# is OpenAI's, and does not if it is Anthropic's; $ai_cache_read_input_tokens is 800 both
# times, and no property says which. A sum over providers is of neither kind.
# Seen: openai 1000 800; anthropic 200 800.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    posthog==7.91.1 openai==3.57.0 anthropic==2.14.0
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from posthog.ai.anthropic import Anthropic
from posthog.ai.openai import OpenAI

OPENAI = {
    "id": "1", "object": "chat.completion", "created": 1, "model": "gpt-4o-mini",
    "choices": [{"index": 0, "finish_reason": "stop",
                 "message": {"role": "assistant", "content": "hello"}}],
    "usage": {"prompt_tokens": 1000, "completion_tokens": 20, "total_tokens": 1020,
              "prompt_tokens_details": {"cached_tokens": 800}},
}
ANTHROPIC = {
    "id": "1", "type": "message", "role": "assistant", "model": "claude-haiku-4-5",
    "content": [{"type": "text", "text": "hello"}], "stop_reason": "end_turn",
    "usage": {"input_tokens": 200, "cache_read_input_tokens": 800, "output_tokens": 20},
}


class Provider(BaseHTTPRequestHandler):
    def log_message(self, *words):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        answer = OPENAI if self.path.endswith("completions") else ANTHROPIC
        data = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class Sink:
    """Takes events in the place of PostHog's client."""

    privacy_mode = False

    def __init__(self):
        self.events = []

    def capture(self, *words, **event):
        self.events.append(event["properties"])

    def __getattr__(self, name):
        return None


server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
sink = Sink()
asked = [{"role": "user", "content": "hello"}]
OpenAI(api_key="none", base_url=f"{url}/v1", posthog_client=sink).chat.completions.create(
    model="gpt-4o-mini", messages=asked
)
Anthropic(api_key="none", base_url=url, posthog_client=sink).messages.create(
    model="claude-haiku-4-5", max_tokens=20, messages=asked
)
names = ("$ai_provider", "$ai_input_tokens", "$ai_cache_read_input_tokens")
seen = [tuple(event[name] for name in names) for event in sink.events]
print(seen)
assert seen == [("openai", 1000, 800), ("anthropic", 200, 800)]
shared = {name for name in sink.events[1] if "exclusive" in name or "inclusive" in name}
assert not shared, shared
PYTHON
