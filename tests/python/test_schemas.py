"""The published JSON Schemas: valid, closed, and described field by field."""

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from llm_telemetry.artifact import document
from llm_telemetry.gate import command

SCHEMAS = {"artifact": document.schema(), "gate": command.schema()}
Node = dict[str, Any]

every_schema = pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)


def nodes(node: Any, path: str = "") -> Iterator[tuple[str, Node]]:
    """Yield every object of a schema with its path."""
    if isinstance(node, dict):
        yield path, node
        for key, child in node.items():
            yield from nodes(child, f"{path}/{key}")
    elif isinstance(node, list):
        for place, child in enumerate(node):
            yield from nodes(child, f"{path}/{place}")


@every_schema
def test_a_schema_is_one(schema: Node) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@every_schema
def test_every_property_of_a_schema_is_described(schema: Node) -> None:
    missing = [
        f"{path}/{name}"
        for path, node in nodes(schema)
        for name, own in node.get("properties", {}).items()
        if not own.get("description")
    ]
    assert not missing


@every_schema
def test_no_object_of_a_schema_takes_other_keys(schema: Node) -> None:
    is_open = [
        path
        for path, node in nodes(schema)
        if node.get("type") == "object" and "additionalProperties" not in node
    ]
    assert not is_open
