"""What is really there: the state of the account, read from the edge itself, past the fault layer."""

from __future__ import annotations

import contextlib
import urllib.error
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aerostack.testing import RunningEdge, fetch


@dataclass(frozen=True, slots=True)
class Resource:
    """A thing with an identity. ``id`` is its name where it has no other."""

    kind: str
    name: str
    id: str


@dataclass(frozen=True, slots=True)
class State:
    """Everything in the account that belongs to one project.

    ``live`` are version ids and percentages, ``bindings`` are by name: type, and the id that it refers to. ``answer``
    is what the Worker says to a request, ``triggers`` what calls it besides: its schedules, and the queues that it
    consumes with the size of a batch. ``logged`` stands for the settings that belong to no version, ``applied`` is what
    the migrations of the database have left in it.
    """

    resources: tuple[Resource, ...]
    versions: tuple[tuple[str, str | None], ...]
    live: tuple[tuple[str, float], ...]
    bindings: Mapping[str, tuple[str, str | None]]
    address: tuple[bool, bool] | None
    answer: str | None
    triggers: tuple[tuple[str, ...], tuple[tuple[str, int], ...]] = ((), ())
    logged: bool = False
    applied: tuple[str, ...] = ()

    @property
    def canonical(self) -> Any:
        """The state as another project's would look like: without ids, and without a history."""
        names = {resource.id: (resource.kind, resource.name) for resource in self.resources}
        bindings = sorted((name, kind, names.get(to or "", to)) for name, (kind, to) in self.bindings.items())
        things = sorted((resource.kind, resource.name) for resource in self.resources)
        running = self.address, self.answer, self.triggers, self.logged, self.applied
        return things, [share for _, share in self.live], bindings, *running

    @property
    def running(self) -> Any:
        """What users of the Worker can see of it."""
        return self.live, self.bindings, self.address, self.answer, self.applied

    @property
    def broken(self) -> list[str]:
        """Bindings of the live version that refer to nothing."""
        there = {resource.id for resource in self.resources}
        return [name for name, (_, to) in self.bindings.items() if to is not None and to not in there]


_REFERENCES = {"d1": "id", "kv_namespace": "namespace_id", "r2_bucket": "bucket_name", "queue": "queue_name"}


def state(edge: RunningEdge, mark: str) -> State:
    """The state of the project that has ``mark`` in all its names."""
    script = f"/workers/scripts/{mark}"
    settings = _maybe(edge, f"{script}/settings") or {}
    deployments = (_maybe(edge, f"{script}/deployments") or {}).get("deployments", [])
    versions = (_maybe(edge, f"{script}/versions") or {}).get("items", [])
    worker = _maybe(edge, f"/workers/workers/{mark}")
    subdomain = worker["subdomain"] if worker else {}
    return State(
        resources=resources(edge, mark),
        versions=tuple((item["id"], (item.get("annotations") or {}).get("workers/tag")) for item in versions),
        live=tuple((item["version_id"], item["percentage"]) for item in deployments[0]["versions"])
        if deployments
        else (),
        bindings={
            item["name"]: (item["type"], item.get(_REFERENCES.get(item["type"], "")))
            for item in settings.get("bindings", ())
        },
        address=(subdomain["enabled"], subdomain["previews_enabled"]) if worker else None,
        answer=_ask(subdomain["url"]) if subdomain.get("enabled") else None,
        triggers=(_schedules(edge, script), _consumes(edge, mark)) if worker else ((), ()),
        logged=bool(worker and worker["logpush"]),
    )


def _schedules(edge: RunningEdge, script: str) -> tuple[str, ...]:
    return tuple(item["cron"] for item in edge.account("GET", f"{script}/schedules")["schedules"])


def _consumes(edge: RunningEdge, mark: str) -> tuple[tuple[str, int], ...]:
    return tuple(
        (queue["queue_name"], consumer["settings"]["batch_size"])
        for queue in edge.account("GET", "/queues?per_page=1000")
        for consumer in queue["consumers"]
        if consumer["script"] == mark
    )


def applied(edge: RunningEdge, database: str) -> tuple[str, ...]:
    """What is in the table into which each migration of the matrix writes its name, and in wrangler's own."""
    found: list[str] = []
    for table in ("done", "d1_migrations"):
        with contextlib.suppress(urllib.error.HTTPError):  # there is no such table yet
            body = {"sql": f"SELECT name FROM {table}"}
            for result in edge.account("POST", f"/d1/database/{database}/query", body):
                found += [f"{table}: {row['name']}" for row in result["results"]]
    return tuple(found)


def resources(edge: RunningEdge, mark: str) -> tuple[Resource, ...]:
    """Whatever in the account has ``mark`` in its name."""
    found = [
        *(Resource("d1", item["name"], item["uuid"]) for item in edge.account("GET", "/d1/database?per_page=1000")),
        *(
            Resource("kv", item["title"], item["id"])
            for item in edge.account("GET", "/storage/kv/namespaces?per_page=1000")
        ),
        *(
            Resource("r2", item["name"], item["name"])
            for item in edge.account("GET", "/r2/buckets?per_page=1000")["buckets"]
        ),
        # A binding knows a queue by its name.
        *(
            Resource("queue", item["queue_name"], item["queue_name"])
            for item in edge.account("GET", "/queues?per_page=1000")
        ),
    ]
    return tuple(resource for resource in found if mark in resource.name)


def remove(edge: RunningEdge, mark: str) -> None:
    """Take everything of a project away: hundreds of Workers are more than one machine can run."""
    with contextlib.suppress(urllib.error.HTTPError):
        edge.account("DELETE", f"/workers/scripts/{mark}?force=true")
    queues = {item["queue_name"]: item["queue_id"] for item in edge.account("GET", "/queues?per_page=1000")}
    places = {"d1": "/d1/database", "kv": "/storage/kv/namespaces", "r2": "/r2/buckets", "queue": "/queues"}
    for resource in resources(edge, mark):
        identifier = queues[resource.id] if resource.kind == "queue" else resource.id
        edge.account("DELETE", f"{places[resource.kind]}/{identifier}")


def _maybe(edge: RunningEdge, path: str) -> Any:
    try:
        return edge.account("GET", path)
    except urllib.error.HTTPError as error:
        if error.code != 404:
            raise
        return None


def _ask(url: str) -> str:
    status, content = fetch(url)
    return content.decode() if status == 200 else f"HTTP {status}"
