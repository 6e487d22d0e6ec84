"""What the YAML files of the models promise of each relation, as data."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from llm_telemetry.config.project import LOADER, PROJECT


@dataclass(frozen=True)
class Contract:
    """The grain and the columns of one relation, as its generic tests hold them.

    ``keys`` are the sets of columns that tell its rows apart, the grain first.
    """

    schema: str
    name: str
    keys: tuple[tuple[str, ...], ...]
    not_null: frozenset[str]
    accepted: Mapping[str, tuple[str, ...]]
    is_one_row: bool


@cache
def contracts(project: Path = PROJECT) -> tuple[Contract, ...]:
    """Return the contract of every model and seed, by schema and name."""
    found = [
        _contract(schema, described)
        for schema, file in _files(project)
        for described in _described(file)
    ]
    return tuple(sorted(found, key=lambda contract: (contract.schema, contract.name)))


def marts() -> dict[str, Contract]:
    """Return the contracts of the marts, by name."""
    return {
        contract.name: contract
        for contract in contracts()
        if contract.schema == "marts"
    }


def _files(project: Path) -> Iterator[tuple[str, Path]]:
    """Yield every YAML file with the schema of what it describes."""
    for file in project.glob("models/*/**/*.yml"):
        yield file.relative_to(project).parts[1], file
    for file in project.glob("seeds/*.yml"):
        yield "seeds", file


def _described(file: Path) -> list[dict[str, Any]]:
    content = yaml.load(file.read_text(encoding="utf-8"), Loader=LOADER)
    return [*content.get("models", ()), *content.get("seeds", ())]


def _contract(schema: str, described: Mapping[str, Any]) -> Contract:
    columns = described.get("columns", ())
    tests = {column["name"]: _tests(column) for column in columns}
    of_rows = _tests(described)
    rules = of_rows.get("rules_hold", {})
    keys = [tuple(columns) for columns in rules.get("unique", ())]
    if "unique_combination" in of_rows:
        keys.append(tuple(of_rows["unique_combination"]["columns"]))
    keys += [(name,) for name, arguments in tests.items() if "unique" in arguments]
    return Contract(
        schema=schema,
        name=described["name"],
        keys=tuple(keys),
        not_null=frozenset(
            column["name"]
            for column in columns
            if "not_null" in tests[column["name"]]
            or column["name"] in rules.get("not_null", ())
            or {"type": "not_null"} in column.get("constraints", ())
        ),
        accepted={
            name: tuple(map(str, values))
            for name, values in (
                *rules.get("accepted", {}).items(),
                *(
                    (name, arguments["accepted_values"]["values"])
                    for name, arguments in tests.items()
                    if "accepted_values" in arguments
                ),
            )
        },
        is_one_row="one_row" in of_rows,
    )


def _tests(described: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of the generic tests, by their names."""
    tests: Sequence[Any] = described.get("data_tests", ())
    found: dict[str, Any] = {}
    for test in tests:
        if isinstance(test, str):
            found[test] = {}
        else:
            ((name, properties),) = test.items()
            found[name] = properties.get("arguments", {})
    return found
