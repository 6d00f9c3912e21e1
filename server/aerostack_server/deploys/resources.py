"""Databases, namespaces, buckets and queues of an environment, on the platform's account."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from aerostack.errors import ConflictError, NotFoundError
from aerostack_cloudflare.account import Cloudflare
from aerostack_cloudflare.r2 import StoredObject
from aerostack_server import clock, ids
from aerostack_server.database import Database, tables
from aerostack_server.platform import names
from aerostack_server.platform.platform import Platform
from aerostack_server.problems import conflict, invalid, not_found
from aerostack_server.projects.environments import Environment
from aerostack_server.projects.projects import Project

#: Of one environment.
_MOST = 100
#: As many are deleted with their bucket: each is a request.
_MOST_OBJECTS = 200

_LISTED = (
    select(tables.resources)
    .where(tables.resources.c.environment_id == bindparam("environment"))
    .order_by(tables.resources.c.created_at, tables.resources.c.id)
)

Kind = Literal["d1", "kv", "r2", "queue"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """``name`` is the user's, ``remote_name`` the platform's; ``remote_id`` is ``None`` until it exists."""

    id: str
    kind: str
    binding: str
    name: str
    remote_name: str
    remote_id: str | None

    def document(self) -> dict[str, Any]:
        """As the API shows it."""
        return {
            "kind": self.kind,
            "binding": self.binding,
            "name": self.name,
            "id": self.remote_id,
            "status": "ready" if self.remote_id else "missing",
        }


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an environment needs. ``binding`` is empty for a queue that is only consumed."""

    kind: Kind
    binding: str
    name: str


def listed(connection: Connection, environment_id: str) -> list[Resource]:
    """In the order in which they were asked for."""
    return [_resource(row) for row in connection.execute(_LISTED, {"environment": environment_id})]


def find(connection: Connection, environment: Environment, kind: Kind, binding: str) -> Resource:
    """One that exists on the platform. Raises ``Problem``."""
    for resource in listed(connection, environment.id):
        if (resource.kind, resource.binding) == (kind, binding) and resource.remote_id:
            return resource
    raise not_found("resource")


def announce(connection: Connection, project: Project, environment: Environment, wanted: Iterable[Wanted]) -> None:
    """Note what is to exist, before anything is created: whoever creates it later knows the name.

    Raises ``Problem`` when that are too many: all accounts share what the platform allows.
    """
    table, new = tables.resources, 0
    for item in wanted:
        key = item.binding or item.name
        known = select(table.c.id).where(
            table.c.environment_id == environment.id, table.c.kind == item.kind, table.c.binding == key
        )
        if connection.execute(known).first() is None:
            new += 1
            connection.execute(
                insert(table).values(
                    id=ids.new("res"),
                    environment_id=environment.id,
                    kind=item.kind,
                    binding=key,
                    name=item.name,
                    remote_name=names.resource(project.slug, environment.name, item.name, environment.id),
                    created_at=clock.now(),
                )
            )
    if new and len(listed(connection, environment.id)) > _MOST:
        raise invalid(
            f"an environment has at most {_MOST} databases, namespaces, buckets and queues",
            hint="those that aerostack.toml does not name any more count too: aerostack resources --orphans",
        )


def create_missing(database: Database, platform: Platform, resources: Iterable[Resource]) -> None:
    """Make those exist that do not yet. In a thread. Raises ``RemoteError``."""
    for resource in resources:
        if resource.remote_id is None:
            remote_id = _created(platform.account, resource.kind, resource.remote_name)
            database.write_now(functools.partial(_note, resource.id, remote_id))


def _note(identifier: str, remote_id: str, connection: Connection) -> None:
    table = tables.resources
    connection.execute(update(table).where(table.c.id == identifier).values(remote_id=remote_id))


def remove(platform: Platform, resource: Resource) -> None:
    """Delete it with its data; nothing happens when it is gone. Raises ``RemoteError``."""
    account, remote_id = platform.account, resource.remote_id
    if remote_id is None:
        return
    delete = {
        "d1": account.d1.delete,
        "kv": account.kv.delete,
        "r2": account.r2.delete,
        "queue": account.queues.delete,
    }[resource.kind]
    with contextlib.suppress(NotFoundError):
        if resource.kind == "r2":
            # A bucket has to be empty before it can be deleted.
            for item in _objects(platform, resource):
                account.r2.delete_object(remote_id, item.key)
        delete(remote_id)


def check_removable(platform: Platform, resources: Iterable[Resource]) -> None:
    """Raise ``Problem`` for a bucket that holds too much to be emptied while somebody waits."""
    for resource in resources:
        if resource.kind == "r2" and resource.remote_id and len(_objects(platform, resource)) > _MOST_OBJECTS:
            raise conflict(
                "bucket_not_empty",
                f"the bucket {resource.name} holds more than {_MOST_OBJECTS} objects",
                hint="let its Worker delete them first",
            )


def _objects(platform: Platform, resource: Resource) -> tuple[StoredObject, ...]:
    try:
        return platform.account.r2.objects(str(resource.remote_id))
    except NotFoundError:
        return ()


def _created(account: Cloudflare, kind: str, name: str) -> str:
    """Its id. Creating comes first: looking for a name may mean listing everything that there is."""
    try:
        if kind == "d1":
            return account.d1.create(name).id
        if kind == "kv":
            return account.kv.create(name).id
        if kind == "r2":
            return account.r2.create(name).name
        return account.queues.create(name).id
    except ConflictError:
        # The names are ours alone: what has one was made by a run that was cut off, or by another replica.
        found = _found(account, kind, name)
        if found is None:
            raise
        return found


def _found(account: Cloudflare, kind: str, name: str) -> str | None:
    if kind == "r2":
        bucket = account.r2.get(name)
        return bucket.name if bucket else None
    made = {"d1": account.d1.get, "kv": account.kv.find, "queue": account.queues.find}[kind](name)
    return made.id if made else None


def _resource(row: Row[Any]) -> Resource:
    return Resource(
        id=row.id,
        kind=row.kind,
        binding=row.binding,
        name=row.name,
        remote_name=row.remote_name,
        remote_id=row.remote_id,
    )
