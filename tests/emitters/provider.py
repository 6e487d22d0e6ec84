"""A provider on loopback that answers as OpenAI and Anthropic do, and logs requests.

Which case of cases.toml a request is follows from its model. The log is the truth that
the spans of an emitter are compared with: a line per request, with its emitter (the
first part of the path), case, status and the counts that the answer stated.
"""

import json
import threading
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Record = dict[str, Any]
CASES: dict[str, Record] = tomllib.loads(
    Path(__file__).with_name("cases.toml").read_text()
)
# between the pieces of a stream, so that its first one is seen before its last
PAUSE_S = 0.02
ERRORS = {
    429: ("rate_limit_exceeded", "rate_limit_error", "Rate limit reached"),
    500: ("server_error", "api_error", "The server had an error"),
}
TOOL = {"name": "get_weather", "arguments": {"city": "Rome"}}


@dataclass
class Provider:
    """The server and what it has served."""

    log: Path
    tries: Counter[tuple[str, str]] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def status(self, emitter: str, name: str) -> int:
        """Return how the next request of a case ends."""
        statuses = CASES[name].get("statuses", [200])
        with self.lock:
            self.tries[emitter, name] += 1
            place = min(self.tries[emitter, name], len(statuses)) - 1
        return int(statuses[place])

    def note(self, line: Record) -> None:
        """Append a line to the log."""
        with self.lock, self.log.open("a") as file:
            file.write(json.dumps(line) + "\n")


def served(log: Path) -> ThreadingHTTPServer:
    """Return a server on a free port that is running in a thread."""
    provider = Provider(log)
    handler = type("Handler", (Handler,), {"provider": provider})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class Handler(BaseHTTPRequestHandler):
    """Answers /EMITTER/v1/chat/completions, /responses and /messages."""

    provider: Provider
    protocol_version = "HTTP/1.1"
    # answers would wait for the client's acknowledgement of their headers
    disable_nagle_algorithm = True

    def log_message(self, *words: object) -> None:
        """Print nothing."""

    def handle(self) -> None:
        """Serve a connection until the client closes it, in whatever way."""
        with suppress(ConnectionError):
            super().handle()

    def do_POST(self) -> None:
        """Answer one request and log it."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        emitter, _, path = self.path.strip("/").partition("/")
        kind = path.partition("?")[0].rsplit("/", 1)[-1]
        if kind not in SPEAKERS:
            self.send(404, {"error": {"message": f"no such path: {self.path}"}})
            return
        speaker = SPEAKERS[kind]
        vendor = "anthropic" if kind == "messages" else "openai"
        name = next(
            case for case in CASES if CASES[case][vendor] == body.get("model", "")
        )
        case = CASES[name]
        status = self.provider.status(emitter, name)
        time.sleep(case.get("wait_s", 0.05))
        answer = speaker(body, case) if status == 200 else None
        line = {"emitter": emitter, "case": name, "status": status, "kind": kind}
        stream = bool(body.get("stream"))
        try:
            if answer is None:
                self.refuse(status, vendor)
            elif stream:
                self.stream(answer.pieces(), kind)
            else:
                self.send(200, answer.whole())
        except (BrokenPipeError, ConnectionResetError):
            # the client left: of a stream that is what the case is for
            line["left"] = True
        counts = {} if answer is None or "wait_s" in case else answer.counts
        self.provider.note(line | {"stream": stream} | counts)

    def refuse(self, status: int, vendor: str) -> None:
        """Send an error in the words of the vendor."""
        code, kind, message = ERRORS[status]
        error = {"message": message, "type": kind, "code": code, "param": None}
        if vendor == "anthropic":
            self.send(status, {"type": "error", "error": error})
        else:
            self.send(status, {"error": error})

    def send(self, status: int, content: Record) -> None:
        """Send a JSON document."""
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        if status == 429:
            self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(data)

    def stream(self, pieces: Iterator[Record], kind: str) -> None:
        """Send server-sent events, one chunk each."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in pieces:
            event = f"event: {piece['type']}\n" if kind != "completions" else ""
            self.chunk(f"{event}data: {json.dumps(piece)}\n\n")
            time.sleep(PAUSE_S)
        if kind == "completions":
            self.chunk("data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def chunk(self, text: str) -> None:
        """Send one chunk of a response of unknown length."""
        data = text.encode()
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()


@dataclass
class Answer:
    """What an answer of any vendor is made of."""

    body: Record
    case: Record

    @property
    def counts(self) -> Record:
        """Return the counts that the answer states."""
        names = ("input", "cached", "output", "reasoning")
        return {name: self.case.get(name, 0) for name in names}

    @property
    def words(self) -> list[str]:
        """Return the pieces of the text."""
        return [f"word{place} " for place in range(self.case.get("words", 5))]

    @property
    def tool(self) -> bool:
        """Say whether this answer calls a tool: one was offered and none has run."""
        said = json.dumps(self.body.get("messages", self.body.get("input", "")))
        ran = '"role": "tool"', "function_call_output", "tool_result"
        return bool(self.body.get("tools")) and not any(word in said for word in ran)


class Completion(Answer):
    """POST /chat/completions of OpenAI."""

    @property
    def usage(self) -> Record:
        one = self.counts
        return {
            "prompt_tokens": one["input"],
            "completion_tokens": one["output"],
            "total_tokens": one["input"] + one["output"],
            "prompt_tokens_details": {"cached_tokens": one["cached"]},
            "completion_tokens_details": {"reasoning_tokens": one["reasoning"]},
        }

    @property
    def finish(self) -> str:
        return "tool_calls" if self.tool else str(self.case.get("finish", "stop"))

    @property
    def calls(self) -> list[Record]:
        arguments = json.dumps(TOOL["arguments"])
        function = {"name": TOOL["name"], "arguments": arguments}
        return [{"index": 0, "id": "call_1", "type": "function", "function": function}]

    def frame(self, object_name: str, **rest: Any) -> Record:
        return {
            "id": f"chatcmpl-{time.time_ns()}",
            "object": object_name,
            "created": int(time.time()),
            "model": self.body["model"],
            "service_tier": "default",
            **rest,
        }

    def whole(self) -> Record:
        message = {"role": "assistant", "content": "".join(self.words), "refusal": None}
        if self.tool:
            message |= {"content": None, "tool_calls": self.calls}
        choice = {
            "index": 0,
            "message": message,
            "finish_reason": self.finish,
            "logprobs": None,
        }
        return self.frame("chat.completion", choices=[choice], usage=self.usage)

    def pieces(self) -> Iterator[Record]:
        frame = self.frame("chat.completion.chunk")

        def piece(delta: Record, finish: str | None = None) -> Record:
            choice = {"index": 0, "delta": delta, "finish_reason": finish}
            return frame | {"choices": [choice]}

        yield piece({"role": "assistant", "content": ""})
        if self.tool:
            yield piece({"tool_calls": self.calls})
        else:
            yield from (piece({"content": word}) for word in self.words)
        yield piece({}, self.finish)
        if (self.body.get("stream_options") or {}).get("include_usage"):
            yield frame | {"choices": [], "usage": self.usage}


class Response(Answer):
    """POST /responses of OpenAI."""

    def whole(self, status: str = "completed") -> Record:
        one = self.counts
        text = {"type": "output_text", "text": "".join(self.words), "annotations": []}
        message = {
            "type": "message",
            "id": "msg_1",
            "status": "completed",
            "role": "assistant",
            "content": [text],
        }
        call = {
            "type": "function_call",
            "id": "fc_1",
            "call_id": "call_1",
            "status": "completed",
            "name": TOOL["name"],
            "arguments": json.dumps(TOOL["arguments"]),
        }
        usage = {
            "input_tokens": one["input"],
            "input_tokens_details": {"cached_tokens": one["cached"]},
            "output_tokens": one["output"],
            "output_tokens_details": {"reasoning_tokens": one["reasoning"]},
            "total_tokens": one["input"] + one["output"],
        }
        filtered = self.case.get("finish") == "content_filter"
        if status == "completed" and filtered:
            status = "incomplete"
        return {
            "id": f"resp_{time.time_ns()}",
            "object": "response",
            "created_at": int(time.time()),
            "status": status,
            "error": None,
            "incomplete_details": {"reason": "content_filter"} if filtered else None,
            "instructions": None,
            "metadata": {},
            "model": self.body["model"],
            "output": [call if self.tool else message] if status != "started" else [],
            "parallel_tool_calls": True,
            "temperature": 1.0,
            "tool_choice": "auto",
            "tools": [],
            "top_p": 1.0,
            "service_tier": "default",
            "usage": usage if status != "started" else None,
        }

    def pieces(self) -> Iterator[Record]:
        place = {"output_index": 0, "content_index": 0, "item_id": "msg_1"}
        number = iter(range(10_000))
        started = self.whole("started") | {"status": "in_progress"}
        ended = self.whole()

        def piece(kind: str, **rest: Any) -> Record:
            return {"type": f"response.{kind}", "sequence_number": next(number), **rest}

        yield piece("created", response=started)
        (item,) = ended["output"]
        empty = item | ({"content": []} if "content" in item else {"arguments": ""})
        yield piece("output_item.added", output_index=0, item=empty)
        if self.tool:
            arguments = json.dumps(TOOL["arguments"])
            where = {"output_index": 0, "item_id": "fc_1"}
            yield piece("function_call_arguments.delta", delta=arguments, **where)
            yield piece("function_call_arguments.done", arguments=arguments, **where)
        else:
            part = {"type": "output_text", "text": "", "annotations": []}
            yield piece("content_part.added", part=part, **place)
            for word in self.words:
                yield piece("output_text.delta", delta=word, logprobs=[], **place)
            text = "".join(self.words)
            yield piece("output_text.done", text=text, logprobs=[], **place)
            yield piece("content_part.done", part=part | {"text": text}, **place)
        yield piece("output_item.done", output_index=0, item=item)
        yield piece(ended["status"], response=ended)


class Message(Answer):
    """POST /messages of Anthropic, whose input tokens exclude the cached ones."""

    @property
    def usage(self) -> Record:
        one = self.counts
        return {
            "input_tokens": one["input"] - one["cached"],
            "cache_read_input_tokens": one["cached"],
            "cache_creation_input_tokens": 0,
            "output_tokens": one["output"],
            "service_tier": "standard",
        }

    @property
    def counts(self) -> Record:
        """Return the counts that the answer states: reasoning is not among them."""
        return super().counts | {"reasoning": 0}

    @property
    def finish(self) -> str:
        if self.tool:
            return "tool_use"
        return "refusal" if "finish" in self.case else "end_turn"

    @property
    def block(self) -> Record:
        if self.tool:
            name, arguments = TOOL["name"], TOOL["arguments"]
            return {"type": "tool_use", "id": "tu_1", "name": name, "input": arguments}
        return {"type": "text", "text": "".join(self.words)}

    def whole(self) -> Record:
        return {
            "id": f"msg_{time.time_ns()}",
            "type": "message",
            "role": "assistant",
            "model": self.body["model"],
            "content": [self.block],
            "stop_reason": self.finish,
            "stop_sequence": None,
            "usage": self.usage,
        }

    def pieces(self) -> Iterator[Record]:
        start = {"content": [], "stop_reason": None}
        start["usage"] = self.usage | {"output_tokens": 1}
        yield {"type": "message_start", "message": self.whole() | start}
        empty = self.block | ({"input": {}} if self.tool else {"text": ""})
        yield {"type": "content_block_start", "index": 0, "content_block": empty}
        if self.tool:
            text = json.dumps(TOOL["arguments"])
            deltas = [{"type": "input_json_delta", "partial_json": text}]
        else:
            deltas = [{"type": "text_delta", "text": word} for word in self.words]
        for delta in deltas:
            yield {"type": "content_block_delta", "index": 0, "delta": delta}
        yield {"type": "content_block_stop", "index": 0}
        stop = {"stop_reason": self.finish, "stop_sequence": None}
        usage = {"output_tokens": self.counts["output"]}
        yield {"type": "message_delta", "delta": stop, "usage": usage}
        yield {"type": "message_stop"}


SPEAKERS: dict[str, Any] = {
    "completions": Completion,
    "responses": Response,
    "messages": Message,
}
