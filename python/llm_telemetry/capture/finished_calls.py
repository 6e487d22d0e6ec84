"""Hands every finished call on, once, to what counts it.

A span may end while the garbage collector runs, in a thread that is just counting or
reading counts. So an ended span is only queued; whichever thread gets the lock hands
on what is queued, and a thread that does not get it goes on.
"""

import logging
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor

from llm_telemetry.capture.calls import Call, CallReader

MAX_QUEUED = 8192
# spans that never end must not accumulate
MAX_LIVE = 10_000
# a parent of a parent, as deep as frameworks nest
MAX_DEPTH = 20
Listener = Callable[[Call], None]

_log = logging.getLogger(__name__)


class FinishedCalls(SpanProcessor):
    """Reads calls from ended spans; of a call within another, only the inner.

    Does nothing until something listens.
    """

    def __init__(self) -> None:
        self._listeners: tuple[Listener, ...] = ()
        self._reader: CallReader | None = None
        self._is_failing = False
        self._forget()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget)

    def listen(self, listener: Listener) -> None:
        """Hand calls that end from now on to a listener, one at a time."""
        self.prepare()
        with self._lock:
            self._listeners = (*self._listeners, listener)

    def prepare(self) -> None:
        """Load names and prices; raises where a file of the team's own is wrong."""
        self._reader = self._reader or CallReader()

    def leave(self, listener: Listener) -> None:
        """Hand no more calls to a listener."""
        self._listeners = tuple(one for one in self._listeners if one != listener)

    @contextmanager
    def settled(self) -> Iterator[None]:
        """Hand on all that ended, and no more until the block is left."""
        with self._lock:
            self._hand_on()
            yield

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Remember the span until it ends."""
        if not self._listeners or span.context is None:
            return
        self._live[span.context.span_id] = span
        if len(self._live) > MAX_LIVE:
            # another thread may have removed it just now
            with suppress(RuntimeError, StopIteration, KeyError):
                oldest = next(iter(self._live))
                del self._live[oldest]

    def on_end(self, span: ReadableSpan) -> None:
        """Queue the span, and hand it on unless another thread is doing so."""
        if not self._listeners:
            return
        self._ended.append(span)
        if self._lock.acquire(blocking=False):
            try:
                self._hand_on()
            finally:
                self._lock.release()

    def _hand_on(self) -> None:
        while self._ended:
            span = self._ended.popleft()
            with self._surviving():
                if call := self._counted(span):
                    for listener in self._listeners:
                        with self._surviving():
                            listener(call)

    @contextmanager
    def _surviving(self) -> Iterator[None]:
        """Go on after a failure, with one warning."""
        try:
            yield
        # telemetry must never break the app, whatever went wrong
        except Exception as error:
            if not self._is_failing:
                _log.warning("a call is not counted: %s", type(error).__name__)
            self._is_failing = True

    def _counted(self, span: ReadableSpan) -> Call | None:
        """Return the call that a span is, unless it is recorded inside of it."""
        if span.context is None or self._reader is None:
            return None
        own_id = span.context.span_id
        self._live.pop(own_id, None)
        is_inner_answered = self._inner.pop(own_id, None)
        # what the sampler leaves out is not landed either
        is_landed = span.context.trace_flags.sampled
        call = self._reader.call(span) if is_landed else None
        if call is None:
            return None
        is_answered = call.status != "error"
        self._tell_outer(span, is_answered or bool(is_inner_answered))
        # an answer after all attempts inside had failed is recorded nowhere else
        is_own = is_inner_answered is None or (not is_inner_answered and is_answered)
        return call if is_own else None

    def _tell_outer(self, span: ReadableSpan, is_answered: bool) -> None:
        """Note on the call around a call, if any, that it is recorded inside."""
        assert self._reader is not None
        for _ in range(MAX_DEPTH):
            parent = self._live.get(span.parent.span_id) if span.parent else None
            kind = self._reader.kind(parent) if parent else "tool"
            # a tool may ask a model for reasons of its own
            if parent is None or kind in ("tool", "agent"):
                return
            if kind == "call" and parent.context is not None:
                before = self._inner.get(parent.context.span_id, False)
                self._inner[parent.context.span_id] = before or is_answered
                return
            span = parent

    def _forget(self) -> None:
        """Start anew, also in the child of a fork, which may inherit a locked lock."""
        self._lock = threading.Lock()
        self._ended: deque[ReadableSpan] = deque(maxlen=MAX_QUEUED)
        self._live: dict[int, Span] = {}
        self._inner: dict[int, bool] = {}
