"""Migrations of Durable Objects: from the steps of an upload to the namespaces that the script has afterwards."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from aerostack_edge.api import body, codes
from aerostack_edge.control import Control
from aerostack_edge.model import Migrated, ObjectNamespace
from aerostack_edge.state import objects

_STEPS = ("new_classes", "new_sqlite_classes", "renamed_classes", "deleted_classes", "transferred_classes")


async def migrated(edge: Control, script: str, metadata: Mapping[str, Any]) -> Migrated | None:
    """What the ``migrations`` of an upload lead to; ``None`` when it has none. Raises ``ApiError``."""
    wire = metadata.get("migrations")
    if not wire:
        return None
    return applied(body.mapping(wire, "migrations"), await edge.database.read(objects.of_script, script))


def applied(wire: Mapping[str, Any], before: Migrated) -> Migrated:
    """The namespaces after the steps of ``wire``, which may be one step itself. Raises ``ApiError``."""
    tag = wire.get("new_tag") or ""
    if not isinstance(tag, str):
        raise codes.MALFORMED(reason="migrations.new_tag must be a string")
    if (wire.get("old_tag") or "") != before.tag:
        raise codes.MIGRATION_TAG(expected=before.tag or "<none>")
    steps = wire.get("steps")
    if steps is None:
        steps = [{key: value for key, value in wire.items() if key in _STEPS}]
    if not isinstance(steps, list):
        raise codes.MALFORMED(reason="migrations.steps must be a list")
    classes = {namespace.class_name: namespace for namespace in before.objects}
    for number, step in enumerate(steps):
        _apply(body.mapping(step, f"migrations.steps[{number}]"), classes)
    return Migrated(tag=tag, objects=tuple(classes.values()))


def _apply(step: Mapping[str, Any], classes: dict[str, ObjectNamespace]) -> None:
    if step.get("transferred_classes"):
        raise codes.UNSUPPORTED(what="Transferring Durable Objects from another Worker")
    for key in ("new_classes", "new_sqlite_classes"):
        for name in _names(step, key):
            if name in classes:
                raise codes.OBJECTS_EXIST(name=name)
            classes[name] = ObjectNamespace(
                id=secrets.token_hex(16), class_name=name, use_sqlite=key == "new_sqlite_classes"
            )
    for item in _list(step, "renamed_classes"):
        rename = body.mapping(item, "a renamed class")
        old, new = body.text(rename, "from"), body.text(rename, "to")
        if new in classes:
            raise codes.OBJECTS_EXIST(name=new)
        namespace = _taken(classes, old, "rename")
        classes[new] = ObjectNamespace(id=namespace.id, class_name=new, use_sqlite=namespace.use_sqlite)
    for name in _names(step, "deleted_classes"):
        _taken(classes, name, "delete")


def _taken(classes: dict[str, ObjectNamespace], name: str, verb: str) -> ObjectNamespace:
    namespace = classes.pop(name, None)
    if namespace is None:
        raise codes.SCRIPT_INVALID(reason=f"Cannot {verb} class '{name}': it has no Durable Objects.")
    return namespace


def _names(step: Mapping[str, Any], key: str) -> list[str]:
    names = _list(step, key)
    if not all(isinstance(name, str) and name for name in names):
        raise codes.MALFORMED(reason=f"{key} must be a list of names")
    return names


def _list(step: Mapping[str, Any], key: str) -> list[Any]:
    value = step.get(key) or []
    if not isinstance(value, list):
        raise codes.MALFORMED(reason=f"{key} must be a list")
    return value
