from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from aerostack import toolchain

Schema = Mapping[str, Any]
_DEEPEST = 8


class Samples:
    """Values for the JSON Schemas of one document: for each key enough that every field is there at least once."""

    def __init__(self, document: Schema) -> None:
        self.definitions: Schema = document["definitions"]

    def properties(self, definition: str) -> Schema:
        found: Schema = self.definitions[definition]["properties"]
        return found

    def of(self, schema: Schema, name: str, depth: int = 0) -> Iterator[Any]:
        """Values that the schema allows; strings are made from ``name``, so that each is different."""
        if "$ref" in schema:
            if depth < _DEEPEST:
                yield from self.of(self.definitions[schema["$ref"].rpartition("/")[2]], name, depth + 1)
        elif "const" in schema:
            yield schema["const"]
        elif "enum" in schema:
            yield from schema["enum"]
        elif "anyOf" in schema or "allOf" in schema:
            for option in schema.get("anyOf", schema.get("allOf")):
                yield from self.of(option, name, depth + 1)
        elif isinstance(schema.get("type"), list):
            for kind in schema["type"]:
                yield from self.of({**schema, "type": kind}, name, depth)
        else:
            yield from self.simple(schema, name, depth)

    def simple(self, schema: Schema, name: str, depth: int) -> Iterator[Any]:
        kind = schema.get("type")
        if kind == "string":
            yield name
        elif kind in ("number", "integer"):
            yield max(1, schema.get("minimum", 1))
        elif kind == "boolean":
            yield from (True, False)
        elif kind == "array":
            # Each entry gets names of its own: no two bindings may have the same.
            values = self.of(schema.get("items", {"type": "string"}), name, depth + 1)
            yield [json.loads(json.dumps(value).replace(name, f"{name}{at}")) for at, value in enumerate(values)]
        elif kind == "object":
            yield from self.objects(schema, name, depth)
        elif kind is None:
            yield name

    def objects(self, schema: Schema, name: str, depth: int) -> Iterator[dict[str, Any]]:
        """An object with everything, and a small one for each further value of a property."""
        if depth >= _DEEPEST:
            return
        found = {
            key: list(self.of(inner, f"{name}_{key}", depth + 1)) for key, inner in schema.get("properties", {}).items()
        }
        full = {key: values[0] for key, values in found.items() if values}
        if isinstance(schema.get("additionalProperties"), Mapping):
            for number, value in enumerate(self.of(schema["additionalProperties"], f"{name}_any", depth + 1)):
                full[f"{name}_{number}"] = value
        yield full
        for key, values in found.items():
            for value in values[1:]:
                yield {**{needed: full[needed] for needed in schema.get("required", ()) if needed in full}, key: value}


@pytest.fixture(scope="session")
def samples() -> Samples:
    """Of the JSON Schema that the pinned wrangler ships."""
    package = Path(toolchain.wrangler().argv[-1]).parent.parent
    return Samples(json.loads((package / "config-schema.json").read_text()))
