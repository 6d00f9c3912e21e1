"""Checking what a script is bound to, before anything is started or recorded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aerostack_edge.api import codes
from aerostack_edge.control import Control
from aerostack_edge.model import Migrated
from aerostack_edge.state import objects, resources, scripts
from aerostack_edge.state.resources import Kind

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_HEX = re.compile(r"[0-9a-f]{32}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """Bindings in wire shape, without the texts of secrets; these are in ``secrets``."""

    bindings: tuple[Mapping[str, Any], ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


def resolved(wire: Any, before: Bound, *, keep: Iterable[str] = (), strict: bool = False) -> Bound:
    """What an upload's ``bindings`` mean, given those of the version before it.

    ``inherit`` takes a binding over by name; ``keep`` takes over all of a type that are not named again. An ``inherit``
    of nothing is refused when ``strict``, else it is dropped. Raises ``ApiError``.
    """
    if not isinstance(wire, list):
        raise codes.MALFORMED(reason="bindings must be a list")
    previous = {binding["name"]: dict(binding) for binding in before.bindings}
    found: dict[str, dict[str, Any]] = {}
    secrets: dict[str, str] = {}
    for index, item in enumerate(wire):
        binding = dict(body_mapping(item, index))
        name, type = binding.get("name"), binding.get("type")
        if not isinstance(name, str) or not name:
            raise codes.BINDING_UNNAMED(index=index)
        if name in found:
            raise codes.SCRIPT_INVALID(reason=f"The binding name '{name}' is used more than once.")
        if type == "inherit":
            source = binding.get("old_name") or name
            if source not in previous:
                if strict:
                    raise codes.SCRIPT_INVALID(reason=f"binding {name} of type inherit: there is no '{source}' yet")
                continue
            binding = {**previous[source], "name": name}
            if binding["type"] == "secret_text":
                secrets[name] = before.secrets[source]
        elif type == "secret_text":
            secrets[name] = _text(binding, "text")
        found[name] = _normal(binding)
    kept = set(keep)
    for name, binding in previous.items():
        if binding["type"] in kept and name not in found:
            found[name] = binding
            if binding["type"] == "secret_text":
                secrets[name] = before.secrets[name]
    return Bound(bindings=tuple(found.values()), secrets=secrets)


async def check(edge: Control, script: str, bound: Bound, migrated: Migrated | None = None) -> None:
    """Whether everything that is bound exists, after the migration if there is one. Raises ``ApiError``."""
    for binding in bound.bindings:
        name, type = binding["name"], binding["type"]
        if type == "d1":
            id = binding.get("id")
            if not isinstance(id, str) or not _UUID.match(id):
                raise codes.SCRIPT_INVALID(reason=f"binding {name} of type d1 must have a valid `id` specified")
            await _exists(edge, "d1", id, codes.D1_UNKNOWN, name)
        elif type == "kv_namespace":
            id = _text(binding, "namespace_id")
            if not _HEX.match(id):
                raise codes.KV_INVALID_ID(id=id)
            await _exists(edge, "kv", id, codes.KV_UNKNOWN, name)
        elif type == "r2_bucket":
            await _exists(edge, "r2", _text(binding, "bucket_name"), codes.R2_UNKNOWN, name)
        elif type == "queue":
            queue = _text(binding, "queue_name")
            if await edge.database.read(resources.find, "queue", queue) is None:
                raise codes.QUEUE_UNKNOWN(id=queue, name=name)
        elif type == "dispatch_namespace":
            namespace = _text(binding, "namespace")
            if await edge.database.read(resources.find, "dispatch", namespace) is None:
                raise codes.NAMESPACE_UNKNOWN(id=namespace, name=name)
        elif type == "durable_object_namespace":
            if binding.get("script_name") not in (None, script):
                raise codes.UNSUPPORTED(what="A binding to Durable Objects of another Worker")
            now = await edge.database.read(objects.of_script, script) if migrated is None else migrated
            wanted = _text(binding, "class_name")
            if wanted not in {item.class_name for item in now.objects}:
                raise codes.CLASS_UNKNOWN(name=wanted)
        elif type == "service":
            target = _text(binding, "service")
            if target != script and await edge.database.read(scripts.get, target) is None:
                raise codes.SERVICE_UNKNOWN(id=target, name=name)


def body_mapping(item: Any, index: int) -> Mapping[str, Any]:
    """A binding, which must be an object with a ``type``."""
    if not isinstance(item, Mapping) or not isinstance(item.get("type"), str):
        raise codes.MALFORMED(reason=f"bindings[{index}] must be an object with a type")
    return item


async def _exists(edge: Control, kind: Kind, id: str, unknown: codes.Code, name: str) -> None:
    if await edge.database.read(resources.get, kind, id) is None:
        raise unknown(id=id, name=name)


def _normal(binding: dict[str, Any]) -> dict[str, Any]:
    if binding["type"] == "secret_text":
        return {"name": binding["name"], "type": "secret_text"}
    if binding["type"] == "d1":
        # Newer clients say database_id, older ones id: each finds its own again.
        id = binding.get("id") or binding.get("database_id")
        return {**binding, "id": id, "database_id": id}
    return binding


def _text(binding: Mapping[str, Any], key: str) -> str:
    value = binding.get(key)
    if not isinstance(value, str) or (not value and key != "text"):
        raise codes.SCRIPT_INVALID(
            reason=f"binding {binding['name']} of type {binding['type']} must have a valid `{key}` specified"
        )
    return value
