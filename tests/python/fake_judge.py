"""A judge with the interface of OpenAI's on this machine, which misbehaves at will."""

import hashlib
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import pandas as pd

from llm_telemetry.judge.llm.canaries import known
from llm_telemetry.judge.llm.rubric import load

KEY = "fake-key-4711"
# what a judge says of itself, and what no file may have
REASON = "brimblewick: the answer says so"
MODEL = "fake-judge-0613"
# USD per million tokens
PRICE = "1,2"
GROUNDEDNESS = load("groundedness")


def text(label: str = "supported", score: Any = 5, **more: Any) -> str:
    """Return a reply as the rubric groundedness has it."""
    return json.dumps({"reason": REASON, "label": label, "score": score, **more})


def completion(
    message: dict[str, Any], finish: str = "stop", *, has_usage: bool = True
) -> dict[str, Any]:
    """Return a document with one choice."""
    said: dict[str, Any] = {
        "id": "r1",
        "model": MODEL,
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
    }
    if has_usage:
        said["usage"] = {"prompt_tokens": 100, "completion_tokens": 30}
    return said


def says(content: str | None, finish: str = "stop", **more: Any) -> dict[str, Any]:
    """Return a document that says a text."""
    return completion({"role": "assistant", "content": content, **more}, finish)


def judged(asked: dict[str, Any]) -> dict[str, Any]:
    """Judge by a digest of the texts: anything, and always the same."""
    content = asked["messages"][-1]["content"]
    score = hashlib.sha256(content.encode()).digest()[0] % 5 + 1
    return says(text("supported" if score > 3 else "unsupported", score))


def wise(asked: dict[str, Any]) -> dict[str, Any]:
    """Judge the known answers as they are to be judged, and all others as good."""
    given = json.loads(asked["messages"][-1]["content"])
    bad = {one.texts["answer"] for one in known(GROUNDEDNESS) if one.is_bad}
    return says(text("unsupported", 1) if given["answer"] in bad else text())


Reply = dict[str, Any] | tuple[int, Any, dict[str, str]]


class Handler(BaseHTTPRequestHandler):
    """Notes what is asked, and answers as the state says."""

    state: SimpleNamespace
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None: ...

    def _send(self, status: int, body: Any, headers: dict[str, str]) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(raw)), **headers}.items():
            self.send_header(name, value)
        try:
            self.end_headers()
            self.wfile.write(raw)
        except OSError:
            # the caller gave up
            self.close_connection = True

    def do_GET(self) -> None:
        self._send(200, {"data": [{"id": "fake"}]}, {})

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        asked = json.loads(self.rfile.read(length))
        with self.state.lock:
            self.state.asked[asked["messages"][-1]["content"]] += 1
            self.state.requests.append(asked)
            self.state.keys.add(self.headers.get("Authorization"))
        time.sleep(self.state.delay)
        found = self.state.answer(asked)
        if isinstance(found, dict):
            found = (200, found, {})
        self._send(*found)


@contextmanager
def endpoint(
    answer: Callable[[dict[str, Any]], Reply] = judged, *, delay: float = 0
) -> Iterator[SimpleNamespace]:
    """Serve; ``asked`` counts the requests of each content, ``requests`` keeps all.

    ``answer`` returns a document, or status, document or bytes, and headers.
    """
    state = SimpleNamespace(asked=Counter(), requests=[], keys=set(), answer=answer)
    state.lock, state.delay = threading.Lock(), delay
    kind = type("Bound", (Handler,), {"state": state})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def calls(number: int) -> pd.DataFrame:
    """Return calls with a source and an answer each, of words that are nowhere else."""
    rows = [
        {
            "id": f"call {n}",
            "prompt": f"zyxomat question {n}",
            "source": f"plindrake source {n}",
            "answer": f"quorblix answer {n}",
        }
        for n in range(number)
    ]
    return pd.DataFrame(rows)


def options(url: str, folder: Any, **more: Any) -> SimpleNamespace:
    """Return the options of a run, as the command line makes them."""
    defaults = {
        "endpoint": url,
        "rubric": "groundedness",
        "model": "fake",
        "budget_usd": 1.0,
        "price": PRICE,
        "key_env": "JUDGE_API_KEY",
        "canaries": False,
        "dry_run": False,
        "max_tokens": 200,
        "request_timeout": 5.0,
        "parallel": 4,
        "share": 1.0,
        "expected": "given",
        "out_dir": folder,
        "progress": lambda message: None,
    }
    return SimpleNamespace(**{**defaults, **more})
