"""wrangler's binding keys → the ``bindings`` of Cloudflare's upload metadata. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aerostack.model import Json, Project

#: Lists of bindings: key → (binding type, key of the binding's name, fields that go over as they are).
_LISTS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "services": ("service", "binding", ("service", "environment", "entrypoint", "props")),
    "vectorize": ("vectorize", "binding", ("index_name",)),
    "hyperdrive": ("hyperdrive", "binding", ("id",)),
    "analytics_engine_datasets": ("analytics_engine", "binding", ("dataset",)),
    "mtls_certificates": ("mtls_certificate", "binding", ("certificate_id",)),
    "send_email": (
        "send_email",
        "name",
        ("destination_address", "allowed_destination_addresses", "allowed_sender_addresses"),
    ),
    "pipelines": ("pipelines", "binding", ("stream", "pipeline")),
    "secrets_store_secrets": ("secrets_store_secret", "binding", ("store_id", "secret_name")),
    "ratelimits": ("ratelimit", "name", ("namespace_id", "simple")),
    "worker_loaders": ("worker_loader", "binding", ()),
    "vpc_services": ("vpc_service", "binding", ("service_id",)),
    "vpc_networks": ("vpc_network", "binding", ("tunnel_id", "network_id")),
}

#: Single bindings: key → binding type.
_SINGLES: dict[str, str] = {
    "ai": "ai",
    "browser": "browser",
    "images": "images",
    "stream": "stream",
    "media": "media",
    "version_metadata": "version_metadata",
}

#: Keys whose bindings refer to a resource that has an identity of its own.
_RESOURCE_KEYS = frozenset({"d1_databases", "kv_namespaces", "r2_buckets", "queues"})

BINDING_KEYS = frozenset(_LISTS) | frozenset(_SINGLES) | _RESOURCE_KEYS | {"dispatch_namespaces"}

Binding = dict[str, Any]


def bindings(project: Project, ids: Mapping[str, str]) -> list[Binding]:
    """Every binding of the project. ``ids`` are the remote ids by ``Resource.key``."""
    return [
        *_variables(project.config),
        *_resources(project, ids),
        *_lists(project.config),
        *_singles(project.config),
        *_assets(project.config),
        *_dispatch_namespaces(project.config),
        *_durable_objects(project.config),
    ]


def _variables(config: Mapping[str, Json]) -> list[Binding]:
    variables = config.get("vars")
    if not isinstance(variables, Mapping):
        return []
    return [
        {"name": name, "type": "plain_text", "text": value}
        if isinstance(value, str)
        else {"name": name, "type": "json", "json": value}
        for name, value in variables.items()
    ]


def _resources(project: Project, ids: Mapping[str, str]) -> list[Binding]:
    made = []
    for resource in project.resources:
        if not resource.binding:
            continue
        binding: Binding = {"name": resource.binding}
        if resource.kind == "d1":
            # `id` is what wrangler sends; Cloudflare's schema calls it `database_id` and takes both.
            binding |= {"type": "d1", "id": ids[resource.key]}
        elif resource.kind == "kv":
            binding |= {"type": "kv_namespace", "namespace_id": ids[resource.key]}
        elif resource.kind == "r2":
            binding |= {"type": "r2_bucket", "bucket_name": resource.name}
            binding |= _present(resource.options, ("jurisdiction",))
        else:
            binding |= {"type": "queue", "queue_name": resource.name}
            binding |= _present(resource.options, ("delivery_delay",))
        made.append(binding)
    return made


def _lists(config: Mapping[str, Json]) -> list[Binding]:
    return [
        {"name": entry[name], "type": kind, **_present(entry, fields)}
        for key, (kind, name, fields) in _LISTS.items()
        for entry in _entries(config.get(key))
    ]


def _singles(config: Mapping[str, Json]) -> list[Binding]:
    return [
        {"name": entry["binding"], "type": kind, **_present(entry, ("staging",))}
        for key, kind in _SINGLES.items()
        if isinstance(entry := config.get(key), Mapping)
    ]


def _assets(config: Mapping[str, Json]) -> list[Binding]:
    assets = config.get("assets")
    bound = assets.get("binding") if isinstance(assets, Mapping) else None
    return [{"name": bound, "type": "assets"}] if bound else []


def _dispatch_namespaces(config: Mapping[str, Json]) -> list[Binding]:
    made = []
    for entry in _entries(config.get("dispatch_namespaces")):
        binding: Binding = {
            "name": entry["binding"],
            "type": "dispatch_namespace",
            **_present(entry, ("namespace",)),
        }
        outbound = entry.get("outbound")
        if isinstance(outbound, Mapping):
            binding["outbound"] = {
                "worker": _present(outbound, ("service", "environment")),
                "params": [{"name": name} for name in outbound.get("parameters", ())],
            }
        made.append(binding)
    return made


def _durable_objects(config: Mapping[str, Json]) -> list[Binding]:
    objects = config.get("durable_objects")
    return [
        {
            "name": entry["name"],
            "type": "durable_object_namespace",
            **_present(entry, ("class_name", "script_name", "environment")),
        }
        for entry in _entries(objects.get("bindings") if isinstance(objects, Mapping) else None)
    ]


def _entries(value: Json) -> list[Mapping[str, Any]]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return []
    return [entry for entry in value if isinstance(entry, Mapping)]


def _present(entry: Mapping[str, Any], fields: Sequence[str]) -> Binding:
    return {field: entry[field] for field in fields if entry.get(field) is not None}
