"""The answers of the provider: as Mistral, Cohere and Ollama give them, by the case."""

import json
import time
from collections.abc import Iterator
from typing import Any

from answers import TOOL, Answer, Completion, Record


class Mistral(Completion):
    """POST /chat/completions of Mistral, whose streams state the usage unasked."""

    @property
    def counts(self) -> Record:
        """Return the counts that the answer states: reasoning is not among them."""
        return super().counts | {"reasoning": 0}

    @property
    def finish(self) -> str:
        # no filter cuts an answer
        return "tool_calls" if self.tool else "stop"

    def pieces(self) -> Iterator[Record]:
        for piece in super().pieces():
            if piece["choices"][0]["finish_reason"]:
                piece |= {"usage": self.usage}
            yield piece


class Cohere(Answer):
    """POST /v2/chat of Cohere, which bills fewer input tokens than the model reads."""

    events = True

    @property
    def counts(self) -> Record:
        """Return the counts that the answer states: reasoning is not among them."""
        return super().counts | {"reasoning": 0}

    @property
    def usage(self) -> Record:
        one = self.counts
        billed = {"input_tokens": one["input"], "output_tokens": one["output"]}
        read = billed | {"input_tokens": one["input"] + 500}
        return {"billed_units": billed, "tokens": read, "cached_tokens": one["cached"]}

    @property
    def finish(self) -> str:
        if self.tool:
            return "TOOL_CALL"
        return "ERROR_TOXIC" if "finish" in self.case else "COMPLETE"

    @property
    def message(self) -> Record:
        if self.tool:
            function = TOOL | {"arguments": json.dumps(TOOL["arguments"])}
            call = {"id": "call_1", "type": "function", "function": function}
            return {"role": "assistant", "tool_calls": [call]}
        text = {"type": "text", "text": "".join(self.words)}
        return {"role": "assistant", "content": [text]}

    def whole(self) -> Record:
        end = {"finish_reason": self.finish, "usage": self.usage}
        return {"id": f"c{time.time_ns()}", "message": self.message} | end

    def pieces(self) -> Iterator[Record]:
        def content(text: str) -> Record:
            return {"message": {"content": {"type": "text", "text": text}}}

        start: Record = {"message": {"role": "assistant", "content": []}}
        yield {"type": "message-start", "id": f"c{time.time_ns()}", "delta": start}
        yield {"type": "content-start", "index": 0, "delta": content("")}
        for word in self.words:
            yield {"type": "content-delta", "index": 0, "delta": content(word)}
        yield {"type": "content-end", "index": 0}
        end = {"finish_reason": self.finish, "usage": self.usage}
        yield {"type": "message-end", "delta": end}


class Ollama(Answer):
    """POST /api/chat of Ollama, whose streams are lines of JSON."""

    lines = True

    @property
    def counts(self) -> Record:
        """Return the counts that the answer states: no part of them is among them."""
        return super().counts | {"cached": 0, "reasoning": 0}

    def frame(self, message: Record, **rest: Any) -> Record:
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        message = {"role": "assistant"} | message
        frame = {"model": self.body["model"], "created_at": now, "message": message}
        return frame | rest

    def end(self, message: Record) -> Record:
        one = self.counts
        done = {"done": True, "done_reason": "stop", "total_duration": 50_000_000}
        counts = {"prompt_eval_count": one["input"], "eval_count": one["output"]}
        return self.frame(message, **done, **counts)

    def whole(self) -> Record:
        calls = [{"function": TOOL}]
        message: Record = {"content": "".join(self.words)}
        return self.end({"content": "", "tool_calls": calls} if self.tool else message)

    def pieces(self) -> Iterator[Record]:
        for word in self.words:
            yield self.frame({"content": word}, done=False)
        yield self.end({"content": ""})


SPEAKERS: dict[str, Any] = {
    "mistral/v1/chat/completions": Mistral,
    "v2/chat": Cohere,
    "api/chat": Ollama,
}
