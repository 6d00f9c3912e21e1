"""The JSON Schema of ``aerostack.toml``, made from the same table that checks it."""

from __future__ import annotations

from typing import Any

from aerostack.project.keys import BASE, ENVIRONMENT
from aerostack.project.own import OURS


def schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12), for editors."""
    environments = {"type": "object", "additionalProperties": {"$ref": "#/$defs/environment"}}
    base = BASE.schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "aerostack.toml",
        "type": "object",
        "required": ["name"],
        "properties": {
            **base["properties"],
            "env": {"description": BASE.fields["env"].about, "anyOf": [OURS["env"].schema(), environments]},
            "environments": {"description": BASE.fields["environments"].about, **environments},
        },
        "$defs": {"environment": ENVIRONMENT.schema()},
    }
