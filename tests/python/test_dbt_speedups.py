"""What takes the place of a function of dbt returns what that returns."""

from pathlib import Path
from types import CodeType, SimpleNamespace
from typing import Any

import pytest
from dbt.clients.jinja import CallableMacroGenerator, MacroGenerator, get_rendered
from dbt.compilation import InjectedCTE
from dbt.context.macros import MacroNamespace, MacroNamespaceBuilder
from dbt.tracking import track_behavior_change_warn
from dbt_common.clients.jinja import get_environment
from dbt_common.events.base_types import EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.logger import LoggerConfig
from dbt_common.events.types import Note
from dbt_common.exceptions import CompilationError

from llm_telemetry.warehouse import dbt_speedups, template_cache
from llm_telemetry.warehouse.template_cache import Templates

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


def content(namespace: Any) -> dict[str, Any]:
    """Return what is known of each macro; a package is a namespace of its own."""
    return {
        name: vars(one) if isinstance(one, MacroGenerator) else content(one)
        for name, one in namespace.items()
    }


@pytest.mark.parametrize("of_node", ["ours", "package", "dbt"])
def test_a_context_has_the_macros_that_dbt_gives_it(of_node: str) -> None:
    dbt_speedups.install()
    named = {
        "ours": ["a", "b"],
        "package": ["a", "c"],
        "dbt": ["a", "d", "e"],
        "dbt_duckdb": ["d"],
    }
    macros = {
        package: {
            name: SimpleNamespace(name=name, package_name=package) for name in names
        }
        for package, names in named.items()
    }
    context: dict[str, object] = {}

    def builder() -> MacroNamespaceBuilder:
        return MacroNamespaceBuilder(
            "ours", of_node, None, ["dbt_duckdb", "dbt"], "node"
        )

    found = [
        build(builder(), macros, context)
        for build in (
            dbt_speedups.build_namespace_as_dbt_does,
            dbt_speedups.build_namespace,
        )
    ]
    theirs, ours = map(content, found)
    assert ours == theirs
    assert ours["d"]["macro"].package_name == "dbt_duckdb"


@pytest.mark.parametrize(
    ("level", "wanted", "logs", "is_fired"),
    [
        (EventLevel.INFO, {"Note"}, EventLevel.INFO, True),
        (EventLevel.INFO, set(), EventLevel.INFO, True),
        (EventLevel.DEBUG, {"Note"}, EventLevel.INFO, True),
        (EventLevel.DEBUG, {"SQLQuery"}, EventLevel.INFO, False),
        (EventLevel.DEBUG, set(), EventLevel.INFO, False),
        (EventLevel.DEBUG, set(), EventLevel.DEBUG, True),
        # a callback of somebody else's
        (EventLevel.DEBUG, None, EventLevel.INFO, True),
    ],
)
def test_a_debug_event_is_fired_where_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
    level: EventLevel,
    wanted: set[str] | None,
    logs: EventLevel,
    is_fired: bool,
) -> None:
    monkeypatch.setattr(dbt_speedups, "ON_DEBUG", dict(dbt_speedups.ON_DEBUG))
    heard: list[str] = []

    def hear(event: Any) -> None:
        heard.append(event.info.msg)

    if wanted is not None:
        dbt_speedups.ON_DEBUG[hear] = wanted
    manager = EventManager()
    manager.add_logger(LoggerConfig(name="log", level=logs))
    manager.add_callback(track_behavior_change_warn)
    manager.add_callback(hear)
    dbt_speedups.fire_event(manager, Note(msg="a note"), level)
    assert heard == ["a note"] * is_fired


def test_an_event_tells_what_dbt_has_it_tell() -> None:
    of_dbt = Note.__new__(Note)
    dbt_speedups.fill_as_dbt_does(of_dbt, msg="a note")
    dbt_speedups.install()
    event = Note(msg="a note")
    assert "pb_msg" not in vars(event)
    assert event.msg == "a note"
    assert event.to_dict() == of_dbt.to_dict()
    assert Note(msg="a note").to_json() == of_dbt.to_json()
    for made in (event, Note.__new__(Note)):
        assert not hasattr(made, "no_field")


def test_a_macro_knows_what_dbt_tells_it() -> None:
    dbt_speedups.install()
    made = MacroGenerator("macro", {"a": 1}, "node", "stack")
    of_dbt = vars(CallableMacroGenerator("macro", {"a": 1}))
    assert vars(made) == {**of_dbt, "node": "node", "stack": "stack"}
    assert MacroGenerator("macro").context is None


def test_a_template_is_compiled_once_for_all_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(template_cache, "KEPT", tmp_path / "cache" / "templates")
    compiled: list[str] = []

    def value(templates: Templates, text: str) -> object:
        def compile_text() -> CodeType:
            compiled.append(text)
            return compile(text, "template", "eval")

        return eval(templates.code(compile_text, text))

    first = Templates()
    assert [value(first, text) for text in ("1 + 1", "2 + 2", "1 + 1")] == [2, 4, 2]
    first.keep()
    second = Templates()
    assert [value(second, text) for text in ("1 + 1", "3 + 3")] == [2, 6]
    second.keep()
    assert value(Templates(), "3 + 3") == 6
    assert compiled == ["1 + 1", "2 + 2", "3 + 3"]
    # the file of another version, and one that is damaged, are none
    monkeypatch.setattr(template_cache, "MADE_BY", ("another",))
    with monkeypatch.context() as unread:
        unread.setattr(template_cache.marshal, "loads", pytest.fail)
        assert value(Templates(), "3 + 3") == 6
    monkeypatch.undo()
    kept = tmp_path / "cache" / "templates"
    monkeypatch.setattr(template_cache, "KEPT", kept)
    kept.write_bytes(kept.read_bytes()[:-1])
    assert value(Templates(), "3 + 3") == 6
    assert compiled == ["1 + 1", "2 + 2", "3 + 3", "3 + 3", "3 + 3"]
    # there is no room for those of all versions
    third = Templates()
    value(third, "4 + 4")
    monkeypatch.setattr(template_cache, "BYTES", 10)
    third.keep()
    assert not Templates()._kept


def test_a_template_that_does_not_compile_fails_each_time() -> None:
    dbt_speedups.install()
    for _ in range(2):
        with pytest.raises(CompilationError):
            get_rendered("{% macro %}", {})
