"""What makes dbt faster in its own process, whatever starts it."""

import atexit
import gc
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dbt import compilation
from dbt.clients.jinja import MacroGenerator
from dbt.context.macros import MacroNamespace, MacroNamespaceBuilder
from dbt.tracking import track_behavior_change_warn
from dbt_common.clients.jinja import MacroFuzzEnvironment
from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager

from llm_telemetry.warehouse.template_cache import Templates

STARTS_WITH = re.compile(
    r"(?:\s|--[^\n]*\n)*with\b(?!\s+recursive\b)\s+", re.IGNORECASE
)
# of events that no log has, unless it is asked to
UNREAD = {EventLevel.DEBUG, EventLevel.TEST}

inject_as_dbt_does = compilation.inject_ctes_into_sql
compile_as_dbt_does = MacroFuzzEnvironment.compile
fire_as_dbt_does = EventManager.fire_event
fill_as_dbt_does = BaseEvent.__init__
build_namespace_as_dbt_does = MacroNamespaceBuilder.build_namespace
templates = Templates()
# the debug events that a callback wants; a callback that is not named wants all
ON_DEBUG: dict[Callable[..., None], set[str]] = {track_behavior_change_warn: set()}


def install() -> None:
    """Look for garbage rarely, parse nothing twice, and render what is read."""
    # dbt makes millions of objects and few cycles; the search for them takes a tenth
    gc.set_threshold(100_000, 50, 50)
    EventManager.fire_event = fire_event  # type: ignore
    # what an event tells becomes a protobuf message: a twentieth of the time of a build
    BaseEvent.__init__ = remember  # type: ignore
    BaseEvent.__getattr__ = read_field  # type: ignore
    # for every unit test
    compilation.inject_ctes_into_sql = inject_ctes_into_sql
    MacroFuzzEnvironment.compile = compile_once  # type: ignore
    atexit.register(templates.keep)
    # for every context, of which a node has two
    for method in (_keys, __iter__, __getitem__):
        setattr(MacroNamespace, method.__name__, method)
    MacroNamespaceBuilder.build_namespace = build_namespace  # type: ignore
    MacroGenerator.__init__ = __init__  # type: ignore


def fire_event(
    manager: EventManager,
    event: BaseEvent,
    level: EventLevel | None = None,
    *others: Any,
    **options: Any,
) -> None:
    """Fire an event, unless it is one of thousands of debug that nobody reads."""
    name = type(event).__name__
    if (
        (level or event.level_tag()) not in UNREAD
        or any(logger.level in UNREAD for logger in manager.loggers)
        or any(name in ON_DEBUG.get(one, {name}) for one in manager.callbacks)
    ):
        fire_as_dbt_does(manager, event, level, *others, **options)


def remember(event: BaseEvent, *values: Any, **named: Any) -> None:
    """Keep what an event tells as it is given, until somebody reads it."""
    vars(event).update(_given=(values, named))


def read_field(event: BaseEvent, name: str) -> Any:
    """Return a field of an event's message, which is made for the first reader."""
    if "_given" in vars(event):
        values, named = vars(event).pop("_given")
        fill_as_dbt_does(event, *values, **named)
    if "pb_msg" not in vars(event):
        raise AttributeError(name)
    message = vars(event)["pb_msg"]
    return message if name == "pb_msg" else getattr(message, name)


def build_namespace(
    builder: Any, macros: Mapping[str, Mapping[str, Any]], context: dict[str, Any]
) -> MacroNamespace:
    """Return dbt's namespace of the macros of each package, made package by package."""
    packages = {
        package: {
            name: MacroGenerator(macro, context, builder.node, builder.thread_ctx)
            for name, macro in named.items()
        }
        for package, named in macros.items()
    }
    internal: dict[str, Any] = {}
    for package in reversed(builder.internal_package_names_order):
        internal.update(packages.get(package, {}))
    others = {
        package: named
        for package, named in packages.items()
        if package not in builder.internal_package_names
    }
    of_node = others.get(builder.search_package, {})
    is_root = builder.root_package == builder.search_package
    of_root = {} if is_root else others.get(builder.root_package, {})
    return MacroNamespace(of_root, of_node, internal, others)


def __init__(
    generator: Any, macro: Any, context: Any = None, node: Any = None, stack: Any = None
) -> None:
    """Set what dbt sets in three calls, for each macro in each context."""
    generator.context = context
    generator.macro = macro
    generator.node = node
    generator.stack = stack


def _flat(namespace: Any) -> dict[str, Any]:
    """Return each name with what is found first, looked up in all places at once."""
    if "_flat" not in vars(namespace):
        namespace._flat = {}
        for place in reversed(list(namespace._search_order())):
            namespace._flat.update(place)
    found: dict[str, Any] = namespace._flat
    return found


def _keys(namespace: Any) -> set[str]:
    return set(_flat(namespace))


def __iter__(namespace: Any) -> Iterator[str]:
    return iter(_flat(namespace))


def __getitem__(namespace: Any, name: str) -> Any:
    return _flat(namespace)[name]


def inject_ctes_into_sql(sql: str, ctes: list[Any]) -> str:
    """Put the rows that a unit test gives before the queries of its model."""
    found = STARTS_WITH.match(sql)
    if not found or not ctes:
        return inject_as_dbt_does(sql, ctes)
    joined = ", ".join(cte.sql for cte in ctes)
    return f"{sql[: found.end()]}{joined}, {sql[found.end() :]}"


def compile_once(environment: Any, source: Any, *arguments: Any) -> Any:
    """Compile each text once: a model is compiled again for each of its unit tests."""

    def compile_source() -> Any:
        return compile_as_dbt_does(environment, source, *arguments)

    if not isinstance(source, str):
        return compile_source()
    return templates.code(compile_source, type(environment), source, *arguments)
