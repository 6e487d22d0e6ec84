"""The answers of the provider: as OpenAI and Anthropic give them, by the case."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

Record = dict[str, Any]
TOOL = {"name": "get_weather", "arguments": {"city": "Rome"}}


@dataclass
class Answer:
    """What an answer of any vendor is made of."""

    # whether the pieces of a stream are events with a name, or lines of JSON
    events: ClassVar[bool] = False
    lines: ClassVar[bool] = False
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
        message: Record = {"role": "assistant", "content": "".join(self.words)}
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

    events = True

    @property
    def item(self) -> Record:
        if self.tool:
            return {
                "type": "function_call",
                "id": "fc_1",
                "call_id": "call_1",
                "status": "completed",
                "name": TOOL["name"],
                "arguments": json.dumps(TOOL["arguments"]),
            }
        text = {"type": "output_text", "text": "".join(self.words), "annotations": []}
        message = {"type": "message", "id": "msg_1", "role": "assistant"}
        return message | {"status": "completed", "content": [text]}

    @property
    def usage(self) -> Record:
        one = self.counts
        return {
            "input_tokens": one["input"],
            "input_tokens_details": {"cached_tokens": one["cached"]},
            "output_tokens": one["output"],
            "output_tokens_details": {"reasoning_tokens": one["reasoning"]},
            "total_tokens": one["input"] + one["output"],
        }

    def frame(self) -> Record:
        return {
            "id": f"resp_{time.time_ns()}",
            "object": "response",
            "created_at": int(time.time()),
            "status": "in_progress",
            "error": None,
            "incomplete_details": None,
            "model": self.body["model"],
            "output": [],
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
            "service_tier": "default",
            "usage": None,
        }

    def ended(self, frame: Record) -> Record:
        answer = frame | {"status": "completed", "output": [self.item]}
        if reason := self.case.get("finish"):
            answer |= {"status": "incomplete", "incomplete_details": {"reason": reason}}
        return answer | {"usage": self.usage}

    def whole(self) -> Record:
        return self.ended(self.frame())

    def pieces(self) -> Iterator[Record]:
        place = {"output_index": 0, "content_index": 0, "item_id": "msg_1"}
        number = iter(range(10_000))
        started = self.frame()
        ended = self.ended(started)

        def piece(kind: str, **rest: Any) -> Record:
            return {"type": f"response.{kind}", "sequence_number": next(number), **rest}

        yield piece("created", response=started)
        item = self.item
        nothing: Record = {"content": []} if "content" in item else {"arguments": ""}
        empty = item | nothing
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

    events = True

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
        usage = self.usage | {"output_tokens": 1}
        start: Record = {"content": [], "stop_reason": None, "usage": usage}
        yield {"type": "message_start", "message": self.whole() | start}
        nothing: Record = {"input": {}} if self.tool else {"text": ""}
        empty = self.block | nothing
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
