"""Apps whose calls two instrumentations record, and what they really called."""

import random
from dataclasses import dataclass, field
from typing import Any

from staged_otlp import Record, call, request, span

# how the second instrumentation's span of a call stands to the first's
SHAPES = (
    "alone",
    "nested",
    "nested, a step between",
    "siblings",
    "siblings, counted by one",
    "two traces, one answer",
    "two traces, the client's own span",
)
FRAMEWORK, CLIENT, SDK = "framework", "client", "com.example.sdk.python"
MODELS = (
    ("gpt-4o", "gpt-4o-2024-08-06"),
    ("anthropic/claude-sonnet-4-5", "claude-sonnet-4-5-20250929"),
    ("m", "m"),
)


@dataclass
class App:
    """The spans of one app, and the calls, failures and tokens that they record."""

    name: str
    spans: list[Record] = field(default_factory=list)
    calls: int = 0
    failures: int = 0
    tokens: int = 0

    def line(self) -> str:
        """Return the app's spans as one request of OTLP."""
        return request(*self.spans, **{"service.name": self.name})


class Recorder:
    """Writes calls as an app's instrumentations would, with clocks as coarse as its."""

    def __init__(self, seed: int) -> None:
        """Draw the setup, which is one for all calls of an app."""
        self.draw = random.Random(seed)
        self.app = App(f"app-{seed}")
        self.shape = SHAPES[seed % len(SHAPES)]
        # JavaScript: starts on whole milliseconds, children that outlive their parents
        self.is_coarse = self.draw.random() < 0.5
        self.is_parallel = self.draw.random() < 0.6
        self.is_retried = self.draw.random() < 0.3
        self.ids = iter(range(seed * 1_000 + 1, (seed + 1) * 1_000))

    def run(self) -> App:
        """Return the app after one to eight calls, some of them equal to each other."""
        root, trace = self._id(), self._id()
        self.app.spans.append(span(root, trace=trace, at=(0, 60_000)))
        at = 1.0
        for _ in range(self.draw.randint(1, 8)):
            at = self._request(root, trace, at)
        return self.app

    def _request(self, root: str, trace: str, at: float) -> float:
        """Record the attempts at one request; return when the next one may start."""
        took = self.draw.choice([60, 60, 200, 900]) + self.draw.random() * 5
        begins = at
        if self.is_retried and self.draw.random() < 0.5:
            self._call(root, trace, begins, took / 2, fails=True)
            begins += took / 2 + self.draw.uniform(6, 60)
        self._call(root, trace, begins, took, fails=self.draw.random() < 0.15)
        if self.is_parallel:
            return at + self.draw.uniform(0, 2)
        return begins + took + self.draw.uniform(8, 90)

    def _call(
        self, root: str, trace: str, at: float, took: float, *, fails: bool
    ) -> None:
        tokens = self.draw.choice([(100, 20), (100, 20), (300, 40)])
        asked, answered = self.draw.choice(MODELS)
        shared: dict[str, Any] = {"gen_ai.request.model": asked}
        inner: dict[str, Any] = {}
        self.app.calls += 1
        if fails:
            self.app.failures += 1
            shared |= {"status": {"code": 2}, "error.type": "RateLimitError"}
        else:
            self.app.tokens += sum(tokens)
            shared |= {"response__finish_reasons": ["stop"]}
            inner = {
                "gen_ai.response.model": answered,
                "usage__input_tokens": tokens[0],
                "usage__output_tokens": tokens[1],
            }
        counted = self.shape != "siblings, counted by one"
        outer = inner if counted or fails else {}
        self._spans(root, trace, self._times(at, took), shared, outer, inner)

    def _spans(
        self,
        root: str,
        trace: str,
        times: tuple[tuple[float, float], tuple[float, float]],
        shared: dict[str, Any],
        outer: dict[str, Any],
        inner: dict[str, Any],
    ) -> None:
        own, above = self._id(), self._id()
        wide, narrow = times
        first = {**shared, **outer, "at": wide, "scope": FRAMEWORK}
        last = {**shared, **inner, "at": narrow, "scope": CLIENT}
        if self.shape.startswith("two traces"):
            last |= {"trace": self._id()}
        answer = {"response__id": f"answer-{own}"}
        if "gen_ai.response.model" in inner:
            last |= answer
            first |= answer if self.shape == "two traces, one answer" else {}
        elif self.shape == "two traces, one answer":
            # nothing tells the two spans of a failure from two failures
            first = {}
        if self.shape == "two traces, the client's own span":
            last |= {"scope": SDK}
        last = {"trace": trace, **last}
        if self.shape == "alone" or not first:
            self.app.spans.append(call(own, root, **last))
            return
        self.app.spans.append(call(above, root, **{"trace": trace, **first}))
        parent = {"siblings": root, "two traces": ""}.get(
            self.shape.split(",")[0], above
        )
        if "step between" in self.shape:
            parent = self._id()
            self.app.spans.append(
                span(parent, above, trace=trace, at=wide, **{"a.step": "x"})
            )
        self.app.spans.append(call(own, parent, **last))

    def _times(
        self, at: float, took: float
    ) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return start and end of the outer and of the inner span."""
        before, after = self.draw.uniform(0.1, 4), self.draw.uniform(0.1, 4)
        wide, narrow = (
            (at, at + before + took + after),
            (at + before, at + before + took),
        )
        if not self.is_coarse:
            return wide, narrow
        late = wide[1] + self.draw.uniform(-after, 2)
        return (int(wide[0]), wide[1]), (int(narrow[0]), late)

    def _id(self) -> str:
        return f"{next(self.ids):x}"
