"""Work beside other work, on another core."""

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
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
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_IGN),
    ) as pool:
        yield pool.submit(work, *arguments, **named).result


@contextmanager
def later(
    work: Callable[Arguments, Result],
    *arguments: Arguments.args,
    **named: Arguments.kwargs,
) -> Iterator[Callable[[], Result]]:
    """Yield what does the work here, when its result is asked for."""
    yield lambda: work(*arguments, **named)
