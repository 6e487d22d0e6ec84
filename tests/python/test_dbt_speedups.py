"""What takes the place of a function of dbt returns what that returns."""

import pytest
from dbt.clients.jinja import get_rendered
from dbt.compilation import InjectedCTE
from dbt.context.macros import MacroNamespace
from dbt_common.clients.jinja import get_environment
from dbt_common.exceptions import CompilationError

from llm_telemetry.warehouse import dbt_speedups

CTES = [
    InjectedCTE(id="one", sql=" one as (select 1)"),
    InjectedCTE(id="two", sql=" two as (\nselect 'with'\n)"),
]


@pytest.mark.parametrize(
    "query",
    [
        "with\n\nthree as (select 3) select * from three",
        "\n-- depends_on: with\n\nWITH three as (select 'with') select * from three",
        "with recursive three as (select 3) select * from three",
        "with\n-- after a remark\nthree as (select 3) select * from three",
        "/* with */ with three as (select 3) select * from three",
        "select 'with'",
        "withdrawn",
    ],
)
def test_the_queries_of_a_unit_test_stand_where_dbt_puts_them(query: str) -> None:
    for ctes in (CTES, CTES[:1], []):
        expected = dbt_speedups.inject_as_dbt_does(query, ctes)
        assert dbt_speedups.inject_ctes_into_sql(query, ctes) == expected


def test_a_template_compiled_once_renders_in_the_context_of_each_use() -> None:
    dbt_speedups.install()
    text = "{% for _ in range(2) %}{{ word }}{% endfor %}"
    words = ["with", "without"]
    assert [get_rendered(text, {"word": word}) for word in words] == [
        2 * word for word in words
    ]
    environment = get_environment()
    assert environment.compile(text) is environment.compile(text)


def test_a_macro_is_found_where_dbt_looks_first() -> None:
    dbt_speedups.install()
    places = [{"a": "root", "b": "root"}, {"a": "local"}, {"c": "dbt", "a": "dbt"}]
    found = MacroNamespace(*places, {"package": {"a": "package"}})
    # its own search, place by place
    order = list(found._search_order())
    expected = {
        name: next(place[name] for place in order if name in place)
        for name in {name for place in order for name in place}
    }
    assert dict(found) == expected
    assert (found["a"], found["b"], found["c"]) == ("local", "root", "dbt")
    assert len(found) == len(expected) == len(list(found))
    assert found.get("d") is None


def test_a_template_that_does_not_compile_fails_each_time() -> None:
    dbt_speedups.install()
    for _ in range(2):
        with pytest.raises(CompilationError):
            get_rendered("{% macro %}", {})
