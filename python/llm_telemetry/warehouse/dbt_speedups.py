"""What makes dbt faster in its own process, whatever starts it."""

import gc
import re
from typing import Any

from dbt import compilation
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
