"""What makes dbt faster in its own process, whatever starts it."""

import gc
import re
from collections.abc import Iterator
from typing import Any

from dbt import compilation
from dbt.context.macros import MacroNamespace
from dbt_common.clients.jinja import MacroFuzzEnvironment

STARTS_WITH = re.compile(
    r"(?:\s|--[^\n]*\n)*with\b(?!\s+recursive\b)\s+", re.IGNORECASE
)

inject_as_dbt_does = compilation.inject_ctes_into_sql
compile_as_dbt_does = MacroFuzzEnvironment.compile
compiled_templates: dict[tuple[Any, ...], Any] = {}


def install() -> None:
    """Look for garbage rarely, and parse no template or statement twice."""
    # dbt makes millions of objects and few cycles; the search for them takes a tenth
    gc.set_threshold(100_000, 50, 50)
    # for every unit test
    compilation.inject_ctes_into_sql = inject_ctes_into_sql
    MacroFuzzEnvironment.compile = compile_once  # type: ignore
    # for every context, of which a node has two
    for method in (_keys, __iter__, __getitem__):
        setattr(MacroNamespace, method.__name__, method)


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
    if not isinstance(source, str):
        return compile_as_dbt_does(environment, source, *arguments)
    key = (type(environment), source, *arguments)
    if key not in compiled_templates:
        compiled_templates[key] = compile_as_dbt_does(environment, source, *arguments)
    return compiled_templates[key]
