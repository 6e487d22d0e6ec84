"""Take the context along into threads: Python starts each of them without any.

The official instrumentation of threads does the same, but pins the exact version of
the packages beside it, which an app could then not upgrade.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from opentelemetry import context
from opentelemetry.context import Context
from wrapt import wrap_function_wrapper

_MARK = "_llm_telemetry_follows"


def follow_threads() -> None:
    """Let threads and tasks of thread pools start in the context of who starts them."""
    if hasattr(threading.Thread, _MARK):
        return
    setattr(threading.Thread, _MARK, True)
    wrap_function_wrapper(threading.Thread, "start", _start)
    wrap_function_wrapper(ThreadPoolExecutor, "submit", _submit)


def _start(
    start: Callable[..., None],
    thread: threading.Thread,
    arguments: tuple[Any, ...],
    named: dict[str, Any],
) -> None:
    if current := context.get_current():
        # of this thread only, whatever class it is of
        thread.run = _within(current, thread.run)  # type: ignore[method-assign]
    start(*arguments, **named)


def _submit(
    submit: Callable[..., Future[Any]],
    pool: ThreadPoolExecutor,
    arguments: tuple[Any, ...],
    named: dict[str, Any],
) -> Future[Any]:
    if arguments and (current := context.get_current()):
        task, *rest = arguments
        arguments = (_within(current, task), *rest)
    return submit(*arguments, **named)


def _within(current: Context, function: Callable[..., Any]) -> Callable[..., Any]:
    def called(*arguments: Any, **named: Any) -> Any:
        token = context.attach(current)
        try:
            return function(*arguments, **named)
        finally:
            context.detach(token)

    return called
