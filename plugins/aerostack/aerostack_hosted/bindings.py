"""wrangler's binding keys → the ``bindings`` of a deployment. Pure.

A resource is named by its binding (``"resource": "d1/DB"``, as ``kind:binding``): its id is the server's business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aerostack.model import Json, Project, Resource

Binding = dict[str, Any]

_TYPES = {"d1": "d1", "kv": "kv_namespace", "r2": "r2_bucket", "queue": "queue"}

_SINGLES = {"ai": "ai", "browser": "browser", "images": "images", "version_metadata": "version_metadata"}


def bindings(project: Project) -> list[Binding]:
    """Every binding of the project."""
    return [
        *_variables(project.config.get("vars")),
        *(_managed(resource) | _delay(project, resource) for resource in project.resources if resource.binding),
        *_services(project.config.get("services")),
        *_singles(project.config),
        *_assets(project.config.get("assets")),
    ]


def _variables(variables: Json) -> list[Binding]:
    if not isinstance(variables, Mapping):
        return []
    return [
        {"type": "plain_text", "name": name, "text": value}
        if isinstance(value, str)
        else {"type": "json", "name": name, "json": value}
        for name, value in variables.items()
    ]


def _managed(resource: Resource) -> Binding:
    return {
        "type": _TYPES[resource.kind],
        "name": resource.binding,
        "resource": f"{resource.kind}:{resource.binding}",
    }


def _delay(project: Project, resource: Resource) -> Binding:
    """How long messages of a producer wait, which is a property of the binding and not of the queue."""
    queues = project.config.get("queues")
    producers = queues.get("producers") if isinstance(queues, Mapping) else None
    for producer in producers if resource.kind == "queue" and isinstance(producers, list | tuple) else ():
        if producer.get("binding") == resource.binding and producer.get("delivery_delay") is not None:
            return {"delivery_delay": producer["delivery_delay"]}
    return {}


def _services(services: Json) -> list[Binding]:
    if not isinstance(services, Sequence) or isinstance(services, str):
        return []
    fields = ("service", "environment", "entrypoint", "props")
    return [
        {"type": "service", "name": entry["binding"]}
        | {field: entry[field] for field in fields if entry.get(field) is not None}
        for entry in services
        if isinstance(entry, Mapping)
    ]


def _assets(assets: Json) -> list[Binding]:
    bound = assets.get("binding") if isinstance(assets, Mapping) else None
    return [{"type": "assets", "name": bound}] if bound else []


def _singles(config: Mapping[str, Json]) -> list[Binding]:
    return [
        {"type": kind, "name": entry["binding"]}
        for key, kind in _SINGLES.items()
        if isinstance(entry := config.get(key), Mapping)
    ]
