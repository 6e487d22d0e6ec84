"""dbt in a process of its own, forked from one that has the project parsed already.

To import dbt, to read what it parsed and to compile the templates takes four CPU
seconds, and the tests build hundreds of times. Each build still compares what was
parsed with the files and variables as they are, and renders and runs its nodes itself.
"""

import atexit
import gc
import os
import pickle
import socket
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from multiprocessing import get_context
from multiprocessing.util import _exit_function
from pathlib import Path
from threading import Lock
from typing import Any, NoReturn

from llm_telemetry.config.knobs import CONTRACT
from llm_telemetry.config.project import PROJECT
from llm_telemetry.warehouse import parse_cache, session
from llm_telemetry.warehouse.parse_cache import PARSED, target_folder

LARGEST = 1 << 17
# builds from other sources, which do not pay for a process that has parsed their models
FEW = 2
builds = Counter[str]()
OF_THE_PROJECT = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]


class Forks:
    """The end of a socket, at whose other end a process runs functions in forks."""

    def __init__(self) -> None:
        """Make both ends."""
        self._ours, self.theirs = _ends()
        self._lock = Lock()
        atexit.register(self._ours.close)

    def start(
        self, end: socket.socket, function: Callable[..., int], *given: Any
    ) -> int:
        """Start a function, which gets the end of a socket, and return a number."""
        return self._ask((function, given), end)

    def exit_code(self, number: int) -> int:
        """Wait until what has the number ends."""
        return self._ask(number)

    def _ask(self, question: Any, *ends: socket.socket) -> int:
        with self._lock:
            descriptors = [end.fileno() for end in ends]
            socket.send_fds(self._ours, [pickle.dumps(question)], descriptors)
            return int(self._ours.recv(LARGEST))


def _ends() -> tuple[socket.socket, socket.socket]:
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def run(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    hear: Callable[[str], None],
) -> int:
    """Stand in for the build's own way to run dbt."""
    forks = imported()
    is_usual = list(arguments[1:5]) == OF_THE_PROJECT and "run" in arguments
    # some tests look at what is kept of a parse
    if is_usual and parse_cache.PARSED == PARSED:
        sources = environment.get("SOURCES", CONTRACT)
        builds[sources] += 1
        forks = parsed(sources if builds[sources] > FEW else CONTRACT)
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            given = (list(arguments), dict(environment), os.getcwd())
            number = forks.start(theirs, _build, *given)
        with ours.makefile() as lines:
            for line in lines:
                hear(line)
    return forks.exit_code(number)


@cache
def imported() -> Forks:
    """Return the forks of a process that has imported dbt."""
    forks = Forks()
    with forks.theirs:
        process = get_context("spawn").Process
        process(target=_import, args=(forks.theirs,), daemon=True).start()
    return forks


@cache
def parsed(sources: str) -> Forks:
    """Return the forks of a process that has parsed the models of some sources."""
    forks = Forks()
    environment = os.environ | {"SOURCES": sources}
    # the macros are the same, whatever the sources
    before = imported() if sources == CONTRACT else parsed(CONTRACT)
    with forks.theirs:
        before.start(forks.theirs, _parse, environment)
    return forks


def _import(end: socket.socket) -> NoReturn:
    from dbt.adapters.duckdb import connections  # noqa: F401
    from dbt.cli import main  # noqa: F401

    from llm_telemetry.warehouse import dbt_plugin, dbt_speedups

    def prepare(connection: Any, scratch: Path) -> None:
        session.prepare(connection, scratch)
        # no test outlives a crash of the machine
        connection.execute("set fsync_mode = 'NONE'")

    dbt_plugin.prepare = prepare
    dbt_speedups.install()
    _serve(end)


def _parse(end: socket.socket, environment: dict[str, str]) -> NoReturn:
    """Parse the project, or read what was parsed, and keep it for the forks."""
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder
    from dbt_common.clients.jinja import get_environment, template_cache

    os.environ.clear()
    os.environ.update(environment)
    if "from_msgpack" in vars(Manifest):
        # what was parsed of other sources
        del Manifest.from_msgpack
    with target_folder() as target:
        arguments = ["parse", *OF_THE_PROJECT, "--target", "run", "--quiet"]
        places = ["--target-path", target, "--log-path", target]
        brief = ["--log-level-file", "none", "--no-write-json"]
        # the parser starts threads, which forks lack; it does where something changed
        if first := os.fork():
            os.waitpid(first, 0)
        dbtRunner().invoke([*arguments, *places, *brief])
        if not first:
            _end(0)
        file = Path(target, "partial_parse.msgpack").read_bytes()
    manifest = Manifest.from_msgpack(file, decoder=extended_mashumuro_decoder)
    Manifest.from_msgpack = lambda *_, **__: manifest
    for macro in manifest.macros.values():
        template_cache.get_node_template(macro)
    for node in manifest.nodes.values():
        get_environment().compile(node.raw_code)
    _serve(end)


def _serve(end: socket.socket) -> NoReturn:
    """Start what is asked for, each in a fork, until the other end is closed."""
    gc.collect()
    gc.freeze()
    # another thread might hold a lock, for ever in the forks
    assert len(os.listdir("/proc/self/task")) == 1
    while True:
        message, descriptors, _, _ = socket.recv_fds(end, LARGEST, 1)
        if not message:
            _end(0)
        question = pickle.loads(message)
        if isinstance(question, int):
            _, status = os.waitpid(question, 0)
            end.send(b"%d" % os.waitstatus_to_exitcode(status))
        elif number := os.fork():
            os.close(descriptors[0])
            end.send(b"%d" % number)
        else:
            end.close()
            function, given = question
            _end(function(socket.socket(fileno=descriptors[0]), *given))


def _end(code: int) -> NoReturn:
    """End without the report that DuckDB makes of objects that are left."""
    sys.stdout.flush()
    # what multiprocessing has to delete
    _exit_function()
    os._exit(code)


def _build(
    end: socket.socket, arguments: list[str], environment: dict[str, str], folder: str
) -> int:
    """Be the process that dbt runs in."""
    from llm_telemetry.warehouse import dbt_process

    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for stream in range(3):
        os.dup2(end.fileno(), stream)
    end.close()
    sys.argv[1:] = arguments
    return dbt_process.main()
