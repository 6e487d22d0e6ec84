"""Work beside other work, on another core."""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


@contextmanager
def begun(
    work: Callable[Arguments, Result],
    *arguments: Arguments.args,
    **named: Arguments.kwargs,
) -> Iterator[Callable[[], Result]]:
    """Begin work in a process of its own; yield what waits for its result.

    The process starts anew, as a fork would inherit threads that it does not run, and
    leaves Ctrl-C to this one.
    """
    with ProcessPoolExecutor(
        max_workers=1,
        mp_context=get_context("spawn"),
        initializer=_prepare,
    ) as pool:
        yield pool.submit(work, *arguments, **named).result


def _prepare() -> None:
    """Leave Ctrl-C to the caller, and end with it when it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_the_caller, daemon=True).start()


def _end_with_the_caller() -> None:
    caller = parent_process()
    assert caller is not None
    caller.join()
    os._exit(1)


@contextmanager
def later(
    work: Callable[Arguments, Result],
    *arguments: Arguments.args,
    **named: Arguments.kwargs,
) -> Iterator[Callable[[], Result]]:
    """Yield what does the work here, when its result is asked for."""
    yield lambda: work(*arguments, **named)
