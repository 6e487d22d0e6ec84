"""A server that answers like an OpenAI-compatible one, for examples, tests, benchmarks.

It listens on this machine only. A request whose header ``X-Answer`` says ``limited``
is over the rate limit; where it says ``filtered``, the refusal quotes the prompt, as
those of providers do; where it says ``slow``, a stream pauses after its first piece.
Run it with ``python examples/local_server.py``.
"""

import json
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]
PAUSE_S = 0.05
REFUSAL = "The prompt triggered the content management policy"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # one piece for headers and body, or the client waits for an acknowledgement
    wbufsize = -1
    disable_nagle_algorithm = True
    seen_headers: list[dict[str, str]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen_headers.append(dict(self.headers))
        request = json.loads(body)
        prompt = str(request["messages"][-1]["content"])
        wanted = self.headers["X-Answer"]
        if wanted == "limited":
            self._answer(429, _error("rate_limit_exceeded", "Rate limit reached"))
        elif wanted == "filtered":
            self._answer(400, _error("content_filter", f"{REFUSAL}: {prompt}"))
        elif request.get("stream"):
            self._stream(_completion(request, prompt), PAUSE_S * (wanted == "slow"))
        else:
            self._answer(200, _completion(request, prompt))

    def _answer(self, status: int, content: Json) -> None:
        self._send(status, "application/json", json.dumps(content).encode())

    def _stream(self, completion: Json, pause_s: float) -> None:
        chunks = [*_chunks(completion), "[DONE]"]
        lines = [
            f"data: {chunk if isinstance(chunk, str) else json.dumps(chunk)}\n\n"
            for chunk in chunks
        ]
        first, *rest = (line.encode() for line in lines)
        self._send(200, "text/event-stream", first, b"".join(rest), pause_s)

    def _send(
        self, status: int, kind: str, body: bytes, rest: bytes = b"", pause_s: float = 0
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) + len(rest)))
        self.end_headers()
        self.wfile.write(body)
        if pause_s:
            self.wfile.flush()
            time.sleep(pause_s)
        self.wfile.write(rest)

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet."""


@contextmanager
def serving(port: int = 0) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Yield the base URL of a running server and the headers of its requests."""
    headers: list[dict[str, str]] = []
    handler = type("Handler", (_Handler,), {"seen_headers": headers})
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1", headers
        finally:
            server.shutdown()
            thread.join()


def _error(code: str, message: str) -> Json:
    return {"error": {"message": message, "type": code, "code": code, "param": None}}


def _completion(request: Json, prompt: str) -> Json:
    """Return an answer; whether a question is about money is all it understands."""
    answer = "billing" if "invoice" in prompt.lower() else "other"
    tokens = {"prompt_tokens": 12 + len(prompt) // 4, "completion_tokens": 8}
    return {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": "chat.completion",
        "created": 1767225600,
        "model": request["model"],
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": answer},
            }
        ],
        "usage": tokens | {"total_tokens": sum(tokens.values())},
    }


def _chunks(completion: Json) -> Iterator[Json]:
    """Yield an answer in pieces, as a stream that was asked for its usage."""
    head = {name: completion[name] for name in ("id", "created", "model")}
    head["object"] = "chat.completion.chunk"
    (choice,) = completion["choices"]
    delta = {"delta": choice["message"], "index": 0, "finish_reason": None}
    yield head | {"choices": [delta], "usage": None}
    last = {"delta": {}, "index": 0, "finish_reason": choice["finish_reason"]}
    yield head | {"choices": [last], "usage": None}
    yield head | {"choices": [], "usage": completion["usage"]}


if __name__ == "__main__":
    with serving(int(sys.argv[1]) if len(sys.argv) > 1 else 18080) as (url, _):
        print(url, flush=True)
        threading.Event().wait()
