"""The entries of aerostack.toml that bind something, and where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aerostack.errors import Location
from aerostack.model import Project
from aerostack.values import dataclass

#: For each list of bindings the key that holds what is bound.
TARGETS: dict[str, str] = {
    "d1_databases": "database_id",
    "kv_namespaces": "id",
    "r2_buckets": "bucket_name",
    "queues.producers": "queue",
    "services": "service",
    "durable_objects.bindings": "class_name",
    "hyperdrive": "id",
    "vectorize": "index_name",
    "workflows": "class_name",
    "analytics_engine_datasets": "dataset",
    "dispatch_namespaces": "namespace",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the list ``table``: ``binding`` is its name in the code, ``target`` the value of its ``key``."""

    table: str
    key: str
    binding: str
    target: str | None
    where: Location | None


def entries(project: Project) -> Iterator[Entry]:
    """All of them, in the order of ``TARGETS``."""
    for table, key in TARGETS.items():
        found: Any = project.config
        for part in table.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        for number, entry in enumerate(found if isinstance(found, list | tuple) else ()):
            if isinstance(entry, Mapping):
                binding = entry.get("binding") or entry.get("name")
                target = entry.get(key)
                yield Entry(
                    table=table,
                    key=key,
                    binding=binding if isinstance(binding, str) else "",
                    target=target if isinstance(target, str) else None,
                    where=_place(project, f"{table}[{number}]", key),
                )


def bound_as(project: Project, binding: str) -> Entry | None:
    """The entry whose binding is called ``binding``."""
    return next((entry for entry in entries(project) if entry.binding == binding), None)


def _place(project: Project, path: str, key: str) -> Location | None:
    for candidate in (f"{path}.{key}", f"{path}.binding", f"{path}.name", path):
        if candidate in project.where:
            return project.where[candidate]
    return None
